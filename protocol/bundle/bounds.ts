/** Bounds on JSON of unknown origin, before anything is made of it. */

/** Bytes of a bundle as JSON. */
export const BUNDLE_BYTES_MAX = 64 * 1024 * 1024;
/** Lists and objects in one another; a bundle has six. */
const DEPTH_MAX = 16;
/** Values in all; the smallest take a few bytes of text, and many times that once they are read. */
const VALUES_MAX = 4_000_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether bytes, if they are JSON, are within the bounds: one pass, and nothing is kept. */
export function areBytesWithinBounds(bytes: Uint8Array): boolean {
  if (bytes.length > BUNDLE_BYTES_MAX) return false;
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === LIST_END || byte === OBJECT_END) depth -= 1;
    else if (byte === LIST || byte === OBJECT || byte === COMMA) {
      values += 1;
      if (byte !== COMMA) depth += 1;
      if (depth > DEPTH_MAX || values > VALUES_MAX) return false;
    }
  }
  return true;
}

/** Whether a value that was JSON is within the bounds. Ends on one that contains itself, too. */
export function isValueWithinBounds(value: unknown): boolean {
  let bytes = -1;
  let values = 0;
  const within = (each: unknown, depth: number): boolean => {
    values += 1;
    // Texts have at least a byte for each character, whatever else has at least one, and one that parts it from the next.
    bytes += typeof each === 'string' ? each.length + 3 : 2;
    if (bytes > BUNDLE_BYTES_MAX || values > VALUES_MAX) return false;
    if (typeof each !== 'object' || each === null) return true;
    if (depth === DEPTH_MAX) return false;
    if (Array.isArray(each)) return each.every((item) => within(item, depth + 1));
    return Object.entries(each).every(([name, item]) => {
      bytes += name.length + 3;
      return within(item, depth + 1);
    });
  };
  return within(value, 0);
}
