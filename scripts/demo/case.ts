/** A CASE document of the reader's own, imported through the command line and verified item by item. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { GatewayProcess } from '../gateway-process.ts';
import { ROOT } from '../processes.ts';
import { officer } from './officer.ts';

export interface CaseOutcome {
  readonly outcome: 'verified' | 'not verified';
  readonly document: string;
  readonly evidence: readonly { readonly subject: string; readonly statements: number; readonly verified: boolean }[];
  readonly statements: number;
  /** What the document has and the ledger does not say. */
  readonly unmapped: number;
}

/** What `unbroken import case --json` answers, as far as it is needed here. */
interface Imported {
  readonly items: readonly { readonly iri: string; readonly evidence?: string }[];
  readonly unmapped: readonly unknown[];
}

/** @param tell shows a sentence */
export async function playCase(
  gateway: GatewayProcess,
  file: string,
  tell: (sentence: string) => void,
): Promise<CaseOutcome> {
  tell(`Importing ${file} ...`);
  const first = await importCase(gateway, file);
  tell('Importing it a second time: everything must be there exactly once.');
  const again = await importCase(gateway, file);
  const same = JSON.stringify(first.items) === JSON.stringify(again.items);
  const subjects = first.items.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence]));
  const whole = subjects.length === first.items.length;
  const anna = officer(gateway.url, gateway.token('anna'));
  const evidence = [];
  for (const subject of subjects) {
    const { verified } = await anna.get<{ verified: boolean }>(`/v1/evidence/${subject}/verification`);
    const { items } = await anna.get<{ items: readonly unknown[] }>(`/v1/evidence/${subject}/trail?limit=200`);
    evidence.push({ subject, statements: items.length, verified });
  }
  const statements = evidence.reduce((sum, line) => sum + line.statements, 0);
  tell(`${evidence.length} pieces of evidence, ${statements} statements, ${first.unmapped.length} things not mapped.`);
  const verified = same && whole && evidence.length > 0 && evidence.every((line) => line.verified);
  return {
    outcome: verified ? 'verified' : 'not verified',
    document: file,
    evidence,
    statements,
    unmapped: first.unmapped.length,
  };
}

async function importCase(gateway: GatewayProcess, file: string): Promise<Imported> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'cli/main.ts'), 'import', 'case', path.resolve(file), '--json'],
    {
      env: { ...process.env, UNBROKEN_URL: gateway.url, UNBROKEN_TOKEN: gateway.token('anna') },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the import of ${file} ended with ${code}`);
  return JSON.parse(output) as Imported;
}
