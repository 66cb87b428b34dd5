/** Participants and their keys as they are shown. */
import type { z } from 'zod';
import { ACTS, type Act } from '../../../protocol/acts.ts';
import { MARK_BY_CONSORTIUM, type KeyState, type ParticipantState } from '../../../protocol/ledger.ts';
import { nameOf, POWER, SCHEME } from '../../../protocol/names.ts';
import type { keyView as keySchema, participantView as participantSchema } from '../schemas/answers.ts';
import { bitNames, utcOf, type Names } from './names.ts';

export function participantView(participant: ParticipantState, names: Names): z.infer<typeof participantSchema> {
  const { number, code, jurisdiction, kind, status, sponsor } = participant;
  return { number, code, jurisdiction, kind, status, ...(sponsor !== 0 && { sponsor: names.participant(sponsor) }) };
}

export function keyView(key: KeyState, names: Names): z.infer<typeof keySchema> {
  return {
    id: key.id,
    number: key.number,
    participant: names.participant(key.participant),
    scheme: nameOf(SCHEME, key.scheme),
    powers: bitNames(POWER, key.powers),
    acts: (Object.keys(ACTS) as Act[]).filter((act) => (key.acts & (1 << ACTS[act].number)) !== 0),
    x: key.x,
    y: key.y,
    validFrom: utcOf(key.from),
    validUntil: utcOf(key.until),
    ...(key.revokedAt !== 0 && { revokedAt: utcOf(key.revokedAt) }),
    enrolledByConsortium: (key.marks & MARK_BY_CONSORTIUM) !== 0,
  };
}
