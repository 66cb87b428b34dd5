/** What was wrong with the input of a pure function; the message says what to do. */
export type ProtocolErrorCode =
  /** not lower-case hexadecimal of the length that is needed */
  | 'HEX'
  /** a number outside the range of its field */
  | 'RANGE'
  /** a name that is not in the closed list */
  | 'UNKNOWN_NAME'
  /** wire bytes that are not the canonical form of a sheet (protocol.md 2.1) */
  | 'UNREADABLE'
  /** the list beside a statement does not hash to its reference */
  | 'LIST'
  /** not a usable key */
  | 'KEY'
  /** a record outside its bounds (protocol.md 3) */
  | 'RECORD'
  /** a disclosure outside its bounds */
  | 'DISCLOSURE'
  /** bytes that are no dossier (protocol.md 11) */
  | 'DOSSIER'
  /** not a field policy (protocol.md 12) */
  | 'POLICY'
  /** a header, node or seal that is none, or that does not prove what it should (protocol.md 13) */
  | 'PROOF'
  /** not a bundle (protocol.md 13) */
  | 'BUNDLE'
  /** not a ledger file */
  | 'LEDGER_FILE'
  /** not a leaf of a retired ledger's tree (protocol.md 8.1) */
  | 'LEAF'
  /** a founding that no ledger would take */
  | 'FOUNDING'
  /** topics or data that are not one of the ledger's events */
  | 'EVENT'
  /** a state word that does not unpack */
  | 'STATE'
  /** not a late release and the acceptance that follows it (protocol.md 6) */
  | 'PAIR'
  /** the ledger is retired and takes nothing more */
  | 'RETIRED';

export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
