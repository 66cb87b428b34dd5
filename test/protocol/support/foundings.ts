/** Foundings that no ledger takes, though they can be written down. */
import type { Founding } from '../../../protocol/founding.ts';
import { POWER } from '../../../protocol/names.ts';
import { BKA, FOUNDING } from './actors.ts';

const [first, second] = FOUNDING.members;

export function withMembers(...members: Founding['members']): Founding {
  return { ...FOUNDING, members };
}

export const BAD_FOUNDINGS: readonly (readonly [about: string, founding: Founding])[] = [
  ['nobody', withMembers()],
  ['no agency', withMembers({ ...first!, kind: 'court', sponsor: 1 })],
  ['a key twice', withMembers(first!, { ...second!, key: BKA.key })],
  ['an agency with a sponsor', withMembers(first!, { ...second!, sponsor: 1 })],
  ['a court without sponsor', withMembers(first!, { ...second!, kind: 'court' })],
  ['a court whose sponsor is nobody', withMembers(first!, { ...second!, kind: 'court', sponsor: 3 })],
  ['a court whose sponsor is itself', withMembers(first!, { ...second!, kind: 'court', sponsor: 2 })],
  ['a first key without authority', withMembers({ ...first!, key: { ...BKA.key, powers: POWER.custody } })],
  ['a key without powers', withMembers({ ...first!, key: { ...BKA.key, powers: 0 } })],
  ['a key of no scheme', withMembers({ ...first!, key: { ...BKA.key, scheme: 4 } })],
  ['a key with unknown acts', withMembers({ ...first!, key: { ...BKA.key, acts: 2 ** 25 } })],
  ['a key that is never valid', withMembers({ ...first!, key: { ...BKA.key, until: BKA.key.from } })],
];
