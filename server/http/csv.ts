/** Tables for spreadsheets: RFC 4180, and no cell that a spreadsheet would take for a formula. */

export type Cell = string | number | boolean | undefined;

/** One line with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(textOf).join(',')}\r\n`;
}

function textOf(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  // A quote in front is what spreadsheets hide; OWASP, CSV injection.
  const safe = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
