/** Who is let in, also while the store of tokens does not answer. */
import { expect } from 'chai';

import type { Token, TokenStore } from '../../../server/custody/ports.ts';
import { openDoor, type Door } from '../../../server/http/auth.ts';
import { HttpError } from '../../../server/http/problem.ts';
import { newToken } from '../../../server/http/token.ts';

const DAY = 86_400;

describe('the door', () => {
  const { token, hash, id } = newToken();
  const request = { headers: { authorization: `Bearer ${token}` } };
  const stranger = { headers: { authorization: `Bearer ${newToken().token}` } };
  const known: Token = { id, name: 'root', role: 'operator', participant: 1, createdAt: 0 };
  const answers: TokenStore['find'] = (wanted) => Promise.resolve(wanted === hash ? known : undefined);
  const isOut: TokenStore['find'] = () => Promise.reject(new Error('the database can not be reached'));
  const hangs: TokenStore['find'] = () => new Promise(() => undefined);

  let find: TokenStore['find'];
  /** Seconds. */
  let passed: number;
  let door: Door;
  beforeEach(() => {
    find = answers;
    passed = 0;
    door = openDoor({ find: (wanted) => find(wanted) }, () => passed);
  });

  const outcome = (entering: Promise<{ readonly token: string }>): Promise<string> =>
    entering.then(
      (caller) => caller.token,
      (error: unknown) => (error instanceof HttpError ? error.code : 'failed'),
    );

  for (const [trouble, broken] of [
    ['is out', isOut],
    ['hangs', hangs],
  ] as const) {
    it(`lets who was known within a day ask for the health while the store ${trouble}`, async () => {
      await door.caller(request);
      find = broken;
      passed = DAY - 1;
      expect(await outcome(door.callerInTrouble(request))).to.equal(id);
    });
  }

  it('lets nobody else in, nor to anything else, nor for longer', async () => {
    await door.caller(request);
    find = isOut;
    passed = DAY - 1;
    expect(await outcome(door.caller(request))).to.equal('failed');
    expect(await outcome(door.callerInTrouble(stranger))).to.equal('failed');
    passed = DAY;
    expect(await outcome(door.callerInTrouble(request))).to.equal('failed');
  });

  it('forgets who was revoked as soon as the store says so', async () => {
    await door.caller(request);
    passed = 3;
    find = () => Promise.resolve({ ...known, revokedAt: 2 });
    expect(await outcome(door.callerInTrouble(request))).to.equal('UNAUTHENTICATED');
    find = isOut;
    expect(await outcome(door.callerInTrouble(request))).to.equal('failed');
  });
});
