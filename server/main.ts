/** Starts a gateway, says what is to be said, and stops it when asked. */
import path from 'node:path';

import { pino } from 'pino';

import { openApp } from './app.ts';
import { ConfigError, readConfig } from './config.ts';
import { welcome } from './demonstration/welcome.ts';

function stop(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(error instanceof ConfigError ? 2 : 1);
}

function networkWelcome(url: string, firstToken: string | undefined): string {
  const ready = `Unbroken is ready.\n\n  API    ${url}\n  docs   ${url}/docs\n`;
  if (firstToken === undefined) return ready;
  return `${ready}\nThis is the first start. The operator's token is shown now and never again; with it, \`unbroken tokens\` makes the others:\n\n  ${firstToken}\n`;
}

const started = Date.now();
let config: ReturnType<typeof readConfig>;
try {
  config = readConfig();
} catch (error) {
  stop(error);
}
const log = pino({ level: config.logLevel, redact: ['req.headers.authorization'] }, pino.destination(2));
try {
  const app = await openApp(config, log, (step) => console.error(step));
  const ready = `Ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`;
  console.log(
    app.keepsake && app.chainUrl
      ? welcome(app.url, app.chainUrl, path.join(config.dataDirectory, 'ledger.json'), app.keepsake)
      : networkWelcome(app.url, app.firstToken),
  );
  console.error(ready);

  let stopping = false;
  const finish = (code: number): void => {
    if (stopping) return;
    stopping = true;
    app.close().then(
      () => process.exit(code),
      (error: unknown) => stop(error),
    );
  };
  process.on('SIGINT', () => finish(0));
  process.on('SIGTERM', () => finish(0));
  void app.failed.then((error) => {
    log.fatal({ err: error }, 'stopping');
    console.error(error.message);
    finish(1);
  });
} catch (error) {
  log.fatal({ err: error }, 'could not start');
  stop(error);
}
