/** What came of it, for a judge: the verdict, what it stands on, the trail, every check. */
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import type { Told, ToldStep } from '../../protocol/bundle/tell.ts';
import { countryOf, instantIn, nameOf, shownField, stepsInWords } from '../../papers/words/telling.ts';
import type { Words } from '../../papers/words/words.ts';
import { element } from './elements.ts';
import { timeline } from './timeline.ts';

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** More steps than these are folded away. */
const STEPS_OPEN = 200;

export function report(told: Told, verification: BundleVerification, words: Words): Node[] {
  return [
    ...verdictPart(verification, words),
    ...itemPart(told, words),
    ...trailPart(told, words),
    ...checksPart(verification, words),
  ];
}

function verdictPart({ verdict, trust, completeAsOf }: BundleVerification, words: Words): Node[] {
  const look = verdict === 'verified' ? 'verified' : verdict === 'not verified' ? 'failed' : 'open';
  const complete =
    completeAsOf === undefined
      ? words.labels['completeness unknown']
      : words.sentences.completeAsOf(completeAsOf.number, instantIn(completeAsOf.time, words, ZONE));
  return [
    element('p', { class: `verdict ${look}`, id: 'verdict' }, words.verdict[verdict]),
    element('p', { class: 'advice' }, `${words.advice[verdict]} ${complete}`),
    element('h2', {}, `${words.labels['stands on']}: ${words.trust[trust]}`),
    element('ul', {}, ...[...words.worth[trust], words.labels.anchoring].map((each) => element('li', {}, each))),
  ];
}

function itemPart(told: Told, words: Words): Node[] {
  const [item] = told.items;
  const who = nameOf(told);
  const where = (participant: number): string => `${who(participant)}, ${countryOf(told, participant, words)}`;
  const { labels } = words;
  const rows: (readonly [string, string])[] = [];
  for (const [label, name] of [
    [labels.exhibit, 'exhibit'],
    [labels.description, 'description'],
  ] as const) {
    const shown = shownField(told, name);
    if (shown !== undefined) rows.push([label, shown]);
  }
  if (item !== undefined) {
    const restrictions = item.restrictions.map((each) => words.restrictions[each]).join('; ');
    const transit = item.recipient === 0 ? '' : ` → ${where(item.recipient)}`;
    rows.push(
      [labels.holder, where(item.holder)],
      [labels.status, `${words.status[item.status]}${transit}${item.late ? `; ${labels.late}` : ''}`],
      [labels.restrictions, restrictions === '' ? labels.none : restrictions],
      [labels.origins, item.origins.map(where).join('; ')],
      [labels.holds, item.holds === 0 ? labels.none : String(item.holds)],
    );
  }
  rows.push([labels.subject, told.subject], [labels.head, told.head ?? '–']);
  return [
    element('h2', {}, labels.title),
    element(
      'dl',
      { class: 'card' },
      ...rows.flatMap(([label, value]) => [element('dt', {}, label), element('dd', {}, value)]),
    ),
  ];
}

function trailPart(told: Told, words: Words): Node[] {
  const steps = stepsInWords(told, words).filter(
    ({ step }) => step.kind !== 'participant' && step.kind !== 'consortium',
  );
  const list = element(
    'ol',
    { class: 'steps' },
    ...steps.map(({ step, sentence, delay, crossed }) =>
      element(
        'li',
        { class: classOf(step, told) },
        element('span', { class: 'when' }, `${instantIn(step.time, words, ZONE)} · ${delay}`),
        element('span', {}, sentence),
        ...(step.kind === 'evidence' && step.subject !== told.subject
          ? [' ', element('code', { class: 'soft' }, shortened(step.subject))]
          : []),
        ...(crossed === undefined ? [] : [' ', element('strong', {}, crossed)]),
        ...(step.late ? [' ', element('span', { class: 'mark open' }, words.labels.late)] : []),
        ...fieldsOf(step, words),
      ),
    ),
  );
  return [
    element('h2', {}, words.labels.trail),
    timeline(told, words),
    steps.length > STEPS_OPEN
      ? element('details', {}, element('summary', {}, `${words.labels.trail} (${steps.length})`), list)
      : list,
  ];
}

/** Another item than the one that all of this is about. */
function shortened(subject: string): string {
  return `${subject.slice(0, 18)}…`;
}

function classOf(step: ToldStep, told: Told): string {
  const own = step.subject === told.subject ? 'own' : '';
  return `${own} ${step.late ? 'late' : ''} ${step.crossing ? 'crossing' : ''}`;
}

function fieldsOf({ disclosure }: ToldStep, { labels }: Words): Node[] {
  if (disclosure === undefined) return [];
  const rows = disclosure.fields.map((field) =>
    element(
      'tr',
      {},
      element('td', {}, field.label),
      'value' in field
        ? element('td', {}, field.value)
        : element('td', { class: 'soft' }, labels['erased or withheld']),
    ),
  );
  return [element('table', { class: 'fields' }, element('tbody', {}, ...rows))];
}

function checksPart({ checks }: BundleVerification, words: Words): Node[] {
  const rows = checks.map(({ name, result, sentence, meaning }) =>
    element(
      'tr',
      {},
      element('td', {}, element('strong', {}, words.checks[name])),
      element(
        'td',
        {},
        element('span', { class: `mark ${result === 'not applicable' ? 'open' : result}` }, words.results[result]),
        sentence,
        element('br', {}),
        element('span', { class: 'soft' }, meaning),
      ),
    ),
  );
  return [element('h2', {}, words.labels.checks), element('table', { id: 'checks' }, element('tbody', {}, ...rows))];
}
