/** Newline-delimited JSON, cut into lines with bounded memory. */

export interface Line {
  /** counted from 1, empty lines too */
  readonly number: number;
  /** undefined: longer than the limit */
  readonly bytes: Uint8Array | undefined;
}

export interface LineSplitter {
  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Line[];
  /** The last line, if it has no newline. */
  end(): Line[];
  /** The number of the first line that was not completed. */
  next(): number;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACES = new Set([9, 13, 32]);

/** @param limit most bytes of a line; what is longer is skipped to its end and reported once */
export function lineSplitter(limit: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let size = 0;
  let number = 0;

  const take = (part: Uint8Array): void => {
    size += part.length;
    if (size > limit) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const close = (lines: Line[]): void => {
    number += 1;
    const bytes = size > limit ? undefined : withoutReturn(joined(parts, size));
    parts = [];
    size = 0;
    if (bytes === undefined || !isBlank(bytes)) lines.push({ number, bytes });
  };
  return {
    push(chunk) {
      const lines: Line[] = [];
      let start = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
        take(chunk.subarray(start, at));
        close(lines);
        start = at + 1;
      }
      // A copy, so that a short rest does not keep the whole chunk.
      take(chunk.slice(start));
      return lines;
    },
    end() {
      const lines: Line[] = [];
      if (size > 0) close(lines);
      return lines;
    },
    next: () => number + 1,
  };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size);
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => SPACES.has(byte));
}
