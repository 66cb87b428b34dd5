/** What keeps a part of the gateway from its work, and where that comes from: who is to look where. */
import { ChainError, type ChainErrorCode } from './errors.ts';

export interface Trouble {
  /** `here`: from the part itself, though store and nodes do their work. */
  readonly from: 'store' | 'chain' | 'here';
  readonly message: string;
}

/** What nodes say whatever they are asked: their own trouble. The rest is about what we wanted of them. */
const OF_THE_CHAIN: ReadonlySet<ChainErrorCode> = new Set([
  'UNREACHABLE',
  'NODE',
  'TOO_MUCH',
  'WRONG_CHAIN',
  'REORGANISED',
]);

export function troubleOf(error: unknown): Trouble {
  return { from: sourceOf(error), message: error instanceof Error ? error.message : String(error) };
}

function sourceOf(error: unknown): Trouble['from'] {
  // By its name, since adapters don't import each other.
  if (error instanceof Error && error.name === 'StoreError') return 'store';
  return error instanceof ChainError && OF_THE_CHAIN.has(error.code) ? 'chain' : 'here';
}
