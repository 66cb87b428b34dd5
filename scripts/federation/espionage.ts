/**
 * A cyber-espionage intrusion, among four countries: images and logs, a joint investigation team, onward transfer with
 * and without the originator's consent, and a gateway that is down for the whole handoff.
 */
import { ONWARD_POLICY } from './policies.ts';
import { fields, WITHHELD, type Stage } from './stage.ts';

export async function espionage(stage: Stage): Promise<readonly string[]> {
  const { at, tell, check } = stage;
  tell('\nEspionage. A ministry’s server was broken into; DE-BKA, FR-PN and NL-POL form a joint investigation team.');
  const team = await stage.conclude({
    title: 'Joint investigation team NIGHT HERON',
    parties: ['DE-BKA', 'FR-PN', 'NL-POL'],
    purposes: ['investigate', 'forensics', 'prosecute', 'court'],
    restrictions: ['H1', 'H2', 'H3'],
    onward: 'consent',
    policy: ONWARD_POLICY,
  });
  const convention = await stage.conclude({
    title: 'Convention on the transfer of electronic evidence',
    parties: [
      { jurisdiction: 'DE', signatory: 'DE-BKA' },
      { jurisdiction: 'FR', signatory: 'FR-PN' },
      { jurisdiction: 'NL', signatory: 'NL-POL' },
      { jurisdiction: 'ES', signatory: 'ES-GC' },
    ],
    purposes: ['investigate', 'forensics', 'court'],
    restrictions: ['H1', 'H2'],
    onward: 'parties',
    policy: ONWARD_POLICY,
  });

  tell('Berlin. DE-BKA images the server and keeps the logs. Who gave the hint is in the record, and stays there.');
  const [image, logs] = await at('DE-BKA').state(
    {
      act: 'collect',
      code: 'captured',
      record: fields({
        exhibit: 'NH-1',
        description: 'Image of the mail server',
        'file.1.name': 'mail-1.dd',
        'file.1.sha256': 'b'.repeat(64),
        informant: 'an employee of the ministry',
      }),
    },
    { act: 'collect', code: 'captured', record: fields({ exhibit: 'NH-2', description: 'Logs of the gateway' }) },
  );

  tell('Paris. Both go to FR-PN under the team’s agreement; its own gateway checks the dossier against the ledger.');
  await stage.handOver('DE-BKA', 'FR-PN', [image!.subject, logs!.subject], { agreement: team, purpose: ['forensics'] });
  await stage.dossierCame('FR-PN', image!.subject);
  const seen = await stage.recordAt('FR-PN', image!.digest);
  check('FR-PN sees the exhibit number that DE-BKA wrote', seen.get('exhibit') === 'NH-1');
  check('the informant is withheld, and shown as withheld', seen.get('informant') === WITHHELD);

  tell('FR-PN extracts indicators. They are derived from Germany’s evidence, and as bound as that is.');
  const [indicators] = await at('FR-PN').state({
    act: 'derive',
    code: 'extraction',
    list: [image!.subject],
    record: fields({ exhibit: 'PN-77', description: 'Indicators of compromise' }),
  });
  const onward = {
    act: 'release',
    subject: indicators!.subject,
    recipient: 'ES-GC',
    agreement: convention,
    purpose: ['forensics'],
  };
  await stage.refused(at('FR-PN'), onward, 'CONSENT_MISSING');
  tell('DE-BKA, whose evidence it goes back to, consents: this item, this recipient, this purpose, once.');
  const [consent] = await at('DE-BKA').state({
    act: 'consent',
    recipient: 'ES-GC',
    purpose: ['forensics'],
    reference: indicators!.subject,
  });
  await stage.followed('FR-PN', 'consent', consent!.subject);
  await stage.handOver('FR-PN', 'ES-GC', [indicators!.subject], { ...onward, list: [consent!.subject] });
  check('with the consent, ES-GC holds the indicators', true);
  await stage.refused(at('FR-PN'), { ...onward, subject: logs!.subject, list: [consent!.subject] }, 'CONSENT');

  tell('The Hague. The gateway of NL-POL is down while a copy of the logs is released to it.');
  const [copy] = await at('FR-PN').state({
    act: 'derive',
    code: 'copy',
    list: [logs!.subject],
    record: fields({ exhibit: 'PN-78', description: 'Copy of NH-2' }),
  });
  await stage.kill('nl', 'SIGKILL');
  await at('FR-PN').state({
    act: 'release',
    subject: copy!.subject,
    recipient: 'NL-POL',
    agreement: team,
    purpose: ['forensics'],
    ...(await consentFor(stage, copy!.subject)),
  });
  tell('It starts again, reads from the ledger what it missed, and gets the dossier that waited.');
  await stage.start('nl');
  await stage.accept('NL-POL', [copy!.subject]);
  await stage.dossierCame('NL-POL', copy!.subject);
  const copied = await stage.recordAt('NL-POL', copy!.digest);
  check('NL-POL has the dossier of a handoff that it slept through', copied.get('exhibit') === 'PN-78');
  return [image!.subject, logs!.subject, indicators!.subject, copy!.subject];
}

async function consentFor(stage: Stage, evidence: string): Promise<{ readonly list: readonly string[] }> {
  const [consent] = await stage
    .at('DE-BKA')
    .state({ act: 'consent', recipient: 'NL-POL', purpose: ['forensics'], reference: evidence });
  await stage.followed('FR-PN', 'consent', consent!.subject);
  return { list: [consent!.subject] };
}
