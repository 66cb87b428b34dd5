/** A table that goes on over pages, with its header on each. */
import type { Cell, Column } from './block.ts';
import { INK, LINE, SOFT, type Pages, type Structure } from './pages.ts';

export interface Look {
  readonly size: number;
  readonly header: boolean;
}

interface Line {
  readonly text: string;
  readonly colour: string;
  readonly height: number;
}

interface Place {
  readonly left: number;
  readonly width: number;
}

const PAD = 3;
const GAP = { lineGap: 0.5 } as const;

export function drawTable(
  pages: Pages,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  look: Look,
): void {
  const { document, root } = pages;
  const places = placesOf(pages, columns);
  const table = document.struct('Table');
  root.add(table);
  const header = (): void => {
    if (look.header) drawHeader(pages, { columns, places, table, look });
  };
  const newPage = (): void => {
    pages.newPage();
    header();
  };
  header();
  for (const row of rows) {
    document.font('regular').fontSize(look.size);
    let cells = row.map((cell, index) => linesOf(pages, cell, places[index]!.width));
    const whole = Math.max(...cells.map(heightOf)) + 2 * PAD;
    // What fits on a page of its own is not torn apart.
    if (whole > pages.room() && whole < pages.height - 40) newPage();
    while (cells.some((lines) => lines.length > 0)) {
      const room = pages.room() - 2 * PAD;
      const taken = cells.map((lines) => fitting(lines, room));
      if (taken.every((lines) => lines.length === 0)) {
        newPage();
        continue;
      }
      drawRow(pages, taken, { places, table, look });
      cells = cells.map((lines, index) => lines.slice(taken[index]!.length));
    }
  }
  table.end();
  document.y += 6;
}

function placesOf({ left, width }: Pages, columns: readonly Column[]): Place[] {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  let at = left;
  return columns.map(({ share }) => {
    const whole = (width * share) / shares;
    const place = { left: at + PAD, width: whole - 2 * PAD };
    at += whole;
    return place;
  });
}

function linesOf({ document }: Pages, cell: Cell, width: number): Line[] {
  return cell.map((line) => {
    const [text, colour] = typeof line === 'string' ? [line, INK] : [line.soft, SOFT];
    return { text, colour, height: document.heightOfString(text, { width, ...GAP }) };
  });
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { height }) => sum + height, 0);
}

/** As many of the lines as fit, in order. */
function fitting(lines: readonly Line[], room: number): Line[] {
  let used = 0;
  const end = lines.findIndex(({ height }) => (used += height) > room);
  return lines.slice(0, end < 0 ? lines.length : end);
}

interface RowOf {
  readonly places: readonly Place[];
  readonly table: Structure;
  readonly look: Look;
}

function drawRow(pages: Pages, cells: readonly (readonly Line[])[], { places, table, look }: RowOf): void {
  const { document } = pages;
  const top = document.y;
  const height = Math.max(...cells.map(heightOf)) + 2 * PAD;
  rule(pages, top);
  const row = document.struct('TR');
  table.add(row);
  document.font('regular').fontSize(look.size);
  cells.forEach((lines, index) => {
    const { left, width } = places[index]!;
    row.add(
      document.struct('TD', {}, () => {
        let y = top + PAD;
        for (const line of lines) {
          document.fillColor(line.colour).text(line.text, left, y, { width, ...GAP });
          y += line.height;
        }
      }),
    );
  });
  row.end();
  document.y = top + height;
}

function drawHeader(pages: Pages, { columns, places, table, look }: RowOf & { columns: readonly Column[] }): void {
  const { document, left, width } = pages;
  document.font('bold').fontSize(look.size);
  const heights = columns.map(({ title }, index) =>
    document.heightOfString(title, { width: places[index]!.width, ...GAP }),
  );
  const height = Math.max(...heights) + 2 * PAD;
  const top = document.y;
  pages.artifact(() => document.rect(left, top, width, height).fill('#eef0f3'));
  const row = document.struct('TR');
  table.add(row);
  columns.forEach(({ title }, index) => {
    const place = places[index]!;
    row.add(
      document.struct('TH', {}, () => {
        document.fillColor(INK).text(title, place.left, top + PAD, { width: place.width, ...GAP });
      }),
    );
  });
  row.end();
  document.y = top + height;
}

function rule(pages: Pages, y: number): void {
  const { document, left, width } = pages;
  pages.artifact(() => {
    document
      .moveTo(left, y)
      .lineTo(left + width, y)
      .lineWidth(0.5)
      .stroke(LINE);
  });
}
