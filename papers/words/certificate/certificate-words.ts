/** What the certificate of a trail says beside the words of all papers, in each of its languages. */

/** A handover, with names where it has numbers. */
export interface HandoverFacts {
  readonly when: string;
  readonly who: string;
  readonly to: string;
  /** in words, comma-separated; empty: none */
  readonly purposes: string;
  /** name of the agreement that it rests on; empty: none */
  readonly agreement: string;
}

/** How a handover ended, or that it did not. */
export interface OutcomeFacts {
  readonly who: string;
  /** how long after the release */
  readonly after: string;
  /** the code of the answer, in words; empty: nothing to add */
  readonly code: string;
}

export interface CertificateWords {
  readonly title: string;
  readonly titleOf: (subject: string) => string;
  /** What this paper is, and what it is not. */
  readonly about: string;
  readonly sections: Readonly<Record<Section, string>>;
  readonly labels: Readonly<Record<CertificateLabel, string>>;
  readonly handover: {
    released(facts: HandoverFacts): string;
    accepted(facts: OutcomeFacts): string;
    refused(facts: OutcomeFacts): string;
    recalled(facts: OutcomeFacts): string;
    open(to: string): string;
    /** how long after the stated time the ledger took it */
    anchored(delay: string): string;
    none: string;
  };
  readonly finding: {
    failed(check: string): string;
    keysUnknown: string;
    transit(to: string, since: string): string;
    returning(since: string): string;
    lost(since: string): string;
    disposed(since: string): string;
    late(number: number, when: string): string;
    refused(number: number, who: string, code: string): string;
    recalled(number: number, who: string): string;
    reservation(number: number, who: string): string;
    corrected(number: number, who: string): string;
    found(number: number, who: string): string;
    slow(number: number, delay: string): string;
    held(count: number): string;
    withheld(hidden: number, of: number): string;
    unshown(records: number): string;
    erased(number: number, who: string): string;
    illegal: string;
  };
  /** What the certificate does not prove. */
  readonly limits: readonly string[];
  readonly checksNote: string;
  readonly codeNote: string;
  readonly clipped: (count: number) => string;
  readonly annexA: string;
  readonly annexB: string;
  /** at an instant; the second one in local time */
  readonly moment: (date: string, time: string, local: string) => string;
}

export type Section =
  'item' | 'handovers' | 'seals' | 'agreements' | 'findings' | 'verified' | 'stands' | 'limits' | 'annexA' | 'annexB';

export type CertificateLabel =
  | 'identifier'
  | 'type'
  | 'case'
  | 'evidence'
  | 'since'
  | 'parents'
  | 'complete'
  | 'seal'
  | 'seal as found'
  | 'seal put on'
  | 'file'
  | 'size'
  | 'digest'
  | 'number'
  | 'statement'
  | 'when and where'
  | 'who'
  | 'in and out'
  | 'why'
  | 'changes'
  | 'officer'
  | 'courier'
  | 'authority'
  | 'request'
  | 'other item'
  | 'check'
  | 'result'
  | 'finding'
  | 'key';
