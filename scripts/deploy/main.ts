/**
 * Writes the ledger file of a ledger that was deployed on a network:
 *
 *     LEDGER_URL=… LEDGER_KEY=… npx hardhat ignition deploy scripts/deploy/modules/Ledger.ts --network ledger \
 *       --parameters parameters.json --deployment-id ledger
 *     node scripts/deploy/main.ts parameters.json scripts/deploy/deployments/ledger URL ledger.json
 *
 * parameters.json: `{ "Ledger": { "founding": "0x…" } }`, the ABI-encoded founding (docs/protocol.md 8).
 */
import { readFileSync, writeFileSync } from 'node:fs';

import type { Hex } from '../../protocol/bytes.ts';
import { describeLedger } from '../../server/chain/deploy.ts';
import { openRpc } from '../../server/chain/rpc.ts';

const [parameters, notes, url, file] = process.argv.slice(2);
if (parameters === undefined || notes === undefined || url === undefined || file === undefined) {
  console.error('Usage: node scripts/deploy/main.ts PARAMETERS DEPLOYMENT URL LEDGER_FILE');
  process.exit(2);
}
const { Ledger } = JSON.parse(readFileSync(parameters, 'utf8')) as { Ledger: { founding: Hex } };
const ledger = await describeLedger(openRpc(url), Ledger.founding, notes);
// Never over another ledger's.
writeFileSync(file, `${JSON.stringify(ledger, null, 2)}\n`, { flag: 'wx' });
console.log(`${file}: founding hash ${ledger.foundingHash}, ${ledger.validators.length} validators.`);
