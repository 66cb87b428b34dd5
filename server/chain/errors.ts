/** What can go wrong between the gateway and a chain. */
export type ChainErrorCode =
  /** nobody answers, or not in time: try again */
  | 'UNREACHABLE'
  /** the node knows this transaction, or its nonce was used */
  | 'KNOWN'
  | 'NONCE_USED'
  /** the nonce is too far ahead of what the node knows: wait */
  | 'NONCE_AHEAD'
  /** the contract reverts */
  | 'REVERTED'
  /** the transaction may use more gas than the node or a block permits: ask for less */
  | 'GAS'
  /** the node refuses the method or the sender */
  | 'REFUSED'
  /** the node answers with more than it or we can handle at once: ask for less */
  | 'TOO_MUCH'
  /** another error of the node */
  | 'NODE'
  /** not the chain that the ledger file describes, or the ledger and this gateway disagree: an operator must look */
  | 'WRONG_CHAIN'
  /** blocks that were followed as final are not on the chain any more: an operator must look */
  | 'REORGANISED'
  /** the journal and the chain that was replayed from it differ, or the journal can't be read */
  | 'JOURNAL'
  /** another process uses the data folder */
  | 'IN_USE'
  /** the embedded chain's program is missing */
  | 'NOT_INSTALLED'
  /** the ledger can't be deployed */
  | 'DEPLOYMENT';

const RETRYABLE: ReadonlySet<ChainErrorCode> = new Set(['UNREACHABLE', 'NONCE_AHEAD', 'TOO_MUCH', 'NODE']);

/** What the node answered, to be passed on. */
export interface NodeError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export class ChainError extends Error {
  readonly code: ChainErrorCode;
  /** Only where a node answered. */
  readonly answer: NodeError | undefined;

  constructor(code: ChainErrorCode, message: string, options: { cause?: unknown; answer?: NodeError } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'ChainError';
    this.code = code;
    this.answer = options.answer;
  }

  /** Whether the same call may go through later. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
