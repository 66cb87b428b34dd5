/**
 * A case across four borders, played through the API by the officers of a demonstration consortium: seizure, imaging,
 * the whole case released by one sheet, courier, refusal and return, second release, acceptance with a reservation,
 * a laboratory abroad, analysis, correction, court. It ends by verifying every trail, and bundles offline.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { GatewayProcess } from '../gateway-process.ts';
import { exhibit, type Exhibited } from './court.ts';
import { officer, type Statement } from './officer.ts';

export interface Outcome {
  readonly outcome: 'verified' | 'not verified';
  /** Lines of evidence. */
  readonly evidence: readonly {
    readonly subject: string;
    readonly what: string;
    readonly statements: number;
    readonly verified: boolean;
  }[];
  readonly statements: number;
  /** Whether the true file was recognised, and a changed one was not. */
  readonly fileRecognised: boolean;
  readonly changedFileRefused: boolean;
  /** Verified offline. */
  readonly bundles: readonly Exhibited[];
}

interface Verification {
  readonly verified: boolean;
  readonly checks: readonly { readonly name: string; readonly result: string; readonly sentence: string }[];
}

const fields = (written: Readonly<Record<string, string>>): NonNullable<Statement['record']> => ({
  fields: Object.entries(written).map(([label, value]) => ({ label, value })),
});

