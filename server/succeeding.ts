/**
 * What an operator does when a chain ends, beside a gateway that is stopped: `node server/succeeding.ts heritage` says
 * what the agencies have to sign, `succeed` founds the successor on another chain. The command `unbroken` starts it, with
 * the same settings as the gateway (docs/cli.md).
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

import { ACT } from '../protocol/acts.ts';
import { bytesToHex, hexToBytes, ZERO, type Hex } from '../protocol/bytes.ts';
import { encodeFounding } from '../protocol/founding.ts';
import { heritageHash, leave, type Estate } from '../protocol/heritage.ts';
import { deployLedger } from './chain/deploy.ts';
import { inheritAll } from './chain/inheriting.ts';
import { readLedgerFile, type LedgerFile } from './chain/ledger-file.ts';
import { openRpc } from './chain/rpc.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { writeFileDurably } from './keyring/durable-file.ts';
import type { Secrets } from './keyring/secrets.ts';
import { existingSecrets, runProgram, storeAddress, takeStore } from './operator.ts';
import { openStore, type OpenedStore } from './store/store.ts';

const say = (step: string): void => console.error(step);

await runProgram(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rpc: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const config = readConfig();
  if (positionals[0] === 'heritage') await beside(config, (store) => tell(store, values.json));
  else if (positionals[0] === 'succeed') await beside(config, (store, secrets) => succeed(store, secrets, values));
  else throw new ConfigError('Usage: node server/succeeding.ts heritage | succeed --rpc URL --out FILE');
});

/** With the store of a gateway that does not run; on PostgreSQL it may. */
async function beside(config: Config, run: (store: OpenedStore, secrets: Secrets) => Promise<void>): Promise<void> {
  const secrets = existingSecrets(config.dataDirectory);
  const use = takeStore(config);
  try {
    const store = await openStore({ database: storeAddress(config), masterKey: hexToBytes(secrets.masterKey) });
    try {
      await run(store, secrets);
    } finally {
      await store.close();
    }
  } finally {
    use.end();
  }
}

interface Ending extends Estate {
  readonly hash: Hex;
  /** What the last retirement names; absent: the ledger is not retired. */
  readonly retirement: Hex | undefined;
}

async function endingOf(store: OpenedStore): Promise<Ending> {
  const at = await store.cursor();
  if (at === undefined) throw new ConfigError('This gateway has not followed any ledger yet.');
  const { lines, keys } = await store.wholeLedger();
  const estate = leave(lines, keys);
  const stated = await store.inclusions([{ kind: 'consortium', subject: ZERO }], at.number);
  const base = (await store.ledgers()).at(-1)!.base;
  const retirement = stated.findLast(({ stated: { statement }, place }) => {
    return statement.act === ACT.retire && place.block > base;
  });
  return { ...estate, hash: heritageHash(estate.heritage), retirement: retirement?.stated.statement.reference };
}

async function tell(store: OpenedStore, json: boolean): Promise<void> {
  const { hash, heritage, retirement } = await endingOf(store);
  if (json) {
    console.log(JSON.stringify({ hash, heritage, ...(retirement !== undefined && { retirement }) }));
    return;
  }
  console.log(hash);
  say(
    `${heritage.participants} participants, ${heritage.keys} keys, ${heritage.agreements} agreements and all lines, as far as this gateway followed.`,
  );
  if (retirement === hash) say('The ledger is retired with this heritage. Next: `unbroken succeed`.');
  else if (retirement === undefined) say('Every agency compares this with its own, then: `unbroken retire`.');
  else say(`The ledger is retired with ${retirement}, which other statements overtook: retire it once again.`);
}

async function succeed(
  store: OpenedStore,
  { relayKey }: Secrets,
  {
    rpc: url,
    out,
    json,
  }: { readonly rpc?: string | undefined; readonly out?: string | undefined; readonly json: boolean },
): Promise<void> {
  if (url === undefined || out === undefined) throw new ConfigError('Name --rpc URL and --out FILE.');
  const { hash, heritage, retirement, size, leaves } = await endingOf(store);
  if (retirement !== hash) {
    throw new ConfigError(
      retirement === undefined
        ? 'The ledger is not retired, as far as this gateway followed it. First `unbroken retire`.'
        : `The agencies signed the heritage ${retirement}, and what was followed leaves ${hash}. Retire it once again.`,
    );
  }
  const rpc = openRpc(url);
  const begun = readLedgerFile(out);
  if (begun !== undefined && heritageHash(begun.heritage ?? heritage) !== hash) {
    throw new ConfigError(`${out} is of another ledger. Name another file.`);
  }
  const ledger = begun ?? (await found());
  await inheritAll({
    ...{ rpc, ledger, relayKey, leaves: leaves() },
    progress: (count) => say(`${count} of ${size} lines and keys are there.`),
  });
  if (json) console.log(JSON.stringify({ ledger: ledger.foundingHash, inherited: size }));
  else {
    console.log(ledger.foundingHash);
    say(
      `${out} is the ledger file of the successor. Give it to every gateway and to everyone who verifies; at each gateway put it in the place of DATA_DIR/ledger.json, set CHAIN_URL to a node of the new chain, and start.`,
    );
  }

  async function found(): Promise<LedgerFile> {
    say('Compiling and deploying the successor ...');
    const founding = { nonce: bytesToHex(randomBytes(32)), predecessor: hash, members: [] };
    const file = await deployLedger(rpc, url!, relayKey, bytesToHex(encodeFounding(founding)), heritage);
    writeFileDurably(out!, `${JSON.stringify(file, null, 2)}\n`, 0o644);
    return file;
  }
}
