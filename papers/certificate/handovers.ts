/** The handovers of an item, each with how it ended, in plain language. */
import type { Cell } from './block.ts';
import { lengthIn, shownIn, type NumberedStep, type Reading } from './reading.ts';

interface Handover {
  readonly release: NumberedStep;
  /** accepted, refused or recalled; absent: still open */
  readonly outcome?: NumberedStep;
}

function handoversOf({ told, steps }: Reading): Handover[] {
  const own = steps.filter(({ step }) => step.kind === 'evidence' && step.subject === told.subject);
  return own.flatMap((each, index) => {
    if (each.step.act !== 'release') return [];
    // The line takes nothing between a release and its answer but records and corrections.
    const outcome = own
      .slice(index + 1)
      .find(({ step }) => ['accept', 'refuse', 'recall', 'release'].includes(step.act));
    return [{ release: each, ...(outcome && outcome.step.act !== 'release' && { outcome }) }];
  });
}

/** One row for each: its numbers in Annex B, and its story. */
export function handoverRows(reading: Reading): (readonly Cell[])[] {
  return handoversOf(reading).map((handover) => {
    const { release, outcome } = handover;
    const numbers = outcome === undefined ? [String(release.number)] : [`${release.number}, ${outcome.number}`];
    return [numbers, storyOf(reading, handover)];
  });
}

function storyOf(reading: Reading, { release: { step, crossed }, outcome }: Handover): Cell {
  const { words, own, who, moment } = reading;
  const { handover } = own;
  const to = who(step.recipient);
  const told = [
    handover.released({
      when: moment(step.time),
      who: who(step.participant),
      to,
      purposes: step.purposes.map((purpose) => words.purposes[purpose]).join(', '),
      agreement: step.agreement === undefined ? '' : agreementName(reading, step.agreement),
    }),
    outcome === undefined ? handover.open(to) : endOf(reading, step.time, outcome),
  ].join(' ');
  const delays = [step, ...(outcome ? [outcome.step] : [])].map(({ time, included }) => included - time);
  const restrictions = step.restrictions.map((each) => words.restrictions[each]);
  return [
    told,
    ...(crossed === undefined ? [] : [crossed]),
    ...(restrictions.length === 0 ? [] : [`${words.labels.restrictions}: ${restrictions.join('; ')}`]),
    ...(step.late ? [`${words.labels.late}.`] : []),
    { soft: handover.anchored(lengthIn(Math.max(0, ...delays), words)) },
  ];
}

function endOf({ own: { handover }, words, who }: Reading, released: number, { step }: NumberedStep): string {
  const facts = {
    who: who(step.participant),
    after: lengthIn(Math.max(0, step.time - released), words),
    code: step.act === 'recall' ? '' : (words.codes[step.code] ?? step.code),
  };
  if (step.act === 'accept') return handover.accepted(facts);
  return step.act === 'refuse' ? handover.refused(facts) : handover.recalled(facts);
}

/** Its number, and its title where that is shown. */
export function agreementName({ told }: Reading, subject: string): string {
  const number = told.agreements.find((agreement) => agreement.subject === subject)?.number;
  const title = told.steps
    .filter((step) => step.subject === subject)
    .map((step) => shownIn(step, 'title'))
    .find((value) => value !== undefined);
  const name = number === undefined ? subject.slice(0, 18) : String(number);
  return title === undefined ? name : `${name} (${title})`;
}
