/**
 * What can go wrong in the store.
 *
 * BUSY and UNAVAILABLE may be tried again with the same arguments: whatever was committed
 * without the caller's knowledge comes back as CONFLICT, never twice. CONFLICT asks the
 * caller to read again and judge again. The others need an operator.
 */
export type StoreErrorCode =
  | 'BUSY' // another transaction is in the way
  | 'UNAVAILABLE' // the database can't be reached, is full, takes no writes or was closed
  | 'CONFLICT' // someone was faster, or the same thing is there already
  | 'CORRUPT' // what is stored can't be read with this key, schema or ledger
  | 'MISUSE'; // the caller asked for what the store never does

/** What a CONFLICT is about. */
export type Conflict =
  | 'statement' // this digest is in the outbox already
  | 'successor' // another statement that was accepted here follows the same head
  | 'answer' // the idempotency key is taken
  | 'block' // another block of this height was applied
  | 'transaction' // this relay transaction is known, or an open one has its nonce
  | 'sender' // another process has the right to send
  | 'token';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly conflict: Conflict | undefined;

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown; conflict?: Conflict } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.conflict = options.conflict;
  }

  get retryable(): boolean {
    return this.code === 'BUSY' || this.code === 'UNAVAILABLE';
  }
}

/** Unique constraints by the columns or the index that the engines name in their messages. */
const CONFLICTS: readonly (readonly [pattern: RegExp, conflict: Conflict, message: string])[] = [
  [/accepted_successor|accepted\.subject/, 'successor', 'another accepted statement follows the same head'],
  [/accepted_pkey|accepted\.digest/, 'statement', 'this statement is in the outbox already'],
  [/answer_pkey|answer\.tenant/, 'answer', 'this idempotency key is taken'],
  [
    /relay(?:ed)?_pkey|relay_nonce|relay\.|relayed\./,
    'transaction',
    'this relay transaction is known, or an open one has its nonce',
  ],
  [/token_pkey|token_hash|token\./, 'token', 'a token of this id or hash exists'],
];

const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '25P03', // idle_in_transaction_session_timeout: this process was stopped for a while
  '53200', // out_of_memory
  '53300', // too_many_connections
]);

/** Where the database answers, and a write fails for want of what only an operator can give. */
const NO_WRITES: ReadonlyMap<unknown, string> = new Map([
  ['25006', 'the database takes no writes: it is read-only; find out why, and make it writable'],
  ['53100', 'the disk of the database is full; free space there'],
  ['58030', 'the disk of the database refuses; check it'],
  ['58P01', 'files of the database are missing; check its disk'],
]);

/** Translates what an engine threw; errors of the store itself pass through. */
export function storeError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const { code, errcode, constraint, message } = cause as {
    code?: unknown;
    errcode?: unknown;
    constraint?: unknown;
    message?: unknown;
  };
  const text = String(message);
  if (typeof errcode === 'number') return sqliteError(errcode, text, cause);
  if (code === '23505') return conflictError(String(constraint), cause);
  if (code === '40001' || code === '40P01' || code === '55P03') {
    return new StoreError('BUSY', 'another transaction is in the way; try again', { cause });
  }
  const noWrites = NO_WRITES.get(code);
  if (noWrites !== undefined) return new StoreError('UNAVAILABLE', noWrites, { cause });
  if (
    (typeof code === 'string' && (UNAVAILABLE.has(code) || code.startsWith('08'))) ||
    /connection terminated|connection timeout|timeout exceeded|after calling end|already been destroyed|not open|not queryable/i.test(
      text,
    )
  ) {
    return new StoreError('UNAVAILABLE', 'the database can not be reached; check it and try again', { cause });
  }
  return new StoreError('CORRUPT', `the store failed: ${text}`, { cause });
}

/** https://sqlite.org/rescode.html; the low byte is the primary code. */
function sqliteError(errcode: number, text: string, cause: unknown): StoreError {
  const primary = errcode & 0xff;
  if (errcode === 1555 || errcode === 2067) return conflictError(text, cause);
  if (primary === 5 || primary === 6) {
    return new StoreError('BUSY', 'another process holds the store; try again', { cause });
  }
  if (primary === 8) {
    return new StoreError('UNAVAILABLE', `the store takes no writes: ${text}; make its file and folder writable`, {
      cause,
    });
  }
  if (primary === 10 || primary === 13 || primary === 14) {
    return new StoreError('UNAVAILABLE', `the disk refuses: ${text}; free space or check it, then try again`, {
      cause,
    });
  }
  return new StoreError('CORRUPT', `the store failed: ${text}`, { cause });
}

function conflictError(constraint: string, cause: unknown): StoreError {
  for (const [pattern, conflict, message] of CONFLICTS) {
    if (pattern.test(constraint)) return new StoreError('CONFLICT', message, { cause, conflict });
  }
  return new StoreError('CORRUPT', `an unexpected duplicate: ${constraint}`, { cause });
}
