/** The command line: runs one command and ends with its exit code. */
import { CommanderError } from 'commander';
import { ProtocolError } from '../protocol/errors.ts';
import { EXIT, Failure } from './failure.ts';
import { buildProgram } from './program.ts';

// `unbroken trail ... | head` ends the reader first.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = end(error);
}

function end(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const failure = failureOf(error);
  process.stderr.write(`${failure.message}\n`);
  if (process.argv.includes('--json')) {
    const problem = failure.problem ?? undefined;
    process.stdout.write(`${JSON.stringify({ error: { code: failure.code, message: failure.message, problem } })}\n`);
  }
  return EXIT[failure.code];
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ProtocolError) return new Failure('usage', `${error.message}.`, { cause: error });
  const stack = error instanceof Error ? error.stack : String(error);
  return new Failure('refused', `This is a defect of the command line; please report it.\n${stack ?? ''}`);
}
