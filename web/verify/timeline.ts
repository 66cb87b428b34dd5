/** A drawing of who held the item, and when: a bar for each holder in turn, hatched where it was in transit. */
import type { Told } from '../../protocol/bundle/tell.ts';
import { countryOf, instantIn, nameOf } from '../../papers/words/telling.ts';
import type { Words } from '../../papers/words/words.ts';
import { drawn } from './elements.ts';

interface Span {
  readonly holder: number;
  readonly status: string;
  readonly from: number;
  readonly until: number;
}

const WIDTH = 900;
const ROW = 34;
const LEFT = 210;
/** A span that is shorter is still seen. */
const LEAST = 3;

export function timeline(told: Told, words: Words): SVGElement {
  const spans = spansOf(told);
  const holders = [...new Set(spans.map(({ holder }) => holder))];
  const height = ROW * holders.length + 40;
  const svg = drawn('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': words.labels.trail });
  svg.append(hatching());
  const first = spans[0]?.from ?? 0;
  const last = Math.max(first + 1, spans.at(-1)?.until ?? 0);
  const across = (time: number): number => LEFT + ((time - first) / (last - first)) * (WIDTH - LEFT - 10);
  const who = nameOf(told);
  holders.forEach((holder, row) => {
    const top = row * ROW;
    svg.append(
      drawn('line', { class: 'axis', x1: LEFT, x2: WIDTH - 10, y1: top + 17, y2: top + 17 }),
      drawn('text', { x: 0, y: top + 21 }, `${shortened(who(holder))}, ${shortened(countryOf(told, holder, words))}`),
    );
    for (const span of spans.filter((each) => each.holder === holder)) {
      const from = across(span.from);
      const bar = drawn('rect', {
        ...{ x: from, y: top + 7, width: Math.max(LEAST, across(span.until) - from), height: 20, rx: 3 },
        fill: span.status === 'held' ? 'var(--accent)' : 'url(#hatching)',
        stroke: 'var(--accent)',
      });
      bar.append(
        drawn('title', {}, `${instantIn(span.from, words)} – ${instantIn(span.until, words)}: ${span.status}`),
      );
      svg.append(bar);
    }
  });
  const bottom = ROW * holders.length + 24;
  svg.append(
    drawn('text', { x: LEFT, y: bottom }, instantIn(first, words)),
    drawn('text', { x: WIDTH - 10, y: bottom, 'text-anchor': 'end' }, instantIn(last, words)),
  );
  return svg;
}

/** From step to step, by the times at which the ledger took them; the last as long as the trail is told. */
function spansOf({ subject, steps }: Told): Span[] {
  const own = steps.flatMap((step) => (step.subject === subject && step.then ? [{ ...step, then: step.then }] : []));
  const end = steps.at(-1)?.included ?? 0;
  return own.map(({ then, included }, at) => ({
    ...{ holder: then.holder, status: then.status, from: included },
    until: own[at + 1]?.included ?? Math.max(end, included),
  }));
}

function hatching(): SVGElement {
  const pattern = drawn('pattern', { id: 'hatching', width: 6, height: 6, patternUnits: 'userSpaceOnUse' });
  pattern.append(drawn('path', { d: 'M0 6L6 0', stroke: 'var(--accent)', 'stroke-width': 1.5 }));
  return pattern;
}

function shortened(text: string): string {
  return text.length > 18 ? `${text.slice(0, 17)}…` : text;
}
