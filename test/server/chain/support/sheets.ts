/** Sheets as a gateway would have accepted them. */
import { randomBytes } from 'node:crypto';

import { ACT, CODE } from '../../../../protocol/acts.ts';
import { hexToBytes, type Hex } from '../../../../protocol/bytes.ts';
import { sheetHash } from '../../../../protocol/sheet.ts';
import { digestOf, stated, type Stated } from '../../../../protocol/statement.ts';
import type { AcceptedSheet, Store } from '../../../../server/custody/ports.ts';
import { signSecp256k1 } from '../../../../server/keyring/keyring.ts';
import { BKA, KOELN, type Actor } from '../../../protocol/support/actors.ts';
import { clock, type Place } from './places.ts';

/** A line as far as it was stated. */
export interface Item {
  readonly subject: Hex;
  readonly head: Hex;
}

/** Statements, and the lines as they leave them. */
export interface Stating {
  readonly statements: readonly Stated[];
  readonly items: readonly Item[];
}

export function collected(actor: Actor, count: number): Stating {
  return statingOf(
    Array.from({ length: count }, () => {
      const subject: Hex = `0x${actor.participant.toString(16).padStart(8, '0')}${randomBytes(28).toString('hex')}`;
      return stated({ ...signer(actor), act: ACT.collect, code: 1, subject });
    }),
  );
}

export function recorded(actor: Actor, items: readonly Item[]): Stating {
  return statingOf(items.map((item) => stated({ ...signer(actor), ...following(item), act: ACT.record, code: 1 })));
}

/** A late release by BKA of what it collected, and KOELN's acceptance, as they go to the ledger together. */
export function latePairOf(place: Place, item: Item = collected(BKA, 1).items[0]!): [AcceptedSheet, AcceptedSheet] {
  const { participant: recipient } = KOELN;
  const released = statingOf([
    stated({ ...signer(BKA), ...following(item), act: ACT.release, code: CODE.releaseLate, recipient }),
  ]);
  const accepted = statingOf([
    stated({ ...signer(KOELN), ...following(released.items[0]!), act: ACT.accept, code: 1 }),
  ]);
  const [release, acceptance] = [sheetOf(place, BKA, released), sheetOf(place, KOELN, accepted)];
  return [
    { ...release, lateWith: acceptance.hash },
    { ...acceptance, lateWith: release.hash },
  ];
}

function signer({ participant, id }: Actor) {
  const time = clock();
  return { participant, key: id, time, expires: time + 3_600 };
}

function following({ subject, head }: Item) {
  return { subject, previous: head };
}

function statingOf(statements: readonly Stated[]): Stating {
  return {
    statements,
    items: statements.map(({ statement }) => ({ subject: statement.subject, head: digestOf(statement) })),
  };
}

/** One sheet of all these statements. */
export function sheetOf({ ledger }: Place, actor: Actor, { statements }: Stating): AcceptedSheet {
  const digests = statements.map(({ statement }) => digestOf(statement));
  const hash = sheetHash(digests, ledger.foundingHash);
  const { participant, id: key } = actor;
  return {
    ...{ hash, key, participant },
    signature: signSecp256k1(hexToBytes(actor.privateKey), hash),
    statements: statements.map((one, position) => ({
      digest: digests[position]!,
      stated: one,
      receipt: { digest: digests[position]!, participant, time: clock(), key, path: [], signature: '0x' },
    })),
  };
}

export async function accept(store: Pick<Store, 'accept'>, sheets: readonly AcceptedSheet[]): Promise<void> {
  await store.accept({ sheets, answers: [], time: clock() });
}
