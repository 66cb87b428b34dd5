/** Lays blocks out on pages. */
import type { Block } from './block.ts';
import { drawCode } from './code.ts';
import { INK, SOFT, type Pages } from './pages.ts';
import { drawTable, type Look } from './table.ts';

const TONES = { good: '#0b6b3a', bad: '#a4161a', open: '#8a5a00' } as const;
const BODY = 9.5;
/** A heading stands with at least this much of what it is over. */
const WITH_HEADING = 90;
const SMALL: Look = { size: 7.5, header: true };

export function layOut(pages: Pages, blocks: readonly Block[]): void {
  for (const block of blocks) draw(pages, block);
}

function draw(pages: Pages, block: Block): void {
  switch (block.kind) {
    case 'title':
      write(pages, 'H1', block.text, { size: 20, bold: true, after: 4 });
      {
        write(pages, 'P', block.below, { size: BODY, colour: SOFT, after: 8 });
        return;
      }
    case 'verdict': {
      drawVerdict(pages, block);
      return;
    }
    case 'heading': {
      drawHeading(pages, block);
      return;
    }
    case 'paragraph': {
      write(pages, 'P', block.text, { size: BODY, after: 5, ...(block.soft && { colour: SOFT, size: 8.5 }) });
      return;
    }
    case 'list': {
      drawList(pages, block.items);
      return;
    }
    case 'pairs': {
      drawTable(
        pages,
        [30, 70].map((share) => ({ title: '', share })),
        block.rows.map(([label, value]) => [[{ soft: label }], [value]]),
        { size: BODY, header: false },
      );
      return;
    }
    case 'code': {
      drawCode(pages, block);
      return;
    }
    case 'table': {
      drawTable(pages, block.columns, block.rows, SMALL);
      return;
    }
    case 'blanks': {
      drawBlanks(pages, block.labels);
      return;
    }
  }
}

interface Writing {
  readonly size: number;
  readonly after: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly indent?: number;
}

function write(pages: Pages, tag: 'H1' | 'H2' | 'P', text: string, writing: Writing): void {
  const { document, root, left, width } = pages;
  const { size, after, bold = false, colour = INK, indent = 0 } = writing;
  document.font(bold ? 'bold' : 'regular').fontSize(size);
  const options = { width: width - indent, lineGap: 1 };
  if (document.heightOfString(text, options) > pages.room()) pages.newPage();
  root.add(
    document.struct(tag, {}, () => {
      document.fillColor(colour).text(text, left + indent, document.y, options);
    }),
  );
  document.y += after;
}

function drawHeading(pages: Pages, { text, newPage }: Extract<Block, { kind: 'heading' }>): void {
  if (newPage === true || pages.room() < WITH_HEADING) pages.newPage();
  else pages.document.y += 10;
  write(pages, 'H2', text, { size: 13, bold: true, after: 4 });
}

function drawVerdict(pages: Pages, { tone, text, below }: Extract<Block, { kind: 'verdict' }>): void {
  const { document, left, width } = pages;
  const colour = TONES[tone];
  const inner = width - 24;
  document.font('bold').fontSize(13);
  const first = document.heightOfString(text, { width: inner, lineGap: 1 });
  document.font('regular').fontSize(BODY);
  const height = first + document.heightOfString(below, { width: inner, lineGap: 1 }) + 18;
  const top = document.y;
  pages.artifact(() => {
    document.rect(left, top, width, height).lineWidth(1).stroke(colour);
    document.rect(left, top, 5, height).fill(colour);
  });
  document.y = top + 7;
  write(pages, 'P', text, { size: 13, bold: true, colour, indent: 15, after: 2 });
  write(pages, 'P', below, { size: BODY, indent: 15, after: 0 });
  document.y = top + height + 4;
}

function drawList(pages: Pages, items: readonly string[]): void {
  const { document, root, left, width } = pages;
  const list = document.struct('L');
  root.add(list);
  document.font('regular').fontSize(BODY);
  const options = { width: width - 14, lineGap: 1 };
  for (const item of items) {
    if (document.heightOfString(item, options) > pages.room()) pages.newPage();
    const top = document.y;
    const line = document.struct('LI');
    list.add(line);
    line.add(
      document.struct('Lbl', {}, () => void document.fillColor(SOFT).text('•', left + 2, top, { lineBreak: false })),
    );
    line.add(document.struct('LBody', {}, () => void document.fillColor(INK).text(item, left + 14, top, options)));
    line.end();
    document.y += 3;
  }
  list.end();
  document.y += 2;
}

function drawBlanks(pages: Pages, labels: readonly string[]): void {
  const { document, root, left, width } = pages;
  for (const label of labels) {
    if (pages.room() < 30) pages.newPage();
    const top = document.y + 10;
    document.font('regular').fontSize(BODY).fillColor(SOFT);
    root.add(document.struct('P', {}, () => void document.text(`${label}:`, left, top, { lineBreak: false })));
    pages.artifact(() => {
      document
        .moveTo(left + 120, top + 12)
        .lineTo(left + width, top + 12)
        .lineWidth(0.5)
        .stroke(INK);
    });
    document.y = top + 16;
  }
  document.y += 10;
}
