/** A QR code, drawn as vectors, with words beside it. */
import encodeQR from 'qr';
import type { Block } from './block.ts';
import { INK, SOFT, type Pages } from './pages.ts';

/** Points. */
const SIDE = 104;

/** Rows of modules, dark ones true, with the quiet zone around them. */
export function modulesOf(text: string): boolean[][] {
  return encodeQR(text, 'raw', { ecc: 'medium', border: 2 });
}

export function drawCode(pages: Pages, { text, beside }: Extract<Block, { kind: 'code' }>): void {
  const { document, root, left, width } = pages;
  if (pages.room() < SIDE + 10) pages.newPage();
  const top = document.y + 2;
  const modules = modulesOf(text);
  const side = SIDE / modules.length;
  root.add(
    document.struct('Figure', { alt: text }, () => {
      modules.forEach((row, y) =>
        row.forEach((dark, x) => {
          if (dark) document.rect(left + x * side, top + y * side, side, side);
        }),
      );
      document.fill('#000000');
    }),
  );
  document.y = top + 2;
  for (const cell of beside) {
    for (const line of cell) {
      const [said, colour, size] = typeof line === 'string' ? [line, INK, 9.5] : [line.soft, SOFT, 7];
      const place = { width: width - SIDE - 12, lineGap: 0.5 };
      document.font('regular').fontSize(size).fillColor(colour);
      root.add(document.struct('P', {}, () => void document.text(said, left + SIDE + 12, document.y, place)));
    }
    document.y += 4;
  }
  document.y = Math.max(document.y, top + SIDE + 4);
}
