/** Builds the court's page: one HTML file, with everything in it, the same bytes each time. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';

const FOLDER = path.join(import.meta.dirname, '../web/verify');

export interface CourtPage {
  readonly html: string;
  /** of its bytes, hexadecimal */
  readonly sha256: string;
  /** Content-Security-Policy: its own script and style, and no network; also in the page itself */
  readonly policy: string;
}

let built: Promise<CourtPage> | undefined;

/** The page, built once in a process. */
export function courtPage(): Promise<CourtPage> {
  return (built ??= build());
}

async function build(): Promise<CourtPage> {
  const [template, style, script] = await Promise.all([
    readFile(path.join(FOLDER, 'page.html'), 'utf8'),
    bundled('style.css'),
    bundled('main.ts'),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}' 'wasm-unsafe-eval'`,
    `style-src '${sourceHash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const html = template
    .replace('POLICY', () => policy)
    .replace(/<style>[^<]*<\/style>/, () => `<style>${style}</style>`)
    .replace(/<script type="module">[^<]*<\/script>/, () => `<script type="module">${script}</script>`);
  return { html, sha256: createHash('sha256').update(html).digest('hex'), policy };
}

async function bundled(name: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(FOLDER, name)],
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', charset: 'ascii' },
    // Nothing of a script can end the element that it stands in.
    supported: { 'inline-script': false },
    legalComments: 'none',
    absWorkingDir: FOLDER,
  });
  return outputFiles[0]!.text;
}

function sourceHash(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}
