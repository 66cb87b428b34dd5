/**
 * Tessera, a transparency log of one operator, by its authors' own server for measuring it. An entry is bytes; it gets a
 * number, and hangs on a checkpoint that the operator signs. It knows nothing of who may say what.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePorts } from '../../free-ports.ts';
import { endProcess, hasEnded, removeFolder, throwawayFolder } from '../../gateway-process.ts';
import { findOrBuild } from '../../go-program.ts';
import { openClient } from '../client.ts';

const SERVER = {
  name: 'Tessera',
  module: path.join(import.meta.dirname, 'tessera'),
  package: 'github.com/transparency-dev/tessera/cmd/conformance/posix',
  flags: [],
  needs: 'Go 1.24 or newer',
  takes: 'one to four minutes',
};
const ORIGIN = 'benchmark';
/** An answer takes up to a second, because entries are collected for so long; writers wait for it all at once. */
const WRITERS = 1_024;
/** In milliseconds. */
const LOOK = 20;

/** Entries a second until a signed checkpoint has them all; undefined, and said why, if it can't be had here. */
export async function measureTessera(
  entries: readonly string[],
  say: (step: string) => void,
): Promise<number | undefined> {
  const program = await findOrBuild(SERVER, say);
  if (program === undefined) return undefined;
  const folder = throwawayFolder();
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const key = path.join(folder, 'key');
  writeFileSync(key, noteKey(ORIGIN), { mode: 0o600 });
  const parameters = ['--storage_dir', path.join(folder, 'log'), '--listen', `127.0.0.1:${port}`];
  const child = spawn(program, [...parameters, '--private_key', key], { stdio: 'ignore' });
  const client = openClient(url, '', WRITERS);
  try {
    await untilThere(child, url, 0);
    const left = [...entries];
    const begun = performance.now();
    const write = async (): Promise<void> => {
      for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
        const { status, body } = await client.post('/add', entry);
        if (status !== 200) throw new Error(`Tessera answered ${status}: ${body}`);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    await untilThere(child, url, entries.length);
    return (1000 * entries.length) / (performance.now() - begun);
  } finally {
    client.close();
    await endProcess(child, 'SIGKILL');
    removeFolder(folder);
  }
}

/** Waits for a checkpoint of so many entries. */
async function untilThere(child: ChildProcess, url: string, size: number): Promise<void> {
  for (;;) {
    if (hasEnded(child)) throw new Error(`Tessera ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/checkpoint`).catch(() => undefined);
    // Origin, size, root, and the signature below.
    const [, there] = answer?.ok ? (await answer.text()).split('\n') : [];
    if (there !== undefined && Number(there) >= size) return;
    await sleep(LOOK);
  }
}

/** A private key as the notes of Go's checksum database have it (golang.org/x/mod/sumdb/note): Ed25519. */
function noteKey(name: string): string {
  const ED25519 = 1;
  const seed = randomBytes(32);
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const algorithm = Buffer.of(ED25519);
  const hash = createHash('sha256').update(`${name}\n`).update(algorithm).update(publicKey).digest('hex').slice(0, 8);
  return `PRIVATE+KEY+${name}+${hash}+${Buffer.concat([algorithm, seed]).toString('base64')}`;
}
