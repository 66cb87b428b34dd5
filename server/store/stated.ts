/** Statements from their wire form, as they were stored. */
import type { Stated } from '../../protocol/statement.ts';
import { decodeStatements } from '../../protocol/wire.ts';
import { hexOf } from './columns.ts';
import { StoreError } from './errors.ts';
import type { Bytes } from './tables.ts';

export function statedOf({ wire, key }: { readonly wire: Bytes; readonly key: Bytes }): Stated {
  let item;
  try {
    [item] = decodeStatements(wire, hexOf(key));
  } catch (cause) {
    throw new StoreError(
      'CORRUPT',
      'a stored statement can not be read; restore the store or rebuild it from the ledger',
      { cause },
    );
  }
  if (item === undefined || typeof item === 'string')
    throw new StoreError('CORRUPT', 'a stored statement is a digest only');
  return item;
}
