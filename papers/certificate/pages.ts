/** Pages on which a paper is laid out: A4, tagged for those who listen to it, the same bytes for the same words. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';

export const INK = '#1a1a1a';
export const SOFT = '#5f6368';
export const LINE = '#c4c7cc';

const A4 = { width: 595.28, height: 841.89 };
const MARGIN = 48;
/** Room for the footer, which is no part of the text. */
const FOOT = 62;

export type Document = InstanceType<typeof PDFDocument>;
export type Structure = ReturnType<Document['struct']>;

/** Pages that grow. */
export interface Pages {
  readonly document: Document;
  /** where content is added for those who listen */
  readonly root: Structure;
  readonly left: number;
  readonly width: number;
  /** of an empty page */
  readonly height: number;
  /** whether the font can print it */
  has(codePoint: number): boolean;
  /** what is left on this page */
  room(): number;
  newPage(): void;
  /** draws what nobody needs to hear: lines and grounds */
  artifact(draw: () => void): void;
}

export interface PagesInfo {
  readonly title: string;
  readonly subject: string;
  /** BCP 47 */
  readonly language: string;
  /** seconds */
  readonly time: number;
}

const FONTS = { regular: '400Regular/NotoSans_400Regular.ttf', bold: '700Bold/NotoSans_700Bold.ttf' } as const;

function fontFile(name: keyof typeof FONTS): Buffer {
  return readFileSync(fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans/${FONTS[name]}`)));
}

export function openPages({ title, subject, language, time }: PagesInfo): Pages {
  const date = new Date(time * 1_000);
  const document = new PDFDocument({
    size: 'A4',
    // The foot is kept free by what is laid out here; a footer in pdfkit's own margin would open a new page.
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 20 },
    ...{ bufferPages: true, autoFirstPage: false, tagged: true, displayTitle: true, pdfVersion: '1.7' },
    lang: language,
    // None of pdfkit's own fonts, which can't print every name.
    font: null as unknown as string,
    info: {
      ...{ Title: title, Subject: subject, Creator: 'Unbroken', Producer: 'Unbroken' },
      ...{ CreationDate: date, ModDate: date },
    },
  });
  document.registerFont('regular', fontFile('regular'));
  document.registerFont('bold', fontFile('bold'));
  document.addPage();
  document.font('regular');
  const root = document.struct('Document');
  document.addStructure(root);
  // pdfkit keeps the font that it embeds to itself; what it can't print has to be known before it is lost.
  const { font } = (document as unknown as { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } })._font;
  return {
    document,
    root,
    left: MARGIN,
    width: A4.width - 2 * MARGIN,
    height: A4.height - MARGIN - FOOT,
    has: (codePoint) => font.hasGlyphForCodePoint(codePoint),
    room: () => A4.height - FOOT - document.y,
    newPage() {
      document.addPage();
      document.y = MARGIN;
    },
    artifact(draw) {
      document.markContent('Artifact');
      draw();
      document.endMarkedContent();
    },
  };
}

/** A footer on every page, and the bytes. */
export async function closePages(
  { document, root, left, width }: Pages,
  footer: (number: number, of: number) => readonly [left: string, right: string],
): Promise<Uint8Array> {
  root.end();
  const { count } = document.bufferedPageRange();
  for (let i = 0; i < count; i++) {
    document.switchToPage(i);
    document.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    const y = A4.height - 42;
    document
      .moveTo(left, y - 5)
      .lineTo(left + width, y - 5)
      .lineWidth(0.5)
      .stroke(LINE);
    const [text, page] = footer(i + 1, count);
    document.font('regular').fontSize(6.5).fillColor(SOFT);
    document.text(text, left, y, { width: width - 80, lineBreak: false });
    document.text(page, left + width - 80, y, { width: 80, align: 'right', lineBreak: false });
    document.endMarkedContent();
  }
  const chunks: Buffer[] = [];
  const bytes = new Promise<Uint8Array>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    document.on('error', reject);
  });
  document.end();
  return bytes;
}
