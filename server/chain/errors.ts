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
  /** the node refuses the method or the sender */
  | 'REFUSED'
  /** another error of the node */
  | 'NODE'
  /** not the chain that the ledger file describes, or the ledger and this gateway disagree: an operator must look */
  | 'WRONG_CHAIN'
  /** the journal and the chain that was replayed from it differ */
  | 'JOURNAL'
  /** another process uses the data folder */
  | 'IN_USE';

export class ChainError extends Error {
  readonly code: ChainErrorCode;

  constructor(code: ChainErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ChainError';
    this.code = code;
  }

  /** Whether the same call may go through later. */
  get retryable(): boolean {
    return this.code === 'UNREACHABLE' || this.code === 'NONCE_AHEAD' || this.code === 'NODE';
  }
}
