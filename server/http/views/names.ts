/** Names for numbers: what a reader needs to know who and which agreement is meant. */
import type { Hex } from '../../../protocol/bytes.ts';
import { namesOf } from '../../../protocol/names.ts';
import type { Gateway } from '../../custody/gateway.ts';

export interface Names {
  participant(number: number): { number: number; code?: string };
  agreement(number: number): { number: number; subject?: Hex };
}

export async function readNames(gateway: Pick<Gateway, 'participants' | 'agreements'>): Promise<Names> {
  const [participants, agreements] = await Promise.all([gateway.participants(), gateway.agreements()]);
  const codes = new Map(participants.map(({ number, code }) => [number, code]));
  const subjects = new Map(
    agreements.flatMap((line) => (line.kind === 'agreement' ? [[line.state.number, line.subject] as const] : [])),
  );
  return {
    participant(number) {
      const code = codes.get(number);
      return code === undefined ? { number } : { number, code };
    },
    agreement(number) {
      const subject = subjects.get(number);
      return subject === undefined ? { number } : { number, subject };
    },
  };
}

/** ISO 8601 in UTC. */
export function utcOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** The names of a bit set, writable as the answers' schemas have it. */
export function bitNames<Name extends string>(table: Readonly<Record<Name, number>>, bits: number): Name[] {
  return namesOf(table, bits);
}
