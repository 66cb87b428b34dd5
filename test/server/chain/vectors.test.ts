/** The valid vectors, taken to the real contracts by our own calls and followed into a real store. */
import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { stateWord } from '../../../protocol/state-words.ts';
import { decodeStatements } from '../../../protocol/wire.ts';
import { memoryWorld } from '../../../protocol/world.ts';
import type { EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { openEmbedded } from '../../../server/chain/embedded/engine.ts';
import { openFollower } from '../../../server/chain/follower.ts';
import { P256_SIGNATURE } from '../../../server/chain/gas.ts';
import { packCalls } from '../../../server/chain/packing.ts';
import { openRelayAccount } from '../../../server/chain/relay-account.ts';
import type { SheetToSend, Store } from '../../../server/custody/ports.ts';
import { FOUNDED_AT } from '../../protocol/support/actors.ts';
import { vectorFiles } from '../../protocol/support/files.ts';
import type { Vector, VectorSheet, VectorSubmission } from '../../protocol/support/vector.ts';
import { ledgerPlace, openTestStore, RELAY_KEY, type Place } from './support/places.ts';

const LIMITS = { gas: 16_000_000, sheets: 256, p256: P256_SIGNATURE.precompile };

describe('chain: vectors', () => {
  for (const { name, path } of vectorFiles('valid', 'stories')) {
    const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector;
    if (!isOurs(vector)) continue;
    it(name, async () => {
      const place = await ledgerPlace();
      let now = FOUNDED_AT;
      const engine = await openEmbedded(place.folder, () => now);
      const store = await openTestStore(place);
      try {
        await send(engine, place, vector, (time) => (now = time));
        const follower = await openFollower({
          ...{ rpc: engine, ledger: place.ledger, store, finality: 0, clock: () => now },
          ...{ applied: () => undefined, report: (error) => expect.fail(String(error)) },
        });
        await follower.close();
        await expectEnd(vector, store);
      } finally {
        await store.close();
        await engine.close();
      }
    }).timeout(60_000);
  }
});

async function send(
  engine: EmbeddedEngine,
  place: Place,
  vector: Vector,
  setTime: (time: number) => void,
): Promise<void> {
  const account = openRelayAccount(RELAY_KEY, place.ledger);
  let nonce = 0;
  for (const submission of vector.submissions) {
    setTime(submission.blockTime);
    for (const call of packCalls(sheetsToSend(submission), LIMITS)) {
      const { raw, hash } = account.sign(call, nonce++);
      await engine.request('eth_sendRawTransaction', [raw]);
      const receipt = await engine.request<{ status: Hex; gasUsed: Hex }>('eth_getTransactionReceipt', [hash]);
      expect(Number(receipt.status)).to.equal(submission.reverts === undefined ? 1 : 0);
      expect(Number(receipt.gasUsed), 'gas').to.be.below(0.95 * call.gas);
    }
  }
}

/** What a gateway could have accepted: readable sheets, whole, of the contract that keeps their lines. */
function sheetsToSend(submission: VectorSubmission): SheetToSend[] {
  const sheets = submission.sheets.filter(isReadable).map((sheet, id): SheetToSend => {
    const items = decodeStatements(hexToBytes(sheet.statements), sheet.key);
    const { key, signature, endorsements, hash = '0x' } = sheet;
    const stated = items.flatMap((item) => (typeof item === 'string' ? [] : [item]));
    const open = stated.map((_, position) => position);
    return { ...{ id, hash, key, signature, open }, items: stated, ...(endorsements && { endorsements }) };
  });
  const [release, acceptance] = sheets;
  if (submission.call === 'submit' || release === undefined || acceptance === undefined) return sheets;
  return [
    { ...release, lateWith: acceptance.hash },
    { ...acceptance, lateWith: release.hash },
  ];
}

function isReadable({ digests, outcomes }: VectorSheet): boolean {
  return digests !== undefined && outcomes !== 'silent';
}

/** Sheets in parts we cut ourselves, and our ledger has no verifier of WebAuthn. */
function isOurs({ submissions }: Vector): boolean {
  const sheets = submissions.flatMap((submission) => submission.sheets);
  const inParts = sheets.some(({ outcomes }) => outcomes.includes('digest'));
  return !inParts && sheets.every(({ signature }) => signature.length <= 132);
}

async function expectEnd({ end }: Vector, store: Store): Promise<void> {
  const world = memoryWorld();
  await store.loadConsortium(world);
  const references = end.lines.map(({ kind, subject }) => ({ kind, subject }));
  for (const line of await store.loadLines(references)) world.putLine(line);
  for (const { kind, subject, head, anchor, state } of end.lines) {
    const line = world.line(kind, subject);
    expect(line && { head: line.head, anchor: line.anchor, state: stateWord(line) }).to.deep.equal({
      head,
      anchor,
      state,
    });
  }
  const { participants, activeAgencies, agreements } = world.tally();
  expect({ participants, activeAgencies, agreements }).to.deep.equal({
    participants: end.participants,
    activeAgencies: end.activeAgencies,
    agreements: end.agreements,
  });
}
