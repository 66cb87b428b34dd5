/** Digests of files, without any gateway. */
import type { Command } from 'commander';
import { hashFile, type HashedFile } from '../files.ts';
import { handled } from '../session.ts';
import { teach } from './flags.ts';

export function addHashCommand(program: Command): void {
  const command = program
    .command('hash')
    .summary('digests of files: SHA-256 and SHA3-256')
    .description('Digests files with SHA-256 and SHA3-256. Works offline; nothing is sent.')
    .argument('<file...>', 'files of any size');
  teach(command, {
    meaning:
      'A digest is what ties a file to its chain of custody: whoever has the file can compute it again, and a single changed bit gives another one. Two functions of different families are kept, so that the proof outlives the fall of one.',
    examples: ['hash phone.E01', 'hash --json *.jpg'],
    next: '`unbroken collect CODE --file FILE` puts them into the record of evidence, `unbroken verify EVIDENCE --file FILE` compares.',
  }).action(
    handled<[string[]]>(async ({ output }, _options, files) => {
      const hashed: HashedFile[] = [];
      for (const file of files) hashed.push(await hashFile(file, output));
      output.result({ files: hashed }, () =>
        hashed.flatMap(({ file, size, sha256, sha3_256 }) => [
          `${file}  (${size} bytes)`,
          `  SHA-256   ${sha256.slice(2)}`,
          `  SHA3-256  ${sha3_256.slice(2)}`,
        ]),
      );
    }),
  );
}
