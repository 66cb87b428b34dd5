/** The table of protocol.md 4.2, and how to bring an item into each of its states. */
import type { Act } from '../../../protocol/acts.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import type { Reason } from '../../../protocol/reasons.ts';
import type { EvidenceStatus, Row, Who } from '../../../protocol/transitions.ts';
import { BKA, DC, KOELN, POLITIE, subjectOf, type Actor } from './actors.ts';
import { concluded, handed, INVESTIGATE } from '../stories/scenes.ts';
import type { Fields, Story } from './story.ts';

export const STATUSES: readonly EvidenceStatus[] = ['none', 'held', 'in-transit', 'returning', 'disposed', 'lost'];

/** The sentence below the table. */
export function reasonOfEmptyCell(row: Row, status: EvidenceStatus): Reason {
  if (status === 'none') return 'LINE_UNKNOWN';
  if (row === 'collect' || row === 'derive') return 'LINE_EXISTS';
  if (status === 'disposed' || (status === 'lost' && row !== 'found')) return 'CLOSED';
  if (row === 'found') return 'NOT_LOST';
  if (['release', 'record', 'correct', 'dispose'].includes(row)) return 'IN_TRANSIT';
  return 'NOT_RELEASED';
}

/** In the table's stories the origin is POLITIE, the holder BKA, the recipient KOELN; DC is none of them. */
export const ROLES = { origin: POLITIE, holder: BKA, recipient: KOELN, stranger: DC } as const;

export type Role = keyof typeof ROLES;

export const WHO: Readonly<Record<Who, readonly Role[]>> = {
  opener: ['origin', 'holder', 'recipient', 'stranger'],
  holder: ['holder'],
  recipient: ['recipient'],
  'holder or origin': ['holder', 'origin'],
};

/** Brings an item into a state; its subject. */
export function bring(story: Story, status: EvidenceStatus): Hex {
  const item = subjectOf(POLITIE.participant, 'item');
  if (status === 'none') return item;
  story.say(POLITIE, 'collect', 'seized', { subject: item });
  const treaty = concluded(story, 'treaty', ['DE', 'NL']);
  handed(story, item, POLITIE, BKA, { agreement: treaty, purpose: INVESTIGATE });
  if (status === 'in-transit' || status === 'returning') {
    story.say(BKA, 'release', 'handoff', { subject: item, recipient: KOELN.participant });
  }
  if (status === 'returning') story.say(KOELN, 'refuse', 'other', { subject: item });
  if (status === 'disposed') story.say(BKA, 'dispose', 'consumed', { subject: item });
  if (status === 'lost') story.say(BKA, 'dispose', 'lost', { subject: item });
  return item;
}

const WORD = keccakOfText('a word');

/** The statement of a row, as its signer would make it. */
export function stateRow(story: Story, row: Row, by: Actor, subject: Hex) {
  const rows: Readonly<Record<Row, readonly [act: Act, code: string, fields?: Fields]>> = {
    collect: ['collect', 'seized'],
    derive: ['derive', 'copy', { list: [WORD] }],
    release: ['release', 'handoff', { recipient: by === KOELN ? BKA.participant : KOELN.participant }],
    accept: ['accept', 'clean'],
    refuse: ['refuse', 'other'],
    recall: ['recall', 'recalled'],
    return: ['return', 'confirmed'],
    record: ['record', 'stored'],
    correct: ['correct', 'corrected', { reference: WORD }],
    dispose: ['dispose', 'returned'],
    lost: ['dispose', 'lost'],
    found: ['found', 'found'],
  };
  const [act, code, fields = {}] = rows[row];
  return story.state(by, act, code, { subject, ...fields });
}
