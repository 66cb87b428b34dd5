/** What the queries of the store work with. */
import type { BlindIndex } from './blind-index.ts';
import type { Database } from './database.ts';
import type { RecordCipher } from './record-cipher.ts';
import type { RecordKeys } from './record-keys.ts';
import type { Tables } from './tables.ts';

export interface StoreParts {
  readonly database: Database<Tables>;
  readonly keys: RecordKeys;
  readonly cipher: RecordCipher;
  readonly blind: BlindIndex;
}
