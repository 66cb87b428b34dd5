/** Tables for people: columns as wide as what stands in them. */

/** What comes from others must not steer the terminal: control characters, and those that reverse the direction of text. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `2026-09-21 13:33:20Z` */
export function instant(iso: string | undefined): string {
  if (iso === undefined) return '';
  // Years of more than four digits begin with a sign: a key without an end.
  return iso.startsWith('+') ? 'no end' : `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
}

/** The same of seconds since 1970. */
export function instantOf(seconds: number): string {
  return instant(new Date(seconds * 1000).toISOString());
}

/** `0 s`, `3 min`, `2 h 5 min`, `4 d` */
export function delay(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? '-' : '';
  if (size < 120) return `${sign}${size} s`;
  if (size < 7_200) return `${sign}${Math.floor(size / 60)} min`;
  if (size < 172_800) return `${sign}${Math.floor(size / 3_600)} h ${Math.floor((size % 3_600) / 60)} min`;
  return `${sign}${Math.floor(size / 86_400)} d`;
}

/** Enough of a 32-byte word to tell it from others by eye. */
export function shortHex(hex: string): string {
  return `${hex.slice(0, 10)}..${hex.slice(-4)}`;
}

export function nameOf({ number, code }: { readonly number: number; readonly code?: string }): string {
  return code ?? `participant ${number}`;
}
