/**
 * One chain for several gateways, as a process of its own: `node scripts/federation/chain.ts FOLDER FOUNDING`. Deploys a
 * ledger with this ABI-encoded founding, writes FOLDER/ledger.json, says where it answers and runs until it is stopped.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { isHex } from '../../protocol/bytes.ts';
import { deployLedger } from '../../server/chain/deploy.ts';
import { openEndpoint } from '../../server/chain/embedded/endpoint.ts';
import { openEmbedded } from '../../server/chain/embedded/engine.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';

const [folder, founding] = process.argv.slice(2);
if (folder === undefined || !isHex(founding)) {
  console.error('Usage: node scripts/federation/chain.ts FOLDER FOUNDING');
  process.exit(2);
}
const engine = await openEmbedded(folder, () => Math.floor(Date.now() / 1000));
const endpoint = await openEndpoint(engine, 0);
const ledger = await deployLedger(engine, endpoint.url, randomSecret(), founding);
writeFileSync(path.join(folder, 'ledger.json'), JSON.stringify(ledger));
console.log(`chain ${endpoint.url}`);

const stop = (): void => {
  void endpoint
    .close()
    .then(() => engine.close())
    .then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
