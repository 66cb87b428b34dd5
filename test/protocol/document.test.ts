/** The tables of docs/protocol.md and the data in protocol/ are the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ACTS, type Act, type ActRule, type Field } from '../../protocol/acts.ts';
import { POWER, PURPOSES, RESTRICTIONS, SCHEME } from '../../protocol/names.ts';
import { reasonMeaning, reasonName, reasonNumber, REASONS } from '../../protocol/reasons.ts';
import { TRANSITIONS, type Cell, type Row } from '../../protocol/transitions.ts';
import { reasonOfEmptyCell, STATUSES } from './support/table.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');

const cellsOf = (row: string) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The rows of the table whose heading begins so. */
function tableOf(...heading: readonly string[]): string[][] {
  const lines = PAGE.split('\n');
  const at = lines.findIndex((line) => heading.every((cell, i) => cellsOf(line)[i] === cell));
  const below = lines.slice(at + 2);
  return below
    .slice(
      0,
      below.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf);
}

describe('docs/protocol.md', () => {
  it('lists the reasons', () => {
    const rows = tableOf('number', 'name').map(([number, name, meaning]) => ({
      number: Number(number),
      name,
      meaning,
    }));
    expect(rows).to.deep.equal(REASONS);
    for (const { number, name, meaning } of REASONS) {
      expect([reasonNumber(name), reasonName(number), reasonMeaning(name)]).to.deep.equal([number, name, meaning]);
    }
  });

  const FIELDS: readonly Field[] = [
    'recipient',
    'recipientKey',
    'agreement',
    'request',
    'reference',
    'list',
    'purpose',
    'restrictions',
  ];
  const POWERS: Readonly<Record<string, number>> = {
    C: POWER.custody | POWER.service,
    A: POWER.authority,
    CA: POWER.custody | POWER.service | POWER.authority,
    'A for 1, CA else': POWER.custody | POWER.service | POWER.authority,
  };

  it('lists the acts, with their numbers, lines, codes, powers and fields', () => {
    const rows = tableOf('act', 'number', 'line');
    expect(rows.map(([act]) => act)).to.deep.equal(Object.keys(ACTS));
    for (const [act, number, line, codes, powers, fields] of rows as [Act, ...string[]][]) {
      const rule: ActRule = ACTS[act];
      expect(rule.number, act).to.equal(Number(number));
      const kinds = line!.replace(/,? (opens.*|\(.*\)|or)/g, '').split(/,? /);
      expect([...rule.kinds].sort(), act).to.have.members(line!.includes('consortium') ? [...rule.kinds] : kinds);
      expect(rule.opens, act).to.equal(
        !line!.includes('opens') ? 'never' : line!.includes('or') ? 'with list' : 'always',
      );
      const names = codes!.split(/, (?=\d)/).map((each, i) => {
        expect(each, act).to.match(new RegExp(`^${i + 1}( |$)`));
        return each.slice(2).toLowerCase().replace(/\W+/g, '-');
      });
      // An act with one code names it after itself.
      expect(names, act).to.deep.equal(names[0] === '' ? [''] : rule.codes);
      expect(rule.powers, act).to.equal(POWERS[powers!]);
      const named = (text: string) => FIELDS.filter((field) => new RegExp(`\\b${field}\\b`).test(text)).sort();
      const bold = [...fields!.matchAll(/\*\*(\w+)\*\*/g)].map((match) => match[1]!).join(' ');
      const either = act === 'conclude';
      expect([...rule.must].sort(), act).to.deep.equal(either ? [] : named(bold));
      expect([...rule.must, ...rule.may].sort(), act).to.deep.equal(named(fields!));
    }
  });

  it('lists purposes, restrictions, powers and schemes', () => {
    for (const [table, from] of [
      [PURPOSES, '**Purposes**'],
      [RESTRICTIONS, '**Restrictions**'],
    ] as const) {
      const paragraph = PAGE.slice(PAGE.indexOf(from)).split('\n')[0]!;
      for (const [name, bit] of Object.entries(table))
        expect(paragraph).to.match(new RegExp(`\\b${Math.log2(bit)} ${name}\\b`));
    }
    const powers = PAGE.slice(PAGE.indexOf('**Powers**')).split('\n')[0]!;
    for (const [name, bit] of Object.entries(POWER)) expect(powers).to.match(new RegExp(`\\b${bit} ${name}\\b`));
    expect(Object.values(SCHEME)).to.deep.equal([1, 2, 3]);
  });

  it('has the one table of act, state and who', () => {
    const rows = tableOf('act', 'none');
    const seen: Row[] = [];
    for (const [acts, ...cells] of rows) {
      const names = acts!.replace('dispose 4 (lost)', 'lost').replace('dispose 1 to 3', 'dispose').split(', ') as Row[];
      for (const row of names) {
        seen.push(row);
        STATUSES.forEach((status, i) => {
          const expected: Cell =
            cells[i] === '' ? { reason: reasonOfEmptyCell(row, status) } : filled(cells[i]!, status);
          expect(TRANSITIONS[row][status], `${row} in ${status}`).to.deep.equal(expected);
        });
      }
    }
    expect(seen).to.have.members(Object.keys(TRANSITIONS));
  });

  function filled(cell: string, status: string): Cell {
    const [who, to = status] = cell.split(' → ');
    return { who, to: to.replace(' ', '-') } as Cell;
  }
});
