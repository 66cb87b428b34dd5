export type CaseErrorCode =
  'NOT_A_DOCUMENT' | 'CIRCULAR' | 'TOO_DEEP' | 'TOO_LARGE' | 'UNSAFE_KEY' | 'REMOTE_CONTEXT' | 'INVALID_JSON_LD';

/** The document as a whole can't be read; nothing of it was planned. */
export class CaseError extends Error {
  readonly code: CaseErrorCode;

  constructor(code: CaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CaseError';
    this.code = code;
  }
}
