/** Where a command's words go: its result to standard output, everything else to standard error. */
import { once } from 'node:events';

export interface Output {
  readonly json: boolean;
  /** Whether a person watches standard error. */
  readonly watched: boolean;
  /** The result: one JSON value with `--json`, lines for people without. */
  readonly result: (value: unknown, lines: () => readonly string[]) => void;
  /** A part of a long result that is no JSON; resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  /** What people want to know besides; left out with `--json`. */
  readonly note: (text: string) => void;
  /** Shows how far long work is. */
  readonly progress: (title: string, total: number) => Progress;
}

export interface Progress {
  /** Adds to what is done. */
  advance(by?: number): void;
  end(): void;
}

const BAR = 24;
const REDRAW_MILLISECONDS = 80;

export function openOutput(json: boolean): Output {
  const watched = process.stderr.isTTY;
  return {
    json,
    watched,
    result(value, lines) {
      process.stdout.write(
        json
          ? `${JSON.stringify(value)}\n`
          : lines()
              .map((line) => `${line}\n`)
              .join(''),
      );
    },
    async write(text) {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    },
    note(text) {
      if (!json) process.stderr.write(`${text}\n`);
    },
    progress: (title, total) =>
      watched && !json ? bar(title, total) : { advance: () => undefined, end: () => undefined },
  };
}

function bar(title: string, total: number): Progress {
  let done = 0;
  let drawn = 0;
  const draw = (): void => {
    drawn = Date.now();
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * BAR);
    process.stderr.write(
      `\r\x1b[K${title} [${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${Math.floor(share * 100)} %`,
    );
  };
  draw();
  return {
    advance(by = 1) {
      done += by;
      if (Date.now() - drawn >= REDRAW_MILLISECONDS) draw();
    },
    end: () => void process.stderr.write('\r\x1b[K'),
  };
}
