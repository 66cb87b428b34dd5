/** Bundles of a real store and a real chain, when that drops states, does not answer, or is gone. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { expect } from 'chai';

import type { Bundle } from '../../../protocol/bundle/form.ts';
import { tellBundle } from '../../../protocol/bundle/tell.ts';
import { examineTimestamps } from '../../../protocol/bundle/trusted-time.ts';
import { verifyBundle } from '../../../protocol/bundle/verify.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import { openProver } from '../../../server/chain/prover.ts';
import type { Rpc } from '../../../server/chain/rpc.ts';
import { openBundling } from '../../../server/custody/bundling.ts';
import { openConsortium } from '../../../server/custody/consortium.ts';
import type { Caller, MadeBundle } from '../../../server/custody/gateway.ts';
import type { TimestampAuthority } from '../../../server/custody/ports.ts';
import { openKeyring } from '../../../server/keyring/keyring.ts';
import { openAuthority } from '../../../server/timestamps/authority.ts';
import { openMaker } from '../../../server/verifier/verifier.ts';
import { BKA, KOELN } from '../../protocol/support/actors.ts';
import { openAuthority as openStamping } from '../../protocol/support/authority.ts';
import { openTestGateway, type TestGateway } from '../chain/support/gateway.ts';
import { clock } from '../chain/support/places.ts';
import { collected, latePairOf, recorded, sheetOf, type Item } from '../chain/support/sheets.ts';

describe('bundling', function () {
  this.timeout(120_000);

  const maker = openMaker();
  after(() => maker.close());
  const caller: Caller = { token: 'test', role: 'officer', participant: BKA.participant };
  let gateway: TestGateway;
  let item: Item;
  /** What the node does with a request, instead of answering it. */
  let harm: ((method: string) => void) | undefined;
  let bundling: ReturnType<typeof openBundling>;
  let authority: TimestampAuthority | undefined;
  let open: () => ReturnType<typeof openBundling>;

  beforeEach(async () => {
    gateway = await openTestGateway();
    const { place, store, engine } = gateway;
    gateway.startSubmitter();
    const stating = collected(BKA, 3);
    item = stating.items[1]!;
    await gateway.accept(sheetOf(place, BKA, stating));
    await gateway.settled();
    harm = undefined;
    const rpc: Rpc = {
      async request<Result>(method: string, parameters?: readonly unknown[]) {
        harm?.(method);
        return engine.request<Result>(method, parameters);
      },
    };
    open = () =>
      openBundling({
        ...{ store, maker, clock, authority, report: () => undefined },
        consortium: openConsortium(store),
        keyring: openKeyring([]),
        prover: openProver(rpc, place.ledger, 0),
      });
    bundling = open();
  });
  afterEach(() => gateway.close());

  const make = (subject: Hex = item.subject): Promise<MadeBundle> => bundling.bundle(caller, subject, {});
  const codeOf = (making: Promise<unknown>): Promise<string> =>
    making.then(
      () => 'made',
      (error: unknown) => (error as { code: string }).code,
    );
  const unreachable = (): never => {
    throw new ChainError('UNREACHABLE', 'the chain is gone');
  };
  function expectVerified({ bundle, asOf }: MadeBundle, head: Hex): void {
    const found = verifyBundle(bundle, { ledger: gateway.place.ledger, asked: asOf });
    expect(found).to.include({ verdict: 'verified', trust: 'node', head });
    expect(found.completeAsOf).to.deep.equal(asOf);
  }

  it('names of a sheet only what the trail rests on', async () => {
    const made = await make();
    expectVerified(made, item.head);
    const [sheet] = made.bundle.sheets;
    expect(made.bundle.inclusions).to.have.length(1);
    // Two digests of 33 bytes, and one statement of 122.
    expect(sheet!.statements.length).to.equal(2 + 2 * (33 + 122 + 33));
  });

  it('has a late declaration, and what came after it', async () => {
    const pair = latePairOf(gateway.place, item);
    await gateway.accept(...pair);
    await gateway.settled();
    const accepted = pair[1].statements[0]!.digest;
    const next = recorded(KOELN, [{ subject: item.subject, head: accepted }]);
    await gateway.accept(sheetOf(gateway.place, KOELN, next));
    await gateway.settled();
    const made = await make();
    expectVerified(made, next.items[0]!.head);
    expect(tellBundle(made.bundle).items[0]).to.include({ late: true, holder: KOELN.participant });
  });

  it('gives what was proven when the chain is gone, complete up to then', async () => {
    const before = await make();
    expect(before.kept).to.equal(false);
    const next = recorded(BKA, [item]);
    await gateway.accept(sheetOf(gateway.place, BKA, next));
    await gateway.settled();
    harm = unreachable;
    const kept = await make();
    expect(kept.kept).to.equal(true);
    expect(kept.asOf).to.deep.equal(before.asOf);
    expect(withoutNodes(kept.bundle)).to.deep.equal(withoutNodes(before.bundle));
    expectVerified(kept, item.head);
    harm = undefined;
    expectVerified(await make(), next.items[0]!.head);
  });

  it('says that it can’t where nothing was proven before', async () => {
    harm = unreachable;
    expect(await codeOf(make())).to.equal('UNAVAILABLE');
  });

  describe('with an authority for timestamps', () => {
    const stamping = openStamping();
    let answering: 'well' | 'with nonsense' | 'not' = 'well';
    let asked = 0;
    let url: string;
    const server = createServer((request, response) => {
      void buffer(request).then((query) => {
        asked += 1;
        if (answering === 'not') response.writeHead(503).end();
        else response.end(answering === 'well' ? stamping.answer(query) : 'nonsense');
      });
    });
    before(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.close();
      server.closeAllConnections();
      stamping.close();
    });
    /** Milliseconds. */
    let passed = 0;
    const reported: unknown[] = [];
    beforeEach(() => {
      [answering, asked, passed] = ['well', 0, 0];
      reported.length = 0;
      authority = openAuthority({ url, report: (error) => reported.push(error) }, () => passed);
      bundling = open();
    });
    afterEach(() => {
      authority = undefined;
    });
    const resultOf = async (bundle: Bundle): Promise<string | undefined> => {
      const stamps = await examineTimestamps(bundle, [stamping.root]);
      const { checks } = verifyBundle(bundle, { ledger: gateway.place.ledger, stamps });
      return checks.find(({ name }) => name === 'trusted time')?.result;
    };

    it('bears its word on the block, also when it is given again', async () => {
      const made = await make();
      expect(await resultOf(made.bundle)).to.equal('passed');
      await make();
      expect(asked).to.equal(1);
      harm = unreachable;
      const kept = await make();
      expect(kept.kept).to.equal(true);
      expect(await resultOf(kept.bundle)).to.equal('passed');
      expect(reported).to.deep.equal([]);
    });

    it('is made without it when it fails, and the operator hears of it', async () => {
      for (const how of ['with nonsense', 'not'] as const) {
        answering = how;
        const made = await make();
        expect(made.bundle.timestamps).to.equal(undefined);
        expectVerified(made, item.head);
        // It is not asked again at once.
        await make();
        passed += 60_000;
      }
      expect(asked).to.equal(2);
      expect(reported).to.have.length(2);
      answering = 'well';
      expect(await resultOf((await make()).bundle)).to.equal('passed');
    });
  });

  it('follows the node to a newer block when that has dropped a state', async () => {
    let dropped = 0;
    harm = (method) => {
      if (method === 'eth_getProof' && dropped++ < 2) throw new ChainError('NODE', 'world state unavailable');
    };
    const made = await make();
    expect(dropped).to.be.above(2);
    expect(made.kept).to.equal(false);
    expectVerified(made, item.head);
  });
});

function withoutNodes({ proof, ...rest }: Bundle): unknown {
  return { ...rest, header: proof?.header };
}
