/** By when a request is to be answered, where its author does not say: what law gives each instrument, in seconds. */
import { ACTS } from '../../protocol/acts.ts';

export interface Term {
  /** From the request to its answer. */
  readonly answer: number;
  /** From the answer to its execution; left out: the answer's own deadline is all there is. */
  readonly execution?: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * Directive 2014/41/EU, article 12: recognition within 30 days, execution within 90 days after it. Regulation (EU)
 * 2023/1543: production within 10 days, 8 hours in emergencies; preservation for 60 days. The others have no term
 * that binds everyone.
 */
export const USUAL_DEADLINES = {
  'mutual-legal-assistance': { answer: 90 * DAY },
  'european-investigation-order': { answer: 30 * DAY, execution: 90 * DAY },
  'e-evidence-production': { answer: 10 * DAY },
  'e-evidence-production-urgent': { answer: 8 * HOUR },
  'e-evidence-preservation': { answer: 60 * DAY },
  'extradition-annex': { answer: 60 * DAY },
  'police-cooperation': { answer: 30 * DAY },
} as const satisfies Readonly<Record<string, Term>>;

/** An instrument's code, or the urgent form of one. */
type Instrument = keyof typeof USUAL_DEADLINES;

export type Deadlines = Readonly<Record<Instrument, Term>>;

/** The term of the instrument with this code. */
export function termOf(deadlines: Deadlines, code: number): Term {
  return deadlines[ACTS.request.codes[code - 1] as Instrument];
}

/** `NAME=10d`, `NAME=8h` or `NAME=30d+90d` (answer and execution) of each, comma-separated; undefined if it is not. */
export function readDeadlines(text: string): Deadlines | undefined {
  const deadlines: Record<Instrument, Term> = { ...USUAL_DEADLINES };
  for (const each of text.split(',').map((part) => part.trim())) {
    if (each === '') continue;
    const [, name = '', answer = '', execution] = /^([a-z-]+)=(\d{1,4}[dh])(?:\+(\d{1,4}[dh]))?$/.exec(each) ?? [];
    if (!Object.hasOwn(USUAL_DEADLINES, name) || seconds(answer) === 0) return undefined;
    deadlines[name as Instrument] = {
      answer: seconds(answer),
      ...(execution !== undefined && { execution: seconds(execution) }),
    };
  }
  return deadlines;
}

function seconds(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('d') ? DAY : HOUR);
}
