/** Stating custody: every act on evidence. */
import type { Command } from 'commander';
import { ACTS, type Act } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { usage } from '../failure.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import { handled, type Session } from '../session.ts';
import { evidenceId, evidenceNamed, oneEvidence, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { perform } from '../stating/perform.ts';
import type { StatingOptions } from '../stating/state.ts';
import type { WaitOptions } from '../stating/wait.ts';
import { wordingOf, type WordingOptions } from '../stating/wording.ts';
import { exhibitFlag, openingFlags, purposeFlag, restrictionFlag, statingFlags, teach, wordingFlags } from './flags.ts';

type Stating = WordingOptions & StatingOptions & WaitOptions;
/** Of what opens a line, --exhibit gives a number; everywhere else it names the evidence. */
type Opening = Omit<Stating, 'exhibitNumber'> & { readonly exhibit?: string; readonly restriction?: readonly string[] };
type Continuing = Stating & EvidenceOptions;

interface ReleaseOptions extends Continuing {
  readonly to: string;
  readonly agreement?: string;
  readonly answers?: string;
  readonly purpose?: readonly string[];
  readonly restriction?: readonly string[];
  readonly key?: string;
  readonly consent?: readonly string[];
}

const codesOf = (act: Act): string => ACTS[act].codes.join(', ');

export function addCustodyCommands(program: Command): void {
  addCollect(program);
  addDerive(program);
  addRelease(program);
  addOutcomes(program);
  addRecord(program);
  addCorrect(program);
  addDispose(program);
}

function addCollect(program: Command): void {
  const command = program
    .command('collect')
    .summary('take evidence into custody')
    .description('Takes evidence into custody: opens its line on the ledger.')
    .argument('<code>', codesOf('collect'));
  teach(statingFlags(wordingFlags(openingFlags(command))), {
    meaning:
      'This is the beginning of the chain: from here on every change of custody is on record. Your participant becomes its holder and its origin. Digests of files go into the record, so that anyone can later prove that the file is the one. What you write stays with your participant; the ledger has only a salted hash of it.',
    examples: [
      'collect seized --exhibit KT-17/1 --case "Operation Lighthouse" --description "Phone, black"',
      'collect produced --file statement.pdf --field producer="Bank of the North"',
    ],
    next: '`unbroken release EVIDENCE --to CODE` hands it over, `unbroken derive image --from EVIDENCE --file IMAGE` makes a working copy.',
  }).action(
    handled<[string], Opening>(async (session, options, code) => {
      const request = { ...coded('collect', code), ...(await opening(session, options)) };
      await perform(
        session,
        options,
        [request],
        ([outcome]) => `Next: unbroken release ${outcome?.subject ?? 'EVIDENCE'} --to CODE`,
      );
    }),
  );
}

function addDerive(program: Command): void {
  const command = program
    .command('derive')
    .summary('make evidence out of evidence: an image, a sample, a part')
    .description('Makes new evidence out of evidence that you hold.')
    .argument('<code>', codesOf('derive'))
    .requiredOption('--from <evidence...>', 'what it comes from, 1 to 8 ids');
  teach(statingFlags(wordingFlags(openingFlags(command))), {
    meaning:
      'The new item has a line of its own and inherits origins, restrictions and the agreements under which its sources were received: an image of a borrowed phone is as bound as the phone. The sources stay as they are.',
    examples: ['derive image --from 0x00000001b7... --exhibit KT-17/1-A --file phone.E01'],
    next: 'hand over the copy and keep the original: `unbroken release EVIDENCE --to CODE`.',
  }).action(
    handled<[string], Opening & { readonly from: readonly string[] }>(async (session, options, code) => {
      const list = options.from.map(evidenceId);
      await perform(session, options, [{ ...coded('derive', code), list, ...(await opening(session, options)) }]);
    }),
  );
}

function addRelease(program: Command): void {
  const command = program
    .command('release')
    .summary('hand evidence over')
    .description(
      'Hands evidence over to another participant, or to a colleague. Several items are one sheet: one signature, all or none.',
    )
    .argument('[evidence...]', 'ids')
    .requiredOption('--to <code>', 'who is to receive it, such as FR-PN')
    .option('--agreement <id>', 'the agreement that it rests on; needed across borders')
    .addOption(purposeFlag())
    .addOption(restrictionFlag())
    .option('--key <id>', 'the one key that must accept; needed within one participant')
    .option('--answers <request>', 'the request that it answers')
    .option('--consent <id...>', 'consents of origins that it uses up')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(command)), {
    meaning:
      'A handoff takes two: the item is in transit, and still yours, until the recipient accepts. Everyone can see that. Across a border the ledger rejects a release without an agreement in force that covers both sides, a purpose and the restrictions.',
    examples: [
      'release 0x00000001b7... --to DE-ZOLL',
      'release --exhibit KT-17/1 --exhibit KT-17/2 --to FR-PN --agreement 0x00000001c4... --purpose prosecute --restriction H1',
    ],
    next: 'the recipient says `unbroken accept EVIDENCE`; until then you may `unbroken recall EVIDENCE`.',
  }).action(
    handled<[string[]], ReleaseOptions>(async (session, options, ids) => {
      const subjects = await evidenceNamed(session, ids, options);
      const terms = {
        recipient: options.to,
        ...(options.key !== undefined && { recipientKey: wordNamed(options.key, 'a key id') }),
        ...(options.agreement !== undefined && { agreement: wordNamed(options.agreement, 'an agreement') }),
        ...(options.answers !== undefined && { request: wordNamed(options.answers, 'a request') }),
        ...(options.consent && { list: options.consent.map((id) => wordNamed(id, 'a consent')) }),
        ...(options.purpose && { purpose: options.purpose }),
      };
      const wording = await wordingOf(options, session.output);
      const requests = await Promise.all(
        subjects.map(async (subject) => ({
          act: 'release',
          subject,
          ...terms,
          ...wording,
          ...(await restrictionsFor(session, subject, options.restriction)),
        })),
      );
      await perform(session, options, requests, () => `Next: ${options.to} says \`unbroken accept EVIDENCE\`.`);
    }),
  );
}

