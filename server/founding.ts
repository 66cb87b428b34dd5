/**
 * What an operator does before there is a ledger: `node server/founding.ts secrets` makes the secrets of a gateway,
 * `deploy` founds a ledger on a network. The command `unbroken` starts it (docs/cli.md).
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { isHex, type Hex } from '../protocol/bytes.ts';
import { addressOf, keyId, publicKeyOf } from '../protocol/key.ts';
import { SCHEME } from '../protocol/names.ts';
import { deployLedger } from './chain/deploy.ts';
import { openRpc } from './chain/rpc.ts';
import { ConfigError } from './config.ts';
import { writeFileDurably } from './keyring/durable-file.ts';
import { openSecrets, randomSecret, saveSecrets, type HeldKey } from './keyring/secrets.ts';
import { runProgram } from './operator.ts';

const USAGE =
  'Usage: node server/founding.ts secrets --participant N... --out FILE | ' +
  'deploy --founding HEX --rpc URL --secrets FILE --out FILE';

const say = (step: string): void => console.error(step);

await runProgram(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      participant: { type: 'string', multiple: true, default: [] },
      founding: { type: 'string' },
      rpc: { type: 'string' },
      secrets: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { participant, founding, rpc, secrets, out, json } = values;
  if (out === undefined) throw new ConfigError(USAGE);
  if (existsSync(out)) throw new ConfigError(`${out} is there already. Name another file; nothing was done.`);
  if (positionals[0] === 'secrets' && participant.length > 0) makeSecrets(participant.map(Number), out, json);
  else if (positionals[0] === 'deploy' && isHex(founding) && rpc !== undefined && secrets !== undefined) {
    if (!existsSync(secrets)) throw new ConfigError(`${secrets} is missing. \`unbroken secrets\` makes it.`);
    await deploy(founding, rpc, openSecrets(secrets).relayKey, out, json);
  } else throw new ConfigError(USAGE);
});

function makeSecrets(participants: readonly number[], out: string, json: boolean): void {
  const keyOfEach = (): HeldKey[] => participants.map((participant) => ({ participant, privateKey: randomSecret() }));
  const secrets = {
    version: 1 as const,
    ...{ masterKey: randomSecret(), relayKey: randomSecret() },
    ...{ held: keyOfEach(), encryption: keyOfEach() },
  };
  saveSecrets(out, secrets);
  const relay = addressOf(publicKeyOf(SCHEME.secp256k1, secrets.relayKey));
  const idOf = (scheme: number, { privateKey }: HeldKey): Hex => keyId(publicKeyOf(scheme, privateKey));
  const keys = participants.map((participant, index) => ({
    participant,
    service: idOf(SCHEME.secp256k1, secrets.held[index]!),
    encryption: idOf(SCHEME.p256, secrets.encryption[index]!),
  }));
  if (json) {
    console.log(JSON.stringify({ file: out, relay, keys }));
    return;
  }
  console.log(`relay account   ${relay}`);
  for (const { participant, service, encryption } of keys) {
    console.log(`participant ${participant}\n  service       ${service}\n  encryption    ${encryption}`);
  }
  say(`${out} is for this gateway alone. Every validator has to list the relay account before it can send.`);
}

async function deploy(founding: Hex, url: string, relayKey: Hex, out: string, json: boolean): Promise<void> {
  say('Compiling and deploying the ledger (about a minute) ...');
  const ledger = await deployLedger(openRpc(url), url, relayKey, founding);
  writeFileDurably(out, `${JSON.stringify(ledger, null, 2)}\n`, 0o644);
  const { foundingHash, contracts, validators } = ledger;
  if (json) {
    console.log(JSON.stringify({ file: out, foundingHash, contracts, validators }));
    return;
  }
  console.log(`founding hash  ${foundingHash}`);
  for (const [name, { address, codeHash }] of Object.entries(contracts)) {
    console.log(`${name.padEnd(13)}  ${address}  code ${codeHash}`);
  }
  console.log(`validators     ${validators.length === 0 ? 'none that vouch for the chain' : validators.join(' ')}`);
  say(`${out} is the ledger file. Compare it with all others by a channel that you trust.`);
}
