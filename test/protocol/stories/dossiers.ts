/** Dossiers, with what their sender signs; and such whose signature does not prove, or whose form is another. */
import { decodeDossier, dossierHash, encodeDossier, type Dossier } from '../../../protocol/dossier.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { foundingHash } from '../../../protocol/founding.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { signHash, type PublicKey } from '../../../protocol/key.ts';
import { POWER } from '../../../protocol/names.ts';
import { discloseRecord } from '../../../protocol/record.ts';
import { actor, BKA, FOUNDED_AT, FOUNDING, PJ } from '../support/actors.ts';
import { PROVENANCE } from '../support/vector.ts';

export interface DossierVector {
  readonly provenance: string;
  readonly about: string;
  /** what is encrypted, as text */
  readonly plaintext: string;
  readonly key: PublicKey;
  /** what the key signs; absent where the form is broken */
  readonly hash?: Hex;
  /** `form`: it is no dossier; `signature`: it is not signed by the key */
  readonly fault?: 'form' | 'signature';
}

const SENDER = actor(BKA.participant, 'dossiers', { powers: POWER.service });
const RECORD = {
  schema: 'unbroken/evidence/1',
  fields: [
    { label: 'exhibit', value: 'KT-17/1' },
    { label: 'description', value: 'Telefon, schwarz' },
    { label: 'owner', value: 'Jane Doe' },
  ],
  seed: keccakOfText('unbroken/vectors/dossier'),
};

const DOSSIER: Dossier = {
  ledger: foundingHash(FOUNDING),
  release: keccakOfText('a release'),
  sender: BKA.participant,
  recipient: PJ.participant,
  time: FOUNDED_AT + 10,
  part: 0,
  parts: 1,
  records: [{ digest: keccakOfText('a statement'), disclosure: discloseRecord(RECORD, ['exhibit', 'description']) }],
};

/** The vectors by name. */
export function dossierVectors(): Map<string, DossierVector> {
  const right = written(DOSSIER);
  const empty = written({ ...DOSSIER, part: 1, parts: 2, records: [] });
  const changed = (from: string, to: string): string => right.replace(from, to);
  const good = (about: string, plaintext: string): DossierVector => ({
    ...{ provenance: PROVENANCE, about, plaintext, key: publicKey() },
    hash: dossierHash(decodeDossier(new TextEncoder().encode(plaintext)).dossier),
  });
  const forged = (about: string, plaintext: string): DossierVector => ({
    ...good(about, plaintext),
    fault: 'signature',
  });
  const broken = (about: string, plaintext: string): DossierVector => ({
    ...{ provenance: PROVENANCE, about, plaintext, key: publicKey(), fault: 'form' },
  });
  return new Map([
    ['dossiers/two-fields-shown', good('Two fields shown, one withheld', right)],
    ['dossiers/no-record', good('The second of two parts, without a record', empty)],
    ['dossiers/invalid/another-value', forged('With another value', changed('KT-17/1', 'KT-17/2'))],
    ['dossiers/invalid/another-part', forged('As one of two parts', changed('"parts":1', '"parts":2'))],
    ['dossiers/invalid/another-recipient', forged('For another recipient', changed('"recipient":2', '"recipient":3'))],
    ['dossiers/invalid/another-version', broken('Of another version', changed('"version":1', '"version":2'))],
    [
      'dossiers/invalid/more-properties',
      broken('With a property more', changed('"version":1', '"version":1,"more":1')),
    ],
    ['dossiers/invalid/part-beyond', broken('A part that is not among the parts', changed('"part":0', '"part":1'))],
  ]);
}

function written(dossier: Dossier): string {
  const signature = signHash(SENDER.key.scheme, SENDER.privateKey, dossierHash(dossier));
  return new TextDecoder().decode(encodeDossier({ dossier, key: SENDER.id, signature }));
}

function publicKey(): PublicKey {
  const { scheme, x, y } = SENDER.key;
  return { scheme, x, y };
}
