/** Who appears in vectors and tests: fixed private keys, so that every signature is the same each time. */
import { bytesToHex, concat, utf8, writeUint, type Hex } from '../../../protocol/bytes.ts';
import type { Founding } from '../../../protocol/founding.ts';
import { keccak256, keccakOfText } from '../../../protocol/hashing.ts';
import { keyId, publicKeyOf } from '../../../protocol/key.ts';
import type { NewKey, NewMember } from '../../../protocol/lists.ts';
import { POWER, SCHEME, type Kind } from '../../../protocol/names.ts';

/** A key with its private half, and whose it is. */
export interface Actor {
  readonly participant: number;
  readonly id: Hex;
  readonly privateKey: Hex;
  readonly key: NewKey;
}

/** 2026-01-01T00:00:00Z: the founding of every ledger here. */
export const FOUNDED_AT = 1_767_225_600;
const YEAR = 31_536_000;

/** Bits of all 24 acts. */
export const EVERY_ACT = 2 ** 25 - 2;

/** A key whose private half follows from its name. */
export function actor(participant: number, name: string, fields: Partial<NewKey> = {}): Actor {
  const scheme = fields.scheme ?? SCHEME.secp256k1;
  const privateKey = keccakOfText(`unbroken/vectors/${name}`);
  // A WebAuthn key is a P-256 key that signs in another way.
  const { x, y } = publicKeyOf(scheme === SCHEME.webauthn ? SCHEME.p256 : scheme, privateKey);
  const key: NewKey = {
    scheme,
    powers: POWER.authority | POWER.custody,
    acts: EVERY_ACT,
    from: FOUNDED_AT - YEAR,
    until: FOUNDED_AT + 10 * YEAR,
    x,
    y,
    ...fields,
  };
  return { participant, id: keyId(key), privateKey, key };
}

const MEMBERS = [
  ['DE-BKA', 'DE', 'agency', 0],
  ['FR-PJ', 'FR', 'agency', 0],
  ['NL-POLITIE', 'NL', 'agency', 0],
  ['US-FBI', 'US', 'agency', 0],
  ['DE-LG-KOELN', 'DE', 'court', 1],
  ['FR-LABO', 'FR', 'laboratory', 2],
  ['US-DC', 'US', 'court', 4],
  ['NL-KOERIER', 'NL', 'carrier', 3],
] as const satisfies readonly (readonly [string, string, Kind, number])[];

/** The founding members, each with one key that may do everything. */
export const [BKA, PJ, POLITIE, FBI, KOELN, LABO, DC, KOERIER] = MEMBERS.map(([code], i) => actor(i + 1, code)) as [
  Actor,
  Actor,
  Actor,
  Actor,
  Actor,
  Actor,
  Actor,
  Actor,
];

export const AGENCIES: readonly Actor[] = [BKA, PJ, POLITIE, FBI];
export const FOUNDERS: readonly Actor[] = [BKA, PJ, POLITIE, FBI, KOELN, LABO, DC, KOERIER];

export function member(code: string, jurisdiction: string, kind: Kind, sponsor: number, key: NewKey): NewMember {
  return { code, jurisdiction, kind, sponsor, key };
}

export const FOUNDING: Founding = {
  nonce: keccakOfText('unbroken/vectors/nonce'),
  predecessor: `0x${'00'.repeat(32)}`,
  members: MEMBERS.map(([code, jurisdiction, kind, sponsor], i) =>
    member(code, jurisdiction, kind, sponsor, FOUNDERS[i]!.key),
  ),
};

/** The subject of a line that a participant opens; the 28 bytes follow from its name. */
export function subjectOf(participant: number, name: string): Hex {
  const front = new Uint8Array(4);
  writeUint(front, 0, participant, 4);
  return bytesToHex(concat(front, keccak256(utf8(`unbroken/vectors/${name}`)).subarray(0, 28)));
}