/** @param tell shows a sentence of the story */
export async function playStory(gateway: GatewayProcess, tell: (sentence: string) => void): Promise<Outcome> {
  const at = (user: string) => officer(gateway.url, gateway.token(user));
  const [anna, karl, claire, nadia, court] = [at('anna'), at('karl'), at('claire'), at('nadia'), at('registry')];
  const { items: agreements } = await anna.get<{ items: readonly { subject: string }[] }>('/v1/agreements');
  const agreement = agreements[0]!.subject;
  const image = Buffer.from('forensic image of the telephone KT-1, sector by sector');
  const digest = createHash('sha256').update(image).digest('hex');

  tell('Wiesbaden. Anna of DE-BKA seizes a telephone and a memory card.');
  const [phone, card] = await anna.state(
    {
      act: 'collect',
      code: 'seized',
      record: fields({
        case: 'ST-2026-0412',
        exhibit: 'KT-1',
        description: 'Mobile telephone, black',
        location: 'Wiesbaden',
      }),
    },
    {
      act: 'collect',
      code: 'seized',
      record: fields({
        case: 'ST-2026-0412',
        exhibit: 'KT-2',
        description: 'Memory card, 64 GB',
        location: 'Wiesbaden',
      }),
    },
  );
  tell('She images the telephone: the image is derived evidence, and as bound as the telephone is.');
  const [copy] = await anna.state({
    act: 'derive',
    code: 'image',
    list: [phone!.subject],
    record: fields({
      case: 'ST-2026-0412',
      exhibit: 'KT-3',
      description: 'Forensic image of KT-1',
      'file.1.name': 'kt-1.dd',
      'file.1.size': String(image.length),
      'file.1.sha256': digest,
    }),
  });
  const whole = [phone!.subject, card!.subject, copy!.subject];

  tell('One sheet, one signature: the whole case is released to the courier, who accepts it.');
  await anna.state(
    ...whole.map((subject) => ({
      act: 'release',
      subject,
      recipient: 'DE-KURIER',
      record: fields({ seal: 'bag 7741-0093' }),
    })),
  );
  await karl.state(...whole.map((subject) => ({ act: 'accept', subject })));

  tell(
    'Paris. The courier releases to FR-PN, under the convention and for stated purposes: the border is crossed on a basis.',
  );
  const purpose = ['investigate', 'forensics', 'court'];
  await karl.state(...whole.map((subject) => ({ act: 'release', subject, recipient: 'FR-PN', agreement, purpose })));
  tell(
    'Claire accepts card and image. The seal of the telephone is broken: she refuses it, and the courier confirms its return.',
  );
  await claire.state({ act: 'accept', subject: card!.subject }, { act: 'accept', subject: copy!.subject });
  await claire.state({
    act: 'refuse',
    code: 'seal-broken',
    subject: phone!.subject,
    record: fields({ ground: 'Seal 7741-0093 torn at one end' }),
  });
  await karl.state({ act: 'return', subject: phone!.subject });
  await karl.state({
    act: 'record',
    code: 'sealed',
    subject: phone!.subject,
    record: fields({ seal: 'bag 7741-0101', note: 'Seal torn in transport, photographed, sealed anew' }),
  });
  tell('It is sealed anew and released a second time. Claire accepts, with a reservation that stays on record.');
  await karl.state({ act: 'release', subject: phone!.subject, recipient: 'FR-PN', agreement, purpose });
  await claire.state({
    act: 'accept',
    code: 'with-reservation',
    subject: phone!.subject,
    record: fields({ reservation: 'Bag was resealed by the courier' }),
  });

  tell(
    'The Hague. The telephone goes on to NL-NFI, which the convention permits, and comes back with what was extracted.',
  );
  await claire.state({
    act: 'release',
    subject: phone!.subject,
    recipient: 'NL-NFI',
    agreement,
    purpose: ['forensics', 'court'],
  });
  await nadia.state({ act: 'accept', subject: phone!.subject });
  const [extraction] = await nadia.state({
    act: 'derive',
    code: 'extraction',
    list: [phone!.subject],
    record: fields({
      case: 'ST-2026-0412',
      exhibit: 'NFI-88/1',
      description: 'Messages, extracted by chip-off',
      tool: 'chip reader 4',
    }),
  });
  const both = [phone!.subject, extraction!.subject];
  await nadia.state(
    ...both.map((subject) => ({
      act: 'release',
      subject,
      recipient: 'FR-PN',
      agreement,
      purpose: ['forensics', 'court'],
    })),
  );
  await claire.state(...both.map((subject) => ({ act: 'accept', subject })));

  tell(
    'Claire examines the image, errs in the time zone, and corrects herself: the error stays readable, and so does the correction.',
  );
  const [examined] = await claire.state({
    act: 'record',
    code: 'examined',
    subject: copy!.subject,
    record: fields({ note: 'Last message 21:14 UTC' }),
  });
  await claire.state({
    act: 'correct',
    subject: copy!.subject,
    reference: examined!.digest,
    record: fields({ note: 'Last message 19:14 UTC; 21:14 was local time' }),
  });
  const [report] = await claire.state({
    act: 'derive',
    code: 'report',
    list: [copy!.subject, extraction!.subject],
    record: fields({ case: 'ST-2026-0412', exhibit: 'PN-REP-1', description: 'Report of the analysis' }),
  });

  tell('Telephone, image and report are released to the court, and accepted.');
  const exhibits = [phone!.subject, copy!.subject, report!.subject];
  await claire.state(
    ...exhibits.map((subject) => ({ act: 'release', subject, recipient: 'FR-TJ-PARIS', purpose: ['court'] })),
  );
  await court.state(...exhibits.map((subject) => ({ act: 'accept', subject })));

  tell('The court verifies every trail against the ledger.');
  const judge = at('judge');
  const lines: readonly [string, string][] = [
    [phone!.subject, 'telephone'],
    [card!.subject, 'memory card'],
    [copy!.subject, 'image'],
    [extraction!.subject, 'extraction'],
    [report!.subject, 'report'],
  ];
  const evidence = [];
  for (const [subject, what] of lines) {
    const verification = await judge.get<Verification>(`/v1/evidence/${subject}/verification`);
    const { items } = await judge.get<{ items: readonly unknown[] }>(`/v1/evidence/${subject}/trail?limit=200`);
    tell(
      `  ${what.padEnd(12)} ${String(items.length).padStart(3)} statements, ${verification.verified ? 'verified' : 'NOT VERIFIED'}`,
    );
    for (const { name, result, sentence } of verification.checks) {
      if (result === 'failed') tell(`    ${name}: ${sentence}`);
    }
    evidence.push({ subject, what, statements: items.length, verified: verification.verified });
  }

  tell(
    'The defence gets the image, and one field of the record: its digest. The true file is recognised, a changed one is not.',
  );
  const disclosure = await anna.get(`/v1/statements/${copy!.digest}/disclosure?labels=file.1.sha256`);
  const verifyFile = (bytes: Uint8Array) =>
    judge.post<Verification>('/v1/verifications', {
      digest: copy!.digest,
      disclosure,
      fileDigest: `0x${createHash('sha256').update(bytes).digest('hex')}`,
    });
  const fileRecognised = (await verifyFile(image)).verified;
  const changedFileRefused = !(await verifyFile(Buffer.concat([image, Buffer.of(0)]))).verified;

  tell('For the hearing: one bundle of the image, which shows number, description and digest, and one of the report.');
  const ledger: unknown = JSON.parse(readFileSync(path.join(gateway.dataDirectory, 'ledger.json'), 'utf8'));
  const shown = 'show=exhibit,description,file.1.sha256&purpose=court';
  const bundles = [
    exhibit(await anna.get(`/v1/evidence/${copy!.subject}/bundle?${shown}`), ledger, 'Forensic image', [digest]),
    exhibit(await claire.get(`/v1/evidence/${report!.subject}/bundle?purpose=court`), ledger, 'Report of'),
  ];
  for (const { verified: good, statements, block, changeFound } of bundles) {
    tell(
      `  ${statements} statements, made at block ${block}: ${good ? 'verified offline' : 'NOT VERIFIED'}; ` +
        `a changed word is ${changeFound ? 'found out' : 'NOT FOUND OUT'}`,
    );
  }

  const verified =
    evidence.every((line) => line.verified) &&
    fileRecognised &&
    changedFileRefused &&
    bundles.every((bundle) => bundle.verified && bundle.changeFound);
  return {
    outcome: verified ? 'verified' : 'not verified',
    evidence,
    statements: evidence.reduce((sum, line) => sum + line.statements, 0),
    fileRecognised,
    changedFileRefused,
    bundles,
  };
}
