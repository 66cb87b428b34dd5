/** What deserves a reader's attention, whether or not the trail is in order. */
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import { lengthIn, type NumberedStep, type Reading } from './reading.ts';

/** Seconds: what reached the ledger later than this is worth a question. */
const SLOW = 86_400;

export function findingsOf(reading: Reading, { verdict, checks, completeAsOf }: BundleVerification): string[] {
  const { told, words, own } = reading;
  const { finding } = own;
  return [
    ...checks.filter(({ result }) => result === 'failed').map(({ name }) => finding.failed(words.checks[name])),
    ...(verdict === 'keys unknown' ? [finding.keysUnknown] : []),
    ...(completeAsOf === undefined ? [words.labels['completeness unknown']] : []),
    ...(told.head === undefined ? [finding.illegal] : []),
    ...ofState(reading),
    ...reading.steps.flatMap((numbered) => ofStep(reading, numbered)),
    ...ofFields(reading),
  ];
}

/** Since when the item is in its state and with its holder, as claimed. */
export function sinceOf({ told, steps }: Reading): number | undefined {
  const own = steps.map(({ step }) => step).filter(({ subject, then }) => subject === told.subject && then);
  const last = own.at(-1)?.then;
  const before = own.findLastIndex(({ then }) => then?.status !== last?.status || then?.holder !== last?.holder);
  return own[before + 1]?.time;
}

function ofState(reading: Reading): string[] {
  const { told, own, who, moment } = reading;
  const { finding } = own;
  const [item] = told.items;
  const time = sinceOf(reading);
  if (item?.subject !== told.subject || time === undefined) return [];
  const since = moment(time);
  const holds = item.holds === 0 ? [] : [finding.held(item.holds)];
  switch (item.status) {
    case 'in-transit':
      return [finding.transit(who(item.recipient), since), ...holds];
    case 'returning':
      return [finding.returning(since), ...holds];
    case 'lost':
      return [finding.lost(since), ...holds];
    case 'disposed':
      return [finding.disposed(since), ...holds];
    default:
      return holds;
  }
}

function ofStep({ own: { finding }, words, who, moment }: Reading, { number, step }: NumberedStep): string[] {
  const name = who(step.participant);
  const found: string[] = [];
  if (step.late) found.push(finding.late(number, moment(step.time)));
  if (step.act === 'refuse') found.push(finding.refused(number, name, words.codes[step.code] ?? step.code));
  if (step.act === 'recall') found.push(finding.recalled(number, name));
  if (step.act === 'accept' && step.code === 'with-reservation') found.push(finding.reservation(number, name));
  if (step.act === 'correct') found.push(finding.corrected(number, name));
  if (step.act === 'found') found.push(finding.found(number, name));
  if (step.act === 'erase') found.push(finding.erased(number, name));
  const delay = step.included - step.time;
  if (delay > SLOW) found.push(finding.slow(number, lengthIn(delay, words)));
  return found;
}

function ofFields({ steps, own: { finding } }: Reading): string[] {
  const fields = steps.flatMap(({ step }) => step.disclosure?.fields ?? []);
  const hidden = fields.filter((field) => !('value' in field)).length;
  const unshown = steps.filter(({ step }) => step.record !== undefined && step.disclosure === undefined).length;
  return [
    ...(hidden === 0 ? [] : [finding.withheld(hidden, fields.length)]),
    ...(unshown === 0 ? [] : [finding.unshown(unshown)]),
  ];
}
