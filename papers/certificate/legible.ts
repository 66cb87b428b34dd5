/** Text that somebody wrote, so that a reader sees every character of it, and none plays tricks with the page. */

/** Output characters of one value. */
const MOST = 500;
/** Marks on one letter; more would be printed over the lines above. */
const MARKS = 3;

/**
 * Characters that the font has no picture for, that control the page or turn its direction, stand as `[U+05D0]`.
 * @param has whether the font can print a code point
 * @param clipped what is said of characters that are left out
 */
export function legible(text: string, has: (codePoint: number) => boolean, clipped: (count: number) => string): string {
  let out = '';
  let marks = 0;
  let rest = 0;
  for (const character of text) {
    if (rest > 0 || out.length >= MOST) {
      rest += 1;
      continue;
    }
    const code = character.codePointAt(0)!;
    marks = /\p{M}/u.test(character) ? marks + 1 : 0;
    out += marks > MARKS ? boxed(code) : printed(character, code, has);
  }
  return rest === 0 ? out : `${out} ${clipped(rest)}`;
}

function printed(character: string, code: number, has: (codePoint: number) => boolean): string {
  // A line that somebody broke is not a line of this paper.
  if (character === '\n') return ' ¶ ';
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character) || !has(code)) return boxed(code);
  return character;
}

function boxed(code: number): string {
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}
