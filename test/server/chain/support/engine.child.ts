/**
 * A gateway's chain without a gateway, to be killed: sends without end and says what was acknowledged, a line each.
 * Parameters: folder, ledger file as JSON.
 */
import type { Hex } from '../../../../protocol/bytes.ts';
import { openEmbedded } from '../../../../server/chain/embedded/engine.ts';
import type { LedgerFile } from '../../../../server/chain/ledger-file.ts';
import { clock } from './places.ts';
import { collections, RELAY_ADDRESS } from './transactions.ts';

const [folder = '', ledger = ''] = process.argv.slice(2);
const engine = await openEmbedded(folder, clock);
const nonce = Number(await engine.request('eth_getTransactionCount', [RELAY_ADDRESS, 'latest']));
const next = collections({ folder, ledger: JSON.parse(ledger) as LedgerFile }, nonce);
process.stdout.write('ready\n');
for (;;) {
  const { raw, hash } = next();
  await engine.request('eth_sendRawTransaction', [raw]);
  const receipt = await engine.request<{ blockHash: Hex }>('eth_getTransactionReceipt', [hash]);
  process.stdout.write(`${hash} ${receipt.blockHash}\n`);
}
