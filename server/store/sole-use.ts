/** A data folder with a store in files belongs to one process, which the operating system sees to: also after kill -9. */
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './errors.ts';

export interface SoleUse {
  end(): void;
}

/**
 * Takes the lock for as long as this process lives.
 * @throws StoreError BUSY if another process has it
 */
export function takeSoleUse(file: string): SoleUse {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive');
  } catch (cause) {
    lock.close();
    throw new StoreError('BUSY', `Another process uses ${file}. Stop it, or choose another DATA_DIR.`, { cause });
  }
  return { end: () => lock.close() };
}
