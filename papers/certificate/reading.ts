/** A trail as a certificate reads it: the steps of custody, numbered, with what their records show. */
import type { Told, ToldStep } from '../../protocol/bundle/tell.ts';
import { countryOf, duration, nameOf, stepsInWords } from '../words/telling.ts';
import type { CertificateWords } from '../words/certificate/certificate-words.ts';
import type { Words } from '../words/words.ts';

export interface Reading {
  readonly told: Told;
  readonly words: Words;
  readonly own: CertificateWords;
  /** IANA name */
  readonly zone: string;
  readonly steps: readonly NumberedStep[];
  who(participant: number): string;
  /** with its country */
  whoAndWhere(participant: number): string;
  /** an instant inside a sentence */
  moment(time: number): string;
}

export interface NumberedStep {
  /** in the order of the ledger, as in Annex B */
  readonly number: number;
  readonly step: ToldStep;
  readonly sentence: string;
  readonly crossed?: string;
}

export interface ReadingIn {
  readonly words: Words;
  readonly own: CertificateWords;
  /** IANA name */
  readonly zone: string;
  /** what somebody wrote, so that it can be printed */
  legible(text: string): string;
}

/** @throws RangeError for a zone that there is not */
export function readTold(raw: Told, { words, own, zone, legible }: ReadingIn): Reading {
  const told = { ...raw, steps: raw.steps.map((step) => legibleStep(step, legible)) };
  const who = nameOf(told);
  const steps = stepsInWords(told, words)
    .filter(({ step }) => isOfCustody(step))
    .map(({ step, sentence, crossed }, index) => ({
      ...{ number: index + 1, step, sentence },
      ...(crossed !== undefined && { crossed }),
    }));
  return {
    ...{ told, words, own, zone, steps, who },
    whoAndWhere: (participant) => `${who(participant)} (${countryOf(told, participant, words)})`,
    moment: momentIn(words, own, zone),
  };
}

function legibleStep(step: ToldStep, legible: ReadingIn['legible']): ToldStep {
  if (step.disclosure === undefined) return step;
  const fields = step.disclosure.fields.map((field) => ({
    ...field,
    label: legible(field.label),
    ...('value' in field && { value: legible(field.value) }),
  }));
  return { ...step, disclosure: { ...step.disclosure, fields } };
}

/** Members, keys and agreements are what a trail rests on, not its steps; an erasure is a step of each record. */
function isOfCustody({ kind, act }: ToldStep): boolean {
  return act === 'erase' || !['participant', 'consortium', 'agreement'].includes(kind);
}

function momentIn(words: Words, own: CertificateWords, zone: string): (time: number) => string {
  const locale = words.language === 'en' ? 'en-GB' : words.language;
  const inZone = (timeZone: string) => ({
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }),
    time: new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }),
  });
  const utc = inZone('UTC');
  const local = inZone(zone);
  return (seconds) => {
    const instant = seconds * 1_000;
    const date = utc.date.format(instant);
    const localDate = local.date.format(instant);
    const there = `${localDate === date ? '' : `${localDate}, `}${local.time.format(instant)} ${zone}`;
    return own.moment(date, utc.time.format(instant), zone === 'UTC' ? '' : there);
  };
}

const MINUTE = 60;
const UNITS = [
  ['days', 1_440 * MINUTE],
  ['hours', 60 * MINUTE],
  ['minutes', MINUTE],
] as const;

/** A length of time in two units, such as `2 h 10 min`. */
export function lengthIn(seconds: number, words: Words): string {
  const index = UNITS.findIndex(([, unit]) => seconds >= unit);
  const [larger, unit] = UNITS[index] ?? [];
  if (larger === undefined || larger === 'minutes') return duration(seconds, words);
  const [smaller, part] = UNITS[index + 1]!;
  const count = Math.floor(seconds / unit);
  const rest = Math.floor((seconds - count * unit) / part);
  const { sentences } = words;
  return rest === 0 ? sentences[larger](count) : `${sentences[larger](count)} ${sentences[smaller](rest)}`;
}

/** What a step's record shows under a label. */
export function shownIn({ disclosure }: ToldStep, label: string): string | undefined {
  const field = disclosure?.fields.find((each) => each.label === label);
  return field !== undefined && 'value' in field ? field.value : undefined;
}

/** What the newest record of the item shows under a label: a correction comes after what it corrects. */
export function newestShown({ told, steps }: Reading, label: string): string | undefined {
  return steps
    .filter(({ step }) => step.subject === told.subject)
    .map(({ step }) => shownIn(step, label))
    .findLast((value) => value !== undefined);
}
