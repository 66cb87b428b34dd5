/**
 * The chain takes nothing for a while and an agency goes on stating: the gateway promises what it can hold, says to whom
 * it promises no more and when to come again, stays within bounds, and serves the other agency meanwhile.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { memoryOf } from '../../scripts/bench/usage.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { overAWire } from './support/over-a-wire.ts';

/** Statements in a sheet. */
const SHEET = 64;
/** Sheets at once: more than may wait for a promise. */
const FLOOD = 400;
/** Sheets at once that may. */
const STREAM = 16;
/** Statements that an agency may have waiting for the chain while no other has any. */
const HALF = 50_000;
/** MiB. */
const MEMORY_MOST = 768;

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: number;
}

describe('a gateway that is asked too much', function () {
  this.timeout(120_000);

  const over = overAWire();

  it('refuses what is too much, says when to come again, and keeps room for others', async () => {
    const { wire, consortium } = over();
    const gateway = consortium.gateways[0]!;
    let memory = 0;
    const ask = async (code: string, statements: number): Promise<Answer> => {
      const body = { statements: Array.from({ length: statements }, () => ({ act: 'collect', code: 'seized' })) };
      const headers = { authorization: `Bearer ${consortium.token(code)}`, 'content-type': 'application/json' };
      // A connection each: fetch would take its time over so many.
      const asked = request(`${gateway.url}/v1/sheets`, { method: 'POST', headers, agent: false });
      asked.end(JSON.stringify(body));
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      await text(response);
      memory = Math.max(memory, memoryOf(gateway.child.pid!));
      return { status: response.statusCode, retryAfter: Number(response.headers['retry-after']) };
    };

    wire.fault = 'drop';
    const answers = await Promise.all(Array.from({ length: FLOOD }, () => ask('FR-PN', SHEET)));
    expect([...new Set(answers.map(({ status }) => status))]).to.have.members([202, 503]);
    const stateUntilRefused = async (): Promise<void> => {
      let answer: Answer;
      do answers.push((answer = await ask('FR-PN', SHEET)));
      while (answer.status === 202);
    };
    await Promise.all(Array.from({ length: STREAM }, stateUntilRefused));
    const refused = answers.filter(({ status }) => status !== 202);
    for (const { status, retryAfter } of refused) {
      expect(status).to.equal(503);
      expect(retryAfter).to.be.above(0);
    }
    const promised = SHEET * (answers.length - refused.length);
    expect(promised).to.be.within(HALF, HALF + SHEET);
    expect((await ask('FR-PN', 1)).status).to.equal(503);
    expect((await ask('DE-BKA', 1)).status).to.equal(202);
    expect((await gateway.health()).pending).to.equal(promised + 1);
    expect(memory).to.be.within(1, MEMORY_MOST);

    wire.fault = undefined;
    await eventually(async () => (await gateway.health()).pending! < promised - SHEET * STREAM);
    await eventually(async () => (await ask('FR-PN', 1)).status === 202);
    expect(await gateway.readiness()).to.equal(200);
  });
});
