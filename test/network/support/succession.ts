/** A ledger on one engine is retired, and its successor on another goes on: what agencies and operators type. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { sealKey } from '../../../cli/keys/key-file.ts';
import { parseLedgerFile } from '../../../protocol/bundle/ledger-file.ts';
import { verifyBundle } from '../../../protocol/bundle/verify.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { addressOf, publicKeyOf } from '../../../protocol/key.ts';
import { SCHEME } from '../../../protocol/names.ts';
import { endProcess, hasEnded } from '../../../scripts/gateway-process.ts';
import { rpcUrl, type NetworkState } from '../../../scripts/network/state.ts';
import { ROOT } from '../../../scripts/processes.ts';
import { openChain } from '../../../scripts/trial/chain.ts';
import { startConsortium, type Consortium } from '../../../scripts/trial/consortium.ts';
import { openRpc } from '../../../server/chain/rpc.ts';
import { run as runProgram } from '../../end-to-end/support/program.ts';
import { bundleOf, consensusOf } from './court.ts';

const PASSPHRASE = 'only for this test';

export async function expectSuccession(folder: string, network: NetworkState): Promise<void> {
  mkdirSync(folder);
  const chain = await openChain(path.join(folder, 'chain'));
  const relays = [chain.relays[0]!, network.relays.at(-1)!];
  const consortium = await startConsortium(path.join(folder, 'gateways'), { urls: chain.urls, relays });
  try {
    await goOver(folder, consortium, network.nodes.map(rpcUrl));
  } finally {
    await consortium.close();
    await chain.close();
  }
}

async function goOver(folder: string, consortium: Consortium, urls: readonly string[]): Promise<void> {
  const { at, agreement, ledger } = consortium;
  const gateway = consortium.gateways[0]!;
  const bka = at('DE-BKA');
  const record = { fields: [{ label: 'exhibit', value: 'EX-9' }] };
  const [collected] = await bka.state({ act: 'collect', code: 'seized', record });
  const { subject } = collected!;
  await bka.state({ act: 'release', subject, recipient: 'FR-PN', agreement, purpose: ['investigate'] });
  const before = await bundleOf(consortium, subject);

  // Everybody compares, signs, and one states it.
  await gateway.kill('SIGTERM');
  const heritage = (await run(consortium, ['heritage'])).trim();
  await gateway.start();
  const file = path.join(folder, 'retirement.json');
  for (const [code, authority] of consortium.authorities) {
    const key = path.join(folder, `${code}.json`);
    writeFileSync(key, JSON.stringify(sealKey('secp256k1', authority, PASSPHRASE)));
    await run(consortium, ['retire', heritage, '--file', file, '--authority', key], code);
  }
  await run(consortium, ['retire', heritage, '--file', file, '--send'], 'DE-BKA');
  const refused = await fetch(`${gateway.url}/v1/statements`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${consortium.token('FR-PN')}`,
      'content-type': 'application/json',
      'idempotency-key': 'after-the-end',
    },
    body: JSON.stringify({ act: 'accept', code: 'clean', subject }),
  });
  expect(refused.status).to.equal(410);

  // One operator founds the successor; each puts its ledger file in place.
  await gateway.kill('SIGTERM');
  const successor = path.join(folder, 'successor.json');
  await killWhileSucceeding(gateway.folder, urls[0]!, successor);
  await run(consortium, ['succeed', '--rpc', urls[0]!, '--out', successor]);
  // Again: nothing is doubled.
  await run(consortium, ['succeed', '--rpc', urls[0]!, '--out', successor]);
  copyFileSync(successor, path.join(gateway.folder, 'ledger.json'));
  await gateway.start(urls);

  await at('FR-PN').state({ act: 'accept', subject });
  const [fresh] = await at('FR-PN').state({ act: 'collect', code: 'seized', record });
  await at('FR-PN').state({ act: 'record', code: 'examined', subject });
  const { items } = await at('FR-PN').get<{ items: readonly { progress: string }[] }>(`/v1/evidence/${subject}/trail`);
  expect(items.map(({ progress }) => progress)).to.deep.equal(['final', 'final', 'final', 'final']);

  // A court that has the successor's ledger file alone; and one of before, that has the first one's.
  const trusted = parseLedgerFile(JSON.parse(readFileSync(successor, 'utf8')));
  for (const item of [subject, fresh!.subject]) {
    const across = await bundleOf(consortium, item);
    const { verdict, trust, checks, completeAsOf } = verifyBundle(across, { ledger: trusted });
    expect(checks.filter(({ result }) => result === 'failed')).to.deep.equal([]);
    expect({ verdict, trust }).to.deep.equal({ verdict: 'verified', trust: 'seals' });
    expect(completeAsOf).to.not.equal(undefined);
    expect(checks.find(({ name }) => name === 'succession')!.result).to.equal('passed');
    expect(consensusOf(across).validators).to.have.members(trusted.validators);
  }
  expect(verifyBundle(before, { ledger: parseLedgerFile(ledger) }).verdict).to.equal('verified');
}

/** As soon as it has sent a transaction, and two, and as soon as the ledger file is there, while nothing is inherited. */
async function killWhileSucceeding(data: string, rpcUrl: string, successor: string): Promise<void> {
  const rpc = openRpc(rpcUrl);
  const { relayKey } = JSON.parse(readFileSync(path.join(data, 'secrets.json'), 'utf8')) as { relayKey: Hex };
  const relay = addressOf(publicKeyOf(SCHEME.secp256k1, relayKey));
  const countSent = async (): Promise<number> =>
    Number(await rpc.request('eth_getTransactionCount', [relay, 'pending']));
  for (const isThere of [(sent: number) => sent >= 1, (sent: number) => sent >= 2, () => existsSync(successor)]) {
    const before = await countSent();
    const program = spawn(
      process.execPath,
      [path.join(ROOT, 'server/succeeding.ts'), 'succeed', '--rpc', rpcUrl, '--out', successor],
      { env: { ...process.env, DATA_DIR: data }, stdio: 'ignore' },
    );
    while (!isThere((await countSent()) - before) && !hasEnded(program)) await sleep(5);
    expect(hasEnded(program), 'it ended before it could be killed').to.equal(false);
    await endProcess(program, 'SIGKILL');
  }
}

/** The command as it is typed, by an agency's officer or the operator of the gateway's machine. */
async function run({ gateways, token }: Consortium, parameters: readonly string[], code?: string): Promise<string> {
  const {
    code: ended,
    output,
    errors,
  } = await runProgram('cli/main.ts', parameters, {
    DATA_DIR: gateways[0]!.folder,
    UNBROKEN_PASSPHRASE: PASSPHRASE,
    UNBROKEN_URL: gateways[0]!.url,
    ...(code !== undefined && { UNBROKEN_TOKEN: token(code) }),
  });
  expect(ended, `${parameters.join(' ')}: ${errors}`).to.equal(0);
  return output;
}
