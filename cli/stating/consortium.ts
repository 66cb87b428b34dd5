/** The consortium as the gateway tells it: members, keys and the head of its line, to be judged on by the ledger's own rules. */
import { ACTS, type Act } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { participantSubject } from '../../protocol/ledger.ts';
import { bitsOf, POWER, SCHEME, type Kind, type Scheme } from '../../protocol/names.ts';
import { memoryWorld, type World } from '../../protocol/world.ts';
import type { Key, Participant } from '../gateway/answers.ts';
import type { Session } from '../session.ts';

export interface Consortium {
  readonly foundingHash: Hex;
  readonly participants: readonly Participant[];
  /** Knows participants, keys and the consortium's line, no others. */
  readonly world: World;
}

export async function readConsortium({ gateway }: Pick<Session, 'gateway'>): Promise<Consortium> {
  const [{ foundingHash }, participants, line] = await Promise.all([
    gateway.ledger(),
    gateway.participants(),
    gateway.consortium(),
  ]);
  const keys = (await Promise.all(participants.map(({ number }) => gateway.keys(number)))).flat();
  const world = memoryWorld();
  const begun = { anchor: ZERO, count: 1 } as const;
  world.putLine({ ...begun, kind: 'consortium', subject: ZERO, head: line.head, state: { status: line.state } });
  for (const { number, code, jurisdiction, kind, sponsor, status } of participants) {
    const state = { number, code, jurisdiction, kind: kind as Kind, sponsor: sponsor?.number ?? 0, status };
    world.putLine({ ...begun, kind: 'participant', subject: participantSubject(number), head: ZERO, state });
  }
  for (const key of keys) world.putKey(keyStateOf(key));
  return { foundingHash, participants, world };
}

/** `DE-BKA`, or its number where nobody of that number is known here. */
export function codeOf(participants: readonly Participant[], number: number): string {
  return participants.find((each) => each.number === number)?.code ?? `participant ${number}`;
}

function keyStateOf(key: Key) {
  const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
  return {
    id: key.id,
    number: key.number,
    participant: key.participant.number,
    scheme: SCHEME[key.scheme as Scheme],
    ...{ x: key.x, y: key.y, marks: 0 },
    powers: bitsOf(POWER, key.powers),
    acts: key.acts.reduce((mask, act) => mask + 2 ** ACTS[act as Act].number, 0),
    from: seconds(key.validFrom),
    until: seconds(key.validUntil),
    revokedAt: key.revokedAt === undefined ? 0 : seconds(key.revokedAt),
  };
}