/** A release may add restrictions and never drop one, so those of the item go without saying. */
async function restrictionsFor(
  { gateway }: Session,
  subject: Hex,
  added: readonly string[] = [],
): Promise<Pick<StatementRequest, 'restrictions'>> {
  const { projected } = await gateway.evidence(subject);
  const restrictions = [...new Set([...projected.restrictions, ...added])];
  return restrictions.length === 0 ? {} : { restrictions };
}

function addOutcomes(program: Command): void {
  addContinuing(program, {
    act: 'accept',
    summary: 'take over what was released to you',
    meaning:
      'Your signature completes the handoff: from now on your participant holds the item and answers for it. Look at item and seal first. If something is odd and you still take it, accept with-reservation and write what it is.',
    examples: [
      'accept 0x00000001b7...',
      'accept 0x00000001b7... with-reservation --note "Seal 4711 scratched, intact"',
    ],
    next: '`unbroken record stored EVIDENCE --field place="Room 4"`.',
  });
  addContinuing(program, {
    act: 'refuse',
    summary: 'refuse what was released to you',
    meaning:
      'The item goes back: it is returning, and the holder stays the holder, until the holder confirms with `return` that it is there.',
    examples: ['refuse 0x00000001b7... seal-broken --note "Seal 4711 torn"'],
    next: 'the holder says `unbroken return EVIDENCE`.',
  });
  addContinuing(program, {
    act: 'return',
    summary: 'confirm that a refused item came back',
    meaning: 'Ends a refused handoff: you hold the item, and it is with you.',
    examples: ['return 0x00000001b7...'],
  });
  addContinuing(program, {
    act: 'recall',
    summary: 'take a release back',
    meaning:
      'Takes back a release that nobody has accepted yet. If the recipient accepts at the same moment, the first on the ledger wins.',
    examples: ['recall 0x00000001b7...'],
  });
  addContinuing(program, {
    act: 'found',
    summary: 'a lost item is there again',
    meaning: 'Opens the line of a lost item again. The gap stays visible.',
    examples: ['found 0x00000001b7... --note "In the wrong locker"'],
  });
}

interface ContinuingCommand {
  readonly act: 'accept' | 'refuse' | 'return' | 'recall' | 'found';
  readonly summary: string;
  readonly meaning: string;
  readonly examples: readonly string[];
  readonly next?: string;
}

