/** What papers and pages say, in each of their languages. */
import type { Act } from '../../protocol/acts.ts';
import type { CheckName } from '../../protocol/bundle/check.ts';
import type { BundleVerification, Trust } from '../../protocol/bundle/verify.ts';
import type { ToldItem } from '../../protocol/bundle/tell.ts';
import type { Onward, Purpose, Restriction } from '../../protocol/names.ts';

/** A step, with names where it has numbers. */
export interface StepFacts {
  readonly who: string;
  /** whom it names; empty: nobody */
  readonly to: string;
  /** its code, in words */
  readonly code: string;
  /** its purposes, in words, comma-separated; empty: none */
  readonly purposes: string;
  /** number of the agreement that it rests on; empty: none */
  readonly agreement: string;
}

export interface Words {
  /** BCP 47 */
  readonly language: Language;
  readonly verdict: Readonly<Record<BundleVerification['verdict'], string>>;
  /** What the reader is to do about it. */
  readonly advice: Readonly<Record<BundleVerification['verdict'], string>>;
  readonly results: Readonly<Record<'passed' | 'failed' | 'not applicable', string>>;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly trust: Readonly<Record<Trust, string>>;
  /** What each trust is worth. */
  readonly worth: Readonly<Record<Trust, readonly string[]>>;
  readonly status: Readonly<Record<ToldItem['status'], string>>;
  readonly purposes: Readonly<Record<Purpose, string>>;
  readonly restrictions: Readonly<Record<Restriction, string>>;
  readonly onward: Readonly<Record<Onward, string>>;
  /** Codes of acts, in words. */
  readonly codes: Readonly<Record<string, string>>;
  /** A step as a sentence. */
  readonly steps: Readonly<Record<Act, (facts: StepFacts) => string>>;
  readonly labels: Readonly<Record<Label, string>>;
  /** Sentences with something in them. */
  readonly sentences: {
    completeAsOf(block: number, time: string): string;
    /** between what was signed and what the ledger took; both in words */
    anchored(delay: string): string;
    crossed(from: string, to: string): string;
    seconds(count: number): string;
    minutes(count: number): string;
    hours(count: number): string;
    days(count: number): string;
    page(number: number, of: number): string;
  };
}

export type Language = 'en' | 'fr' | 'de' | 'es';

export type Label =
  | 'title'
  | 'subject'
  | 'head'
  | 'exhibit'
  | 'description'
  | 'holder'
  | 'status'
  | 'restrictions'
  | 'origins'
  | 'holds'
  | 'none'
  | 'trail'
  | 'when'
  | 'what'
  | 'local time'
  | 'checks'
  | 'stands on'
  | 'withheld'
  | 'erased or withheld'
  | 'late'
  | 'in transit'
  | 'border'
  | 'agreements'
  | 'between'
  | 'purposes'
  | 'onward'
  | 'valid'
  | 'court permission'
  | 'completeness unknown'
  | 'anchoring'
  | 'files'
  | 'findings'
  | 'no findings';
