import type { ImportPlan, Occurred, PlannedItem, PlannedStatement, Remark, Unmapped } from './plan.ts';

const MAX_LINES_OF_A_KIND = 20;

/** The plan for people, line by line. */
export function describePlan(plan: ImportPlan): string[] {
  const items = new Map(plan.items.map((item) => [item.iri, item]));
  const statements = new Map<string, PlannedStatement[]>();
  for (const statement of plan.statements) {
    const known = statements.get(statement.item);
    if (known === undefined) statements.set(statement.item, [statement]);
    else known.push(statement);
  }
  return [
    ...plan.cases.map((info) => `Case ${info.name}${info.description === null ? '' : `: ${info.description}`}`),
    `${count(plan.items.length, 'item')}, ${count(plan.statements.length, 'statement')}; ${count(plan.context.length, 'node')} of context, ${plan.unmapped.length} not mapped.`,
    '',
    ...plan.items.map((item) =>
      short(
        `${title(item)}: ${(statements.get(item.iri) ?? []).map((statement) => phrase(statement, items)).join('; ')}.`,
      ),
    ),
    ...section(
      'To look at',
      plan.remarks.map((remark) => remarked(remark, items.get(remark.iri))),
    ),
    ...section('Not mapped', grouped(plan.unmapped)),
  ];
}

function remarked({ code, text }: Remark, item: PlannedItem | undefined): string {
  return short(`${item === undefined ? '' : `${title(item)}: `}${text} [${code}]`);
}

/** The pseudonyms of published documents end in a UUID, of which the beginning is enough for people. */
function short(name: string): string {
  return name.replace(/-([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '-$1');
}

function title(item: PlannedItem): string {
  const [first, ...others] = item.exhibitNumbers;
  const also = others.length === 0 ? '' : `, also ${others.join(', ')}`;
  return first === undefined ? item.description : `${item.description}, exhibit ${first}${also}`;
}

function phrase(statement: PlannedStatement, items: ReadonlyMap<string, PlannedItem>): string {
  const by = statement.performer === null ? '' : ` by ${statement.performer.name}`;
  const at = statement.location === null ? '' : `, ${statement.location.name}`;
  return `${deed(statement, items)}${when(statement.occurred)}${['release', 'accept', 'refuse', 'return'].includes(statement.act) ? '' : by}${at}`;
}

function deed(statement: PlannedStatement, items: ReadonlyMap<string, PlannedItem>): string {
  switch (statement.act) {
    case 'collect':
      return statement.code;
    case 'derive': {
      const parents = statement.parents
        .map((parent) => items.get(parent))
        .map((parent) => parent?.exhibitNumbers[0] ?? parent?.description ?? 'another item');
      return `${statement.code} of ${parents.join(', ')}`;
    }
    case 'release':
      return `released by ${statement.giver.name} to ${statement.receiver.name}`;
    case 'accept':
      return `accepted by ${statement.receiver.name}`;
    case 'refuse':
      return `refused by ${statement.receiver.name}`;
    case 'return':
      return `back with ${statement.giver.name}`;
    case 'dispose':
      return statement.code === 'lost' ? 'lost' : `disposed of (${statement.code})`;
    case 'record':
    case 'found':
      return statement.code;
  }
}

function when({ from, until }: Occurred): string {
  const day = (text: string): string => /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? text;
  if (from === null) return until === null ? '' : ` until ${day(until.text)}`;
  if (until === null || day(until.text) === day(from.text)) return ` ${day(from.text)}`;
  return ` ${day(from.text)} to ${day(until.text)}`;
}

function grouped(unmapped: readonly Unmapped[]): string[] {
  const groups = new Map<string, Unmapped[]>();
  for (const entry of unmapped) {
    const what = entry.property === null ? entry.types.join(', ') || 'without type' : `property ${entry.property}`;
    const key = `${what}: ${entry.text} [${entry.reason}]`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [entry]);
    else known.push(entry);
  }
  return [...groups].map(
    ([key, entries]) => `${entries.length} × ${key}${entries[0]?.iri === '' ? '' : ` e.g. ${entries[0]?.iri}`}`,
  );
}

function section(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MAX_LINES_OF_A_KIND;
  return [
    '',
    `${heading}:`,
    ...lines.slice(0, MAX_LINES_OF_A_KIND).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more (--json lists them all)`] : []),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
