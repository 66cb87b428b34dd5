/** What a bundle tells, in the words of one language: for pages and papers. */
import type { Told, ToldStep } from '../../protocol/bundle/tell.ts';
import type { Words } from './words.ts';

/** A step in words. */
export interface StepInWords {
  readonly step: ToldStep;
  readonly sentence: string;
  /** between what was claimed and what the ledger took */
  readonly delay: string;
  /** where it crossed a border, from where to where */
  readonly crossed?: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function stepsInWords(told: Told, words: Words): StepInWords[] {
  const who = nameOf(told);
  const numbers = new Map(told.agreements.map(({ subject, number }) => [subject, String(number)]));
  return told.steps.map((step) => {
    const from = countryOf(told, step.participant, words);
    return {
      step,
      sentence: words.steps[step.act]({
        who: who(step.participant),
        to: step.recipient === 0 ? '' : who(step.recipient),
        code: words.codes[step.code] ?? step.code,
        purposes: step.purposes.map((purpose) => words.purposes[purpose]).join(', '),
        agreement: step.agreement === undefined ? '' : (numbers.get(step.agreement) ?? step.agreement),
      }),
      delay: words.sentences.anchored(duration(step.included - step.time, words)),
      ...(step.crossing && { crossed: words.sentences.crossed(from, countryOf(told, step.recipient, words)) }),
    };
  });
}

/** A participant's code; its number where it is not known here. */
export function nameOf(told: Told): (participant: number) => string {
  const codes = new Map(told.participants.map(({ number, code }) => [number, code]));
  return (participant) => codes.get(participant) ?? String(participant);
}

export function countryOf(told: Told, participant: number, { language }: Words): string {
  const jurisdiction = told.participants.find(({ number }) => number === participant)?.jurisdiction;
  if (jurisdiction === undefined) return '?';
  return new Intl.DisplayNames([language], { type: 'region', fallback: 'code' }).of(jurisdiction) ?? jurisdiction;
}

/** One unit is enough: what counts is seconds or weeks. */
export function duration(seconds: number, { sentences }: Words): string {
  const length = Math.max(0, seconds);
  if (length < 2 * MINUTE) return sentences.seconds(length);
  if (length < 2 * HOUR) return sentences.minutes(Math.round(length / MINUTE));
  if (length < 2 * DAY) return sentences.hours(Math.round(length / HOUR));
  return sentences.days(Math.round(length / DAY));
}

/**
 * An instant in UTC and, where another is asked for, in local time.
 * @param time seconds
 * @param zone IANA name
 * @throws RangeError for a zone that there is not
 */
export function instantIn(time: number, { language }: Words, zone = 'UTC'): string {
  const format = (timeZone: string): string =>
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      ...{ dateStyle: 'medium', timeStyle: 'medium', timeZone },
    }).format(time * 1000);
  const utc = `${format('UTC')} UTC`;
  return zone === 'UTC' ? utc : `${utc} (${format(zone)} ${zone})`;
}

/** The value of the first field with this label that is shown, of a subject's records. */
export function shownField(told: Told, label: string): string | undefined {
  for (const { subject, disclosure } of told.steps) {
    if (subject !== told.subject) continue;
    const field = disclosure?.fields.find((each) => each.label === label);
    if (field !== undefined && 'value' in field) return field.value;
  }
  return undefined;
}

/** Whether it is the name of a time zone, such as `Europe/Paris`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
