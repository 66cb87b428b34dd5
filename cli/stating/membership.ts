/** Changes of membership: from what is asked for to the statement, and from the statement that is signed to plain words. */
import { ACT, ACTS, CODE, type Act } from '../../protocol/acts.ts';
import { wordOf } from '../../protocol/bytes.ts';
import { keyId } from '../../protocol/key.ts';
import {
  keyWords,
  memberWords,
  readKey,
  readMember,
  readParticipant,
  type NewKey,
  type NewMember,
} from '../../protocol/lists.ts';
import { namesOf, nameOf, POWER, SCHEME } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import type { Participant } from '../gateway/answers.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import { EVERY_ACT } from '../keys/new-key.ts';
import { instantOf } from '../output/table.ts';
import type { Approval } from './approval-file.ts';
import { codeOf, type Consortium } from './consortium.ts';

/** What a statement on the consortium's line does to its members. */
export type Change =
  | { readonly change: 'admit'; readonly member: NewMember }
  | { readonly change: 'enrol'; readonly participant: number; readonly key: NewKey }
  | { readonly change: 'suspend' | 'reinstate'; readonly participant: number };

export type ChangeRequest = Pick<StatementRequest, 'act' | 'code' | 'list'>;

/** @throws Failure usage if the consortium would not take it */
export function admission(consortium: Consortium, member: NewMember): ChangeRequest {
  const { code, sponsor, kind } = member;
  if (consortium.participants.some((each) => each.code === code)) {
    throw usage(`There is a participant ${code} already. \`unbroken participants\` lists them.`);
  }
  const agency = consortium.participants.some(({ number, kind: its }) => number === sponsor && its === 'agency');
  if (kind === 'agency' && sponsor !== 0) throw usage('An agency has no sponsor. Leave --sponsor out.');
  if (kind !== 'agency' && !agency) throw usage(`A ${kind} has a sponsor that is an agency. Name it with --sponsor.`);
  refuseKnownKey(consortium, member.key);
  return { act: 'admit', code: 'new-member', list: memberWords(member) };
}

/** @throws Failure usage */
export function suspension(consortium: Consortium, code: string): ChangeRequest {
  return { act: 'suspend', list: [wordOf(numberIn(consortium, code, 'active'))] };
}

/** @throws Failure usage */
export function reinstatement(consortium: Consortium, code: string): ChangeRequest {
  return { act: 'admit', code: 'reinstated', list: [wordOf(numberIn(consortium, code, 'suspended'))] };
}

/** @throws Failure usage */
export function enrolment(consortium: Consortium, code: string, key: NewKey): ChangeRequest {
  refuseKnownKey(consortium, key);
  return { act: 'enrol', list: [wordOf(numberIn(consortium, code)), ...keyWords(key)] };
}

/**
 * The number of a participant.
 * @param status that it has to have
 * @throws Failure usage
 */
export function numberIn({ participants }: Consortium, code: string, status?: Participant['status']): number {
  const found = participants.find((each) => each.code === code);
  if (!found) throw usage(`There is no participant ${code}. \`unbroken participants\` lists them.`);
  if (status !== undefined && found.status !== status) throw usage(`${code} is ${found.status} already.`);
  return found.number;
}

function refuseKnownKey({ world, participants }: Consortium, key: NewKey): void {
  const known = world.key(keyId(key));
  if (known === undefined) return;
  const owner = codeOf(participants, known.participant);
  throw usage(`This key was enrolled before, by ${owner}. Keys are never used again: have a new one made.`);
}

/** @throws Failure usage if it changes no membership */
export function changeOf({ stated: { statement, list } }: Approval, file: string): Change {
  const { act, code } = statement;
  if (act === ACT.admit && code === CODE.admitNew) {
    const member = readMember(list);
    if (member) return { change: 'admit', member };
  } else if (act === ACT.enrol) {
    const key = readKey(list.slice(1));
    if (key) return { change: 'enrol', participant: readParticipant(list[0]), key };
  } else if (act === ACT.admit || act === ACT.suspend) {
    const participant = readParticipant(list[0]);
    return { change: act === ACT.suspend ? 'suspend' : 'reinstate', participant };
  }
  throw usage(`${file} changes no membership. A retirement is signed with \`unbroken retire\`.`);
}

