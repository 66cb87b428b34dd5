/** Late declarations: the two sides of a handover that took place, signed apart and stated together. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ACTS } from '../../protocol/acts.ts';
import { digestOf } from '../../protocol/statement.ts';
import { usage } from '../failure.ts';
import type { SignedSheet, StatementRequest } from '../gateway/gateway.ts';
import { instant, nameOf } from '../output/table.ts';
import { handled, type Session } from '../session.ts';
import { oneEvidence, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { readLateRelease } from '../stating/late-file.ts';
import { showOutcomes } from '../stating/perform.ts';
import { openKey, signedSheet, type StatingOptions } from '../stating/state.ts';
import { waitFor, type WaitOptions } from '../stating/wait.ts';
import { timeOption, wordingOf, type WordingOptions } from '../stating/wording.ts';
import { exhibitFlag, purposeFlag, restrictionFlag, statingFlags, teach, wordingFlags } from './flags.ts';

interface ReleaseOptions extends EvidenceOptions, Pick<StatingOptions, 'keyFile'> {
  readonly to: string;
  readonly out: string;
  readonly time: number;
  readonly expires?: number;
  readonly agreement?: string;
  readonly answers?: string;
  readonly purpose?: readonly string[];
  readonly restriction?: readonly string[];
  readonly consent?: readonly string[];
}

export function addLateCommands(program: Command): void {
  const late = program
    .command('late')
    .summary('declare a handover late, whose basis is gone by now')
    .description(
      'Declares a handover that took place while its agreement was in force and that could not be stated in time. Both sides sign; the ledger takes both or nothing, and the mark stays for ever.',
    );
  addRelease(late);
  addAccept(late);
}

function addRelease(late: Command): void {
  const command = late
    .command('release')
    .description('Signs the holder’s side into a file for the recipient. Nothing is stated yet.')
    .argument('[evidence]', 'id')
    .requiredOption('--to <code>', 'who received it')
    .requiredOption('--time <time>', 'when it was handed over', timeOption)
    .requiredOption('--out <file>', 'where to write it')
    .option('--agreement <id>', 'the agreement that was in force then')
    .addOption(purposeFlag())
    .addOption(restrictionFlag())
    .option('--answers <request>', 'the request that it answers')
    .option('--consent <id...>', 'consents of origins that it uses up')
    .option('--expires <time>', 'the recipient has to accept before; a week after --time, if left out', timeOption)
    .option(
      '--key-file <file>',
      'sign with your own key (or UNBROKEN_KEY); else the gateway signs with its service key',
    )
    .addOption(exhibitFlag());
  teach(command, {
    meaning:
      'The agreement is judged at --time. State what can be stated in time by `unbroken release`: everyone sees that this one was late. The file has no record; what is to be written about the handover, the recipient writes.',
    examples: [
      'late release 0x00000001b7... --to ES-GC --agreement 0x00000001c4... --purpose investigate --time 2026-09-21T13:33:20Z --out late.json',
    ],
    next: 'the recipient says `unbroken late accept late.json`.',
  }).action(
    handled<[string | undefined], ReleaseOptions>(async (session, options, id) => {
      const subject = await oneEvidence(session, id, options);
      const { projected } = await session.gateway.evidence(subject);
      const restrictions = [...new Set([...projected.restrictions, ...(options.restriction ?? [])])];
      const request: StatementRequest = {
        ...{ act: 'release', code: 'late', subject, recipient: options.to, time: options.time },
        ...(options.expires !== undefined && { expires: options.expires }),
        ...(options.agreement !== undefined && { agreement: wordNamed(options.agreement, 'an agreement') }),
        ...(options.answers !== undefined && { request: wordNamed(options.answers, 'a request') }),
        ...(options.consent && { list: options.consent.map((each) => wordNamed(each, 'a consent')) }),
        ...(options.purpose && { purpose: options.purpose }),
        ...(restrictions.length > 0 && { restrictions }),
      };
      const sheet = await signed(session, options, request);
      write(options.out, sheet);
      session.output.result({ file: options.out, digest: digestOf(sheet.statements[0]!.statement) }, () => [
        `Late release of ${subject}, in ${options.out}. Nothing is stated yet.`,
      ]);
      session.output.note(`Next: ${options.to} says \`unbroken late accept ${options.out}\`.`);
    }),
  );
}

function addAccept(late: Command): void {
  const codes: readonly string[] = ACTS.accept.codes;
  const command = late
    .command('accept')
    .description('Signs the recipient’s side, and states both.')
    .argument('<file>', 'late release, as the holder wrote it')
    .argument('[code]', codes.join(', '));
  teach(statingFlags(wordingFlags(command)), {
    meaning: 'Your signature says that you received the item at that time. If either side is rejected, neither counts.',
    examples: ['late accept late.json', 'late accept late.json with-reservation --note "Seal 4711 scratched"'],
  }).action(
    handled<[string, string | undefined], WordingOptions & StatingOptions & WaitOptions>(
      async (session, options, file, code) => {
        if (code !== undefined && !codes.includes(code)) throw usage(`It is one of ${codes.join(', ')}.`);
        const release = readLateRelease(file);
        const { statement } = release.statements[0]!;
        const participants = await session.gateway.participants();
        const from = participants.find(({ number }) => number === statement.participant);
        session.output.note(
          `${statement.subject}, released by ${nameOf(from ?? { number: statement.participant })}, handed over ${instant(new Date(statement.time * 1000).toISOString())}`,
        );
        const request: StatementRequest = {
          ...{ act: 'accept', subject: statement.subject, follows: digestOf(statement) },
          ...(code !== undefined && { code }),
          ...(await wordingOf(options, session.output)),
        };
        const own = options.keyFile ?? session.settings.keyFile;
        const acceptance = own === undefined ? request : await signed(session, options, request);
        const idempotencyKey = options.idempotencyKey ?? randomUUID();
        const accepted = await session.gateway.declareLate({ release, acceptance }, idempotencyKey);
        showOutcomes(session, await waitFor(session, accepted, options));
      },
    ),
  );
}

/** With an own key if there is one, else with the gateway's service key. */
async function signed(
  session: Session,
  { keyFile }: Pick<StatingOptions, 'keyFile'>,
  request: StatementRequest,
): Promise<SignedSheet> {
  const named = keyFile ?? session.settings.keyFile;
  if (named === undefined) return await session.gateway.signLate(request);
  return (await signedSheet(session, await openKey(session, named), [request])).sheet;
}

function write(file: string, sheet: SignedSheet): void {
  try {
    writeFileSync(file, `${JSON.stringify(sheet, null, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw usage(there ? `${file} exists and is left alone. Choose another with --out.` : `${file} can't be written.`);
  }
}
