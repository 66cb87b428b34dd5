/** What a command that did not succeed says, and with which exit code. */

export const EXIT = {
  done: 0,
  /** refused by the gateway, rejected by the ledger, or not verified */
  refused: 1,
  /** wrong usage, or input that can't be used */
  usage: 2,
  /** the gateway can't be reached, or can't answer */
  unreachable: 3,
} as const;

export type FailureCode = Exclude<keyof typeof EXIT, 'done'>;

/** The message is one or two sentences that say what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  /** The gateway's problem document, for `--json`. */
  readonly problem: unknown;

  constructor(code: FailureCode, message: string, options: { problem?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.problem = options.problem;
  }
}

export function usage(message: string): Failure {
  return new Failure('usage', message);
}
