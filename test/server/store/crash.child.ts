/** Accepts without end and says what was acknowledged: run as a process of its own, to be killed. */
import { openStore } from '../../../server/store/store.ts';
import { MASTER_KEY_BYTE } from '../../support/master-key.ts';
import { collected, NOW, sheetOf, word, written } from './samples.ts';

const [database = '', keys = ''] = process.argv.slice(2);
const store = await openStore({ database, keys, masterKey: new Uint8Array(32).fill(MASTER_KEY_BYTE) });
for (let i = 0; ; i++) {
  const items = Array.from({ length: 1 + (i % 20) }, () =>
    written(collected(), [{ label: 'exhibit', value: `A-${i}` }]),
  );
  const sheet = sheetOf(items);
  const digests = sheet.statements.map(({ digest }) => digest);
  const answers = [{ participant: 1, idempotencyKey: sheet.hash, request: word(), digests }];
  await store.accept({ sheets: [sheet], answers, time: NOW });
  process.stdout.write(`${sheet.hash} ${i} ${digests.join(',')}\n`);
}
