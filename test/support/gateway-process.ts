/** A real gateway in a process of its own, with the demonstration consortium in a folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Compiling the contracts, at the first start of a checkout, takes most of it. */
const PATIENCE_MILLISECONDS = 180_000;

export interface GatewayProcess {
  readonly url: string;
  readonly dataDirectory: string;
  /** By the name of the demonstration's user. */
  readonly tokens: Readonly<Record<string, string>>;
  /** By the code of the participant. */
  readonly authorityKeys: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startGateway(): Promise<GatewayProcess> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'unbroken-gateway-'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'server/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDirectory, PORT: '0', CHAIN_PORT: '0', STORE_URL: '', CHAIN_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ready = Promise.withResolvers<string>();
  const timer = setTimeout(() => ready.reject(new Error(`not ready in time\n${said}`)), PATIENCE_MILLISECONDS);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const found = /^\s*API\s+(http:\S+)$/m.exec(output)?.[1];
    if (found !== undefined) ready.resolve(found);
  });
  void ended.then(() => ready.reject(new Error(`the gateway ended\n${said}`)));
  try {
    const url = await ready.promise.finally(() => clearTimeout(timer));
    const { tokens, authorityKeys } = JSON.parse(
      readFileSync(path.join(dataDirectory, 'demonstration.json'), 'utf8'),
    ) as Pick<GatewayProcess, 'tokens' | 'authorityKeys'>;
    return { url, dataDirectory, tokens, authorityKeys, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