/** @param consortium without participants: nobody is known by name here */
export function changeLines(
  change: Change,
  { stated: { statement } }: Approval,
  { foundingHash, participants }: Pick<Consortium, 'foundingHash' | 'participants'>,
): string[] {
  const about = (label: string, value: string): string => `  ${label.padEnd(12)}  ${value}`;
  return [
    ...(change.change === 'admit' ? admissionLines(change.member, participants) : statusLines(change, participants)),
    ...('member' in change ? keyLines(change.member.key) : 'key' in change ? keyLines(change.key) : []),
    ['signed first', `by ${codeOf(participants, statement.participant)}, ${instantOf(statement.time)}`] as const,
    ['sent before', instantOf(statement.expires)] as const,
    ['ledger', foundingHash] as const,
  ].map((line) => (typeof line === 'string' ? line : about(...line)));
}

type Line = string | readonly [label: string, value: string];

function admissionLines(
  { code, jurisdiction, kind, sponsor }: NewMember,
  participants: readonly Participant[],
): Line[] {
  const namesake = participants.find((each) => each.code === code);
  return [
    `Admits ${code} to the consortium`,
    ...(namesake ? [['beware', `participant ${namesake.number} has the code ${code} already`] as const] : []),
    ...(participants.length > 0 ? [['number', String(participants.length + 1)] as const] : []),
    ['jurisdiction', jurisdiction],
    ['kind', kind === 'agency' ? 'agency, with a vote in the consortium' : kind],
    ...(sponsor === 0 ? [] : [['sponsor', codeOf(participants, sponsor)] as const]),
  ];
}

const MEANING = {
  enrol: ['Enrols a key for', 'the consortium enrols it, not its own authority; the ledger marks it so for ever'],
  suspend: ['Suspends', 'it may only confirm returns, recall and revoke keys; nothing can be released to it'],
  reinstate: ['Reinstates', 'it may state and receive again'],
} as const;

function statusLines(
  { change, participant }: Exclude<Change, { change: 'admit' }>,
  participants: readonly Participant[],
): Line[] {
  const [does, meaning] = MEANING[change];
  const found = participants.find(({ number }) => number === participant);
  return [
    `${does} ${codeOf(participants, participant)}`,
    ['number', String(participant)],
    ...(found
      ? ([
          ['jurisdiction', found.jurisdiction],
          ['kind', found.kind],
          ['now', found.status],
        ] as const)
      : []),
    ['meaning', meaning],
  ];
}

function keyLines(key: NewKey): Line[] {
  const acts = (Object.keys(ACTS) as Act[]).filter((act) => (key.acts >>> ACTS[act].number) & 1);
  return [
    ['key', `${keyId(key)} (${nameOf(SCHEME, key.scheme)})`],
    ['powers', namesOf(POWER, key.powers).join(', ')],
    ['may sign', key.acts === EVERY_ACT ? 'every act that its powers allow' : acts.join(', ') || 'nothing'],
    ['valid', `${instantOf(key.from)} to ${instantOf(key.until)}`],
  ];
}

/** The same for programs. */
export function changeView(change: Change, participants: readonly Participant[]) {
  if (change.change === 'admit') {
    const { key, sponsor, ...member } = change.member;
    return {
      change: change.change,
      ...member,
      ...(sponsor !== 0 && { sponsor: codeOf(participants, sponsor) }),
      key: keyId(key),
    };
  }
  return {
    change: change.change,
    participant: codeOf(participants, change.participant),
    ...('key' in change && { key: keyId(change.key) }),
  };
}
