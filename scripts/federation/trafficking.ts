/**
 * A trafficking ring: seized phones and witnesses' statements under strict restrictions. Restrictions are never dropped,
 * and use in court needs the permission of whose evidence it is.
 */
import { exhibit } from '../demo/court.ts';
import { STRICT_POLICY } from './policies.ts';
import { fields, WITHHELD, type Stage } from './stage.ts';

export async function trafficking(stage: Stage): Promise<readonly string[]> {
  const { at, tell, check } = stage;
  tell('\nTrafficking. ES-GC frees eleven people near Almería and hears them as witnesses.');
  const pact = await stage.conclude({
    title: 'Agreement on the protection of witnesses’ evidence',
    parties: ['ES-GC', 'FR-PN', 'DE-BKA'],
    purposes: ['investigate', 'prosecute', 'court'],
    restrictions: ['H1', 'H2', 'H3'],
    onward: 'consent',
    courtPermission: true,
    policy: STRICT_POLICY,
  });
  const [phone, statement] = await at('ES-GC').state(
    {
      act: 'collect',
      code: 'seized',
      restrictions: ['H1', 'H2'],
      record: fields({
        exhibit: 'AL-1',
        seal: 'GC-40021',
        owner: 'the driver',
        description: 'Telephone of the driver',
      }),
    },
    {
      act: 'collect',
      code: 'produced',
      restrictions: ['H1', 'H2', 'H3'],
      record: fields({ exhibit: 'AL-2', witness: 'known as Rosa', 'restriction.H3': 'Never to be read in public' }),
    },
  );
  const both = [phone!.subject, statement!.subject];
  const purpose = ['prosecute'];

  tell('Both go to FR-PN for one purpose. Restrictions may be added, never dropped.');
  const release = { act: 'release', subject: statement!.subject, recipient: 'FR-PN', agreement: pact, purpose };
  await stage.refused(at('ES-GC'), { ...release, restrictions: ['H1', 'H2'] }, 'RESTRICTION_DROPPED');
  await stage.handOver('ES-GC', 'FR-PN', both, {
    agreement: pact,
    purpose,
    restrictions: ['H1', 'H2', 'H3'],
  });
  await stage.dossierCame('FR-PN', statement!.subject);
  const seen = await stage.recordAt('FR-PN', statement!.digest);
  check('no name of a witness left Spain', seen.get('witness') === WITHHELD && seen.get('exhibit') === 'AL-2');

  tell('FR-PN wants to pass the telephone to DE-BKA, and the statement to the court: H2 and H1 forbid both.');
  const toGermany = {
    act: 'release',
    subject: phone!.subject,
    recipient: 'DE-BKA',
    agreement: pact,
    purpose,
    restrictions: ['H1', 'H2', 'H3'],
  };
  await stage.refused(at('FR-PN'), toGermany, 'CONSENT_MISSING');
  const toCourt = {
    subject: statement!.subject,
    recipient: 'FR-TJ-PARIS',
    purpose: ['prosecute'],
    restrictions: ['H1', 'H2', 'H3'],
  };
  await stage.refused(at('FR-PN'), { act: 'release', ...toCourt }, 'CONSENT_MISSING');

  tell('ES-GC gives permission: the telephone to DE-BKA, the statement to the court.');
  const [forGermany, forCourt] = await at('ES-GC').state(
    { act: 'consent', recipient: 'DE-BKA', purpose, reference: phone!.subject },
    { act: 'consent', recipient: 'FR-TJ-PARIS', purpose, reference: statement!.subject },
  );
  for (const consent of [forGermany, forCourt]) await stage.followed('FR-PN', 'consent', consent!.subject);
  await stage.handOver('FR-PN', 'DE-BKA', [phone!.subject], { ...toGermany, list: [forGermany!.subject] });
  await stage.handOver('FR-PN', 'FR-TJ-PARIS', [statement!.subject], { ...toCourt, list: [forCourt!.subject] });
  check('with permission, DE-BKA has the telephone and the court the statement', true);
  const bundleOf = (code: string, subject: string) => at(code).get(`/v1/evidence/${subject}/bundle?purpose=court`);
  const refusal = await bundleOf('DE-BKA', phone!.subject).then(String, String);
  check('DE-BKA gets no bundle for a court, for which nobody gave permission', refusal.includes('consent of ES-GC'));
  await stage.dossierCame('FR-TJ-PARIS', statement!.subject);
  // The ledger file comes from another gateway than the bundle.
  const ledger = await at('CO-FGN').get('/v1/ledger');
  const { verified, changeFound } = exhibit(await bundleOf('FR-TJ-PARIS', statement!.subject), ledger, 'AL-2');
  check('the court’s own bundle verifies offline, and a changed word is found out', verified && changeFound);
  await stage.dossierCame('DE-BKA', phone!.subject);
  const further = await stage.recordAt('DE-BKA', phone!.digest);
  check('what FR-PN was never shown, it could not pass on', further.get('owner') === WITHHELD);
  return both;
}