/** `ACT EVIDENCE... [CODE]`: a code may stand anywhere, since no id looks like one. */
function addContinuing(program: Command, { act, summary, ...help }: ContinuingCommand): void {
  const codes: readonly string[] = ACTS[act].codes;
  const command = program
    .command(act)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}. Several items are one sheet: all or none.`)
    .argument('[evidence...]', codes.length > 1 ? `ids, and one of ${codes.join(', ')}` : 'ids')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(command)), help).action(
    handled<[string[]], Continuing>(async (session, options, words) => {
      const given = words.filter((word) => codes.includes(word));
      if (given.length > 1) throw usage(`One code at a time: ${given.join(', ')} were given.`);
      if (act === 'refuse' && given.length === 0) throw usage(`Say why it is refused: ${codes.join(', ')}.`);
      const ids = words.filter((word) => !codes.includes(word));
      await continueAll(session, options, ids, { act, ...(given[0] !== undefined && { code: given[0] }) });
    }),
  );
}

function addRecord(program: Command): void {
  const command = program
    .command('record')
    .summary('write down what was done with evidence that you hold')
    .description('Writes down what was done with evidence that you hold.')
    .argument('<code>', codesOf('record'))
    .argument('[evidence...]', 'ids')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(command)), {
    meaning:
      'Custody does not change, but the line tells that the item was examined, stored, sealed, moved or accessed, by whom and when.',
    examples: [
      'record sealed 0x00000001b7... --field seal=4711',
      'record examined --exhibit KT-17/1 --note "Extraction failed, display broken"',
    ],
  }).action(
    handled<[string, string[]], Continuing>((session, options, code, ids) =>
      continueAll(session, options, ids, coded('record', code)),
    ),
  );
}

function addCorrect(program: Command): void {
  const command = program
    .command('correct')
    .summary('correct an earlier statement of yours')
    .description('Corrects an earlier statement of your own participant. Nothing is erased: both stay on the line.')
    .argument('[evidence]', 'id')
    .requiredOption('--digest <statement>', 'the statement that was wrong, as the trail shows it')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(command)), {
    meaning:
      'Write what is right into the fields. A line that was closed by mistake can be corrected too, by its holder or an origin.',
    examples: ['correct 0x00000001b7... --digest 0x5f02... --field exhibit=KT-17/2 --note "Numbers were swapped"'],
  }).action(
    handled<[string | undefined], Continuing & { readonly digest: string }>(async (session, options, id) => {
      const subject = await oneEvidence(session, id, options);
      const reference = wordNamed(options.digest, 'the digest of a statement');
      await perform(session, options, [
        { act: 'correct', subject, reference, ...(await wordingOf(options, session.output)) },
      ]);
    }),
  );
}

function addDispose(program: Command): void {
  const command = program
    .command('dispose')
    .summary('end custody: returned, destroyed, consumed, lost')
    .description('Ends custody of evidence that you hold.')
    .argument('<code>', codesOf('dispose'))
    .argument('[evidence...]', 'ids')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(command)), {
    meaning:
      'Closes the line: returned to its owner, destroyed, consumed by an examination, or lost. While a hold is on, only lost can be stated. Lost items can be found again.',
    examples: [
      'dispose returned 0x00000001b7... --note "To the owner, against receipt"',
      'dispose lost 0x00000001b7...',
    ],
  }).action(
    handled<[string, string[]], Continuing>((session, options, code, ids) =>
      continueAll(session, options, ids, coded('dispose', code)),
    ),
  );
}

async function continueAll(
  session: Session,
  options: Continuing,
  ids: readonly string[],
  what: Pick<StatementRequest, 'act' | 'code'>,
): Promise<void> {
  const subjects = await evidenceNamed(session, ids, options);
  const wording = await wordingOf(options, session.output);
  await perform(
    session,
    options,
    subjects.map((subject) => ({ ...what, subject, ...wording })),
  );
}

async function opening(session: Session, { exhibit, restriction, ...options }: Opening) {
  const wording = await wordingOf(
    { ...options, ...(exhibit !== undefined && { exhibitNumber: exhibit }) },
    session.output,
  );
  return { ...wording, ...(restriction && { restrictions: restriction }) };
}

/** @throws Failure usage for a code that the act does not have */
function coded(act: Act, code: string): { act: Act; code: string } {
  const codes: readonly string[] = ACTS[act].codes;
  if (!codes.includes(code))
    throw usage(`${act} has no code ${JSON.stringify(code)}. It is one of ${codes.join(', ')}.`);
  return { act, code };
}
