/** Annex B: the minimum custody record of ISO/IEC 27037, 6.1, one row for each statement. */
import type { ToldStep } from '../../protocol/bundle/tell.ts';
import { instantIn } from '../words/telling.ts';
import type { Block, Cell } from './block.ts';
import { agreementName } from './handovers.ts';
import { lengthIn, shownIn, type NumberedStep, type Reading } from './reading.ts';

/** Labels that have a column of their own, or a table elsewhere. */
const PLACED: ReadonlySet<string> = new Set([
  ...['location', 'officer', 'courier', 'waybill', 'case', 'authority', 'ground', 'change', 'justification'],
  ...['exhibit', 'description'],
]);

/** Withheld labels on one line: a long list can go on to the next page between lines. */
const LABELS = 6;

export function custodyRecord(reading: Reading): Block[] {
  const { labels, sections, annexB } = reading.own;
  return [
    { kind: 'heading', text: sections.annexB, newPage: true },
    { kind: 'paragraph', text: annexB, soft: true },
    {
      kind: 'table',
      columns: [
        { title: labels.number, share: 5 },
        { title: labels['when and where'], share: 20 },
        { title: labels.who, share: 17 },
        { title: labels['in and out'], share: 28 },
        { title: labels.why, share: 18 },
        { title: labels.changes, share: 12 },
      ],
      rows: reading.steps.map((numbered) => rowOf(reading, numbered)),
    },
  ];
}

function rowOf(reading: Reading, { number, step, sentence, crossed }: NumberedStep): Cell[] {
  const { words, own, zone, told } = reading;
  const { labels } = own;
  const shown = (label: string, name?: string): string[] => {
    const value = shownIn(step, label);
    return value === undefined ? [] : [name === undefined ? value : `${name}: ${value}`];
  };
  const foreign = step.kind === 'evidence' && step.subject !== told.subject;
  return [
    [String(number)],
    [
      ...instantIn(step.time, words, zone).split(/ (?=\()/),
      { soft: words.sentences.anchored(lengthIn(Math.max(0, step.included - step.time), words)) },
      ...shown('location'),
    ],
    [
      reading.whoAndWhere(step.participant),
      ...shown('officer', labels.officer),
      ...shown('courier', labels.courier),
      ...shown('waybill'),
      { soft: `${labels.key} ${step.key.slice(2, 10)}…` },
    ],
    [
      sentence,
      ...(crossed === undefined ? [] : [crossed]),
      ...(step.late ? [`${words.labels.late}.`] : []),
      ...(foreign ? [{ soft: `${labels['other item']} ${step.subject.slice(2, 14)}…` }] : []),
      ...fieldsOf(step, words.labels['erased or withheld']),
    ],
    [
      ...step.purposes.map((purpose) => words.purposes[purpose]),
      ...(step.agreement === undefined
        ? []
        : [`${words.labels.agreements}: ${agreementName(reading, step.agreement)}`]),
      ...(step.request === undefined ? [] : [`${labels.request}: ${step.request.slice(2, 14)}…`]),
      ...shown('authority'),
      ...shown('ground'),
      ...shown('case', labels.case),
    ],
    [...shown('change'), ...shown('justification')],
  ];
}

/** What the record shows besides, and the labels of what it does not show. */
function fieldsOf({ disclosure }: ToldStep, hidden: string): Cell {
  const fields = disclosure?.fields ?? [];
  const besides = fields.flatMap((field) =>
    !('value' in field) || PLACED.has(field.label) || field.label.startsWith('file.')
      ? []
      : [{ soft: `${field.label}: ${field.value}` }],
  );
  const withheld = fields.filter((field) => !('value' in field)).map(({ label }) => label);
  const lines = [];
  for (let i = 0; i < withheld.length; i += LABELS) lines.push({ soft: withheld.slice(i, i + LABELS).join(', ') });
  return [...besides, ...(withheld.length === 0 ? [] : [{ soft: `${hidden}:` }, ...lines])];
}
