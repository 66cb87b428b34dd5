/** Passphrases: from the environment for scripts, else asked for without showing what is typed. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { usage } from '../failure.ts';
import type { Settings } from '../settings.ts';

const SHORTEST = 12;

/** @throws Failure usage where nobody can be asked */
export async function askPassphrase(settings: Settings, what: string): Promise<string> {
  if (settings.passphrase !== undefined) return settings.passphrase;
  if (!process.stdin.isTTY) {
    throw usage('The passphrase of the key is needed. Run this in a terminal, or set UNBROKEN_PASSPHRASE.');
  }
  return await hidden(`Passphrase ${what}: `);
}

/** Asks twice, and takes none that is short. */
export async function askNewPassphrase(settings: Settings): Promise<string> {
  const passphrase = await askPassphrase(settings, `for the new key, at least ${SHORTEST} characters`);
  if (passphrase.length < SHORTEST) {
    throw usage(
      `The passphrase is too short: ${SHORTEST} characters at least. A few words that nobody says together are good.`,
    );
  }
  if (settings.passphrase === undefined && (await hidden('Once more: ')) !== passphrase) {
    throw usage('The two passphrases differ. Nothing was written.');
  }
  return passphrase;
}

function hidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    let answered = false;
    lines.once('line', (line) => {
      answered = true;
      lines.close();
      resolve(line);
    });
    lines.once('close', () => {
      process.stderr.write('\n');
      if (!answered) reject(usage('No passphrase was given.'));
    });
  });
}
