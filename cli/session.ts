/** What a command works with, and the one place where a command's handler is called. */
import { type Command } from 'commander';
import { openClient } from './gateway/client.ts';
import { openGateway, type Gateway } from './gateway/gateway.ts';
import { openOutput, type Output } from './output/output.ts';
import { readSettings, type GlobalOptions, type Settings } from './settings.ts';

export interface Session {
  readonly settings: Settings;
  readonly output: Output;
  readonly gateway: Gateway;
}

/** An action of commander: positional arguments, options, the command. */
type Action = (...parameters: unknown[]) => Promise<void>;

/** Ends the command with exit code 1 although its result was shown: not verified, rejected. */
export function endRefused(): void {
  process.exitCode = 1;
}

// The type parameters say what commander hands over; it does not know itself.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function handled<Arguments extends readonly unknown[], Options = object>(
  handle: (session: Session, options: Options, ...parameters: Arguments) => Promise<void>,
): Action {
  return async (...parameters) => {
    const command = parameters.at(-1) as Command;
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    const positional = parameters.slice(0, -2) as unknown as Arguments;
    await handle(openSession(options), options, ...positional);
  };
}

function openSession(options: GlobalOptions): Session {
  const settings = readSettings(options);
  const output = openOutput(settings.json);
  const client = openClient({
    url: settings.url,
    token: settings.token,
    patience: settings.patience,
    note: output.note,
  });
  return { settings, output, gateway: openGateway(client) };
}
