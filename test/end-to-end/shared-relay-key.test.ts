/** Two gateways, each with a store of its own, that were given one relay key by mistake: told, and nothing lost. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { officer } from '../../scripts/demo/officer.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { openChain, type Chain } from '../../scripts/trial/chain.ts';
import { openGateway, startConsortium, tokenOf, type Consortium } from '../../scripts/trial/consortium.ts';
import { putUnderLoad } from '../../scripts/trial/load.ts';
import { expectAsPromised } from './support/as-promised.ts';

describe('two gateways with one relay key', function () {
  this.timeout(240_000);

  const folder = throwawayFolder();
  const stops: (() => Promise<void>)[] = [];
  let chain: Chain;
  let first: Consortium;
  let second: Consortium;
  before(async () => {
    chain = await openChain(path.join(folder, 'chain'));
    stops.push(() => chain.close());
    first = await startConsortium(path.join(folder, 'gateways'), chain);
    stops.push(() => first.close());
    const own = path.join(folder, 'second');
    mkdirSync(own, { mode: 0o700 });
    for (const file of ['ledger.json', 'secrets.json']) {
      copyFileSync(path.join(first.gateways[0]!.folder, file), path.join(own, file));
    }
    let operator = '';
    const { gateway, firstToken } = await openGateway(own, { urls: chain.urls }, () => operator);
    stops.push(() => gateway.close());
    operator = firstToken!;
    const tokens = new Map<string, string>();
    for (const code of first.agencies) tokens.set(code, await tokenOf(officer(gateway.url, operator), code));
    const token = (code: string): string => tokens.get(code)!;
    second = { ...first, gateways: [gateway], token, at: (code) => officer(gateway.url, token(code)) };
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  it('lose nothing, state nothing twice, and tell their operators', async () => {
    const loads = [first, second].map((consortium) => ({ consortium, load: putUnderLoad(consortium, 2) }));
    const told = async (): Promise<boolean> => {
      const states = await Promise.all([first, second].map(({ gateways }) => gateways[0]!.health()));
      return states.some(({ submitter }) => submitter.includes('relay key'));
    };
    await eventually(told, 120_000);
    await Promise.all(loads.map(({ load }) => load.stop()));
    for (const { consortium, load } of loads) {
      await expectAsPromised(consortium, load, chain, 120_000);
    }
  });
});
