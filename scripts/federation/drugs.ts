/**
 * A drug network over two continents: exhibits, laboratories and samples; a request that a release answers, an agreement
 * that ends while an item is in transit, an agency that is suspended, a dossier that was tampered with.
 */
import { wordOf } from '../../protocol/bytes.ts';
import { sendLie, sendTampered } from './forger.ts';
import { ONWARD_POLICY } from './policies.ts';
import { numberOf } from './members.ts';
import { fields, stateOf, type Stage } from './stage.ts';

export async function drugs(stage: Stage): Promise<readonly string[]> {
  const { at, tell, check } = stage;
  tell('\nDrugs. CO-FGN seizes four hundred parcels in Cartagena; the buyers sit in Rotterdam.');
  const treaty = await stage.conclude({
    title: 'Treaty on mutual legal assistance in criminal matters',
    parties: [
      { jurisdiction: 'CO', signatory: 'CO-FGN' },
      { jurisdiction: 'NL', signatory: 'NL-POL' },
    ],
    purposes: ['investigate', 'forensics', 'prosecute', 'court'],
    restrictions: ['H1', 'H2', 'H3'],
    onward: 'none',
    policy: ONWARD_POLICY,
  });
  const memorandum = await stage.conclude({
    title: 'Memorandum between two agencies',
    parties: ['CO-FGN', 'DE-BKA'],
    purposes: ['forensics'],
    restrictions: ['H1'],
    onward: 'none',
    policy: ONWARD_POLICY,
  });
  const [parcels] = await at('CO-FGN').state({
    act: 'collect',
    code: 'seized',
    record: fields({ exhibit: 'CTG-1', description: 'Parcels, 402 kg', seal: 'AA-1107', officer: 'badge 5512' }),
  });

  tell('Two samples are drawn. The laboratory CO-INML tests one and gives it back.');
  const samples = await at('CO-FGN').state(
    ...['CTG-1/S1', 'CTG-1/S2'].map((exhibit) => ({
      act: 'derive',
      code: 'sample',
      list: [parcels!.subject],
      record: fields({ exhibit, description: 'Sample, 5 g' }),
    })),
  );
  const [first, second] = samples.map(({ subject }) => subject) as [string, string];
  await stage.handOver('CO-FGN', 'CO-INML', [first]);
  await at('CO-INML').state({
    act: 'record',
    code: 'examined',
    subject: first,
    record: fields({ note: '87 % cocaine' }),
  });
  await stage.handOver('CO-INML', 'CO-FGN', [first]);

  tell(
    'NL-POL asks for a sample by a request of mutual legal assistance; CO-FGN grants it, and the release answers it.',
  );
  const deadline = Math.floor(Date.now() / 1000) + 30 * 24 * 3600;
  const [request] = await at('NL-POL').state({
    act: 'request',
    code: 'mutual-legal-assistance',
    recipient: 'CO-FGN',
    purpose: ['forensics'],
    list: [wordOf(deadline)],
    record: fields({ reference: 'NL-2026-3391', what: 'A sample of the parcels of Cartagena' }),
  });
  await stage.followed('CO-FGN', 'request', request!.subject);
  await at('CO-FGN').state({ act: 'answer', code: 'granted', subject: request!.subject });
  await stage.refused(
    at('CO-FGN'),
    { act: 'release', subject: first, recipient: 'NL-POL', agreement: treaty, purpose: ['trends'] },
    'PURPOSE',
  );
  await stage.handOver('CO-FGN', 'NL-POL', [first], {
    agreement: treaty,
    request: request!.subject,
    purpose: ['forensics'],
  });
  await stage.dossierCame('NL-POL', first);
  await stage.handOver('NL-POL', 'NL-NFI', [first]);
  await stage.refused(
    at('NL-NFI'),
    { act: 'release', subject: first, recipient: 'DE-BKA', agreement: treaty, purpose: ['forensics'] },
    'NOT_COVERED',
  );

  tell(
    'The other sample is on its way to DE-BKA when CO-FGN ends the memorandum. It arrives all the same; nothing else may.',
  );
  const underMemorandum = { agreement: memorandum, purpose: ['forensics'] };
  const [release] = await at('CO-FGN').state({
    act: 'release',
    subject: second,
    recipient: 'DE-BKA',
    ...underMemorandum,
  });
  await stage.endAgreement('CO-FGN', memorandum);
  await stage.accept('DE-BKA', [second]);
  check('what was released while the memorandum was in force is accepted after its end', true);
  await stage.refused(
    at('CO-FGN'),
    { act: 'release', subject: parcels!.subject, recipient: 'DE-BKA', ...underMemorandum },
    'AGREEMENT_OVER',
  );

  tell('Somebody between the gateways changes a dossier, and the gateway of CO-FGN one of its own records.');
  await stage.dossierCame('DE-BKA', second);
  const forgery = { from: 'CO-FGN', to: 'DE-BKA', release: release!.digest, digest: samples[1]!.digest };
  check('a changed dossier is refused', (await sendTampered(stage, forgery)) === 'DOSSIER_UNREADABLE');
  check(
    'a record that is not the one that was signed is refused',
    (await sendLie(stage, forgery)) === 'DOSSIER_TAMPERED',
  );

  tell(
    'CO-FGN is suspended by the others: it can release nothing, and nothing can be released to it. Then it is reinstated.',
  );
  await stage.decide({ act: 'suspend', list: [wordOf(numberOf('CO-FGN'))] });
  await stage.followedStatus('CO-FGN', 'suspended');
  await stage.refused(at('CO-FGN'), { act: 'release', subject: parcels!.subject, recipient: 'CO-INML' }, 'SUSPENDED');
  await stage.refused(
    at('NL-NFI'),
    { act: 'release', subject: first, recipient: 'CO-FGN', agreement: treaty, purpose: ['forensics'] },
    'RECIPIENT',
  );
  await stage.decide({ act: 'admit', code: 'reinstated', list: [wordOf(numberOf('CO-FGN'))] });
  await stage.followedStatus('CO-FGN', 'active');
  await stage.handOver('NL-NFI', 'CO-FGN', [first], { agreement: treaty, purpose: ['forensics'] });
  check('reinstated, it takes its sample back', (await stateOf(at('CO-FGN'), first)) === 'held');
  return [parcels!.subject, first, second];
}
