/** Requests and consents: asking for evidence, answering, permitting one transfer. */
import { Option, type Command } from 'commander';
import { ACTS } from '../../protocol/acts.ts';
import { PURPOSES } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import type { BasisRequest } from '../gateway/answers.ts';
import { instant, nameOf, table } from '../output/table.ts';
import { handled } from '../session.ts';
import { evidenceId, oneEvidence, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { perform } from '../stating/perform.ts';
import type { StatingOptions } from '../stating/state.ts';
import type { WaitOptions } from '../stating/wait.ts';
import { timeOption, wordingOf, type WordingOptions } from '../stating/wording.ts';
import { exhibitFlag, purposeFlag, statingFlags, teach, wholeNumber, wordingFlags } from './flags.ts';

type Stating = WordingOptions & StatingOptions & WaitOptions;

const INSTRUMENTS = ACTS.request.codes;
const STATES = ['open', 'overdue', 'granted', 'refused', 'withdrawn'];

interface AskOptions extends Stating {
  readonly to: string;
  readonly reference?: string;
  readonly asks?: string;
  readonly purpose?: readonly string[];
  readonly deadline?: number;
  readonly urgent?: boolean;
}

export function addBasisCommands(program: Command): void {
  addRequest(program);
  addAnswer(program);
  addConsent(program);
  addWithdraw(program);
}

export function addBasisReading(program: Command): void {
  addRequests(program);
  addConsents(program);
}

function addRequest(program: Command): void {
  const command = program
    .command('request')
    .summary('ask another participant for evidence')
    .description('Asks another participant for evidence, by an instrument of law.')
    .argument('<instrument>', INSTRUMENTS.join(', '))
    .requiredOption('--to <code>', 'who is asked')
    .option('--reference <text>', 'file reference, short for --field reference=TEXT')
    .option('--asks <text>', 'what is asked for, short for --field asks=TEXT')
    .addOption(purposeFlag())
    .addOption(
      new Option('--deadline <time>', 'by when to answer; as the instrument has it, if left out').argParser(timeOption),
    )
    .option('--urgent', 'the deadline for emergencies, of e-evidence-production');
  teach(statingFlags(wordingFlags(command)), {
    meaning:
      'On the ledger are instrument, parties, purpose and deadline. What is asked stays in the record: send it by the channel that the law has for it, and the ledger proves when it was put and what it said.',
    examples: [
      'request european-investigation-order --to DE-BKA --reference EIO-17/2026 --asks "Image of phone KT-17/1" --purpose investigate',
    ],
    next: 'the other side says `unbroken answer REQUEST granted`, and `unbroken release ... --answers REQUEST`.',
  }).action(
    handled<[string], AskOptions>(async (session, options, instrument) => {
      if (!INSTRUMENTS.includes(instrument)) {
        throw usage(`There is no instrument ${JSON.stringify(instrument)}. It is one of ${INSTRUMENTS.join(', ')}.`);
      }
      const named = [
        ...(options.reference === undefined ? [] : [{ label: 'reference', value: options.reference.normalize('NFC') }]),
        ...(options.asks === undefined ? [] : [{ label: 'asks', value: options.asks.normalize('NFC') }]),
      ];
      const wording = await wordingOf({ ...options, field: [...named, ...(options.field ?? [])] }, session.output);
      await perform(session, options, [
        {
          ...{ act: 'request', code: instrument, recipient: options.to, ...wording },
          ...(options.purpose && { purpose: options.purpose }),
          ...(options.deadline !== undefined && { deadline: options.deadline }),
          ...(options.urgent === true && { urgent: true as const }),
        },
      ]);
    }),
  );
}

function addAnswer(program: Command): void {
  const command = program
    .command('answer')
    .summary('grant or refuse a request')
    .description('Answers a request that was put to your participant.')
    .argument('<request>', 'id')
    .argument('<code>', ACTS.answer.codes.join(', '));
  teach(statingFlags(wordingFlags(command)), {
    meaning: 'Granting moves nothing yet: the release that answers the request does. A refusal names its ground.',
    examples: [
      'answer 0x00000005d1... granted',
      'answer 0x00000005d1... refused-inadmissible --note "Dual criminality"',
    ],
    next: '`unbroken release EVIDENCE --to CODE --agreement ID --purpose NAME --answers REQUEST`.',
  }).action(
    handled<[string, string], Stating>(async (session, options, id, code) => {
      if (!ACTS.answer.codes.includes(code)) {
        throw usage(`answer has no code ${JSON.stringify(code)}. It is one of ${ACTS.answer.codes.join(', ')}.`);
      }
      const subject = wordNamed(id, 'the id of a request');
      await perform(session, options, [
        { act: 'answer', code, subject, ...(await wordingOf(options, session.output)) },
      ]);
    }),
  );
}

function addConsent(program: Command): void {
  const command = program
    .command('consent')
    .summary('permit one transfer of what came from you')
    .description('Consents to one transfer of an item of which your participant is an origin.')
    .argument('[evidence]', 'id')
    .requiredOption('--to <code>', 'who may receive it')
    .addOption(new Option('--purpose <name>', 'for what').choices(Object.keys(PURPOSES)).makeOptionMandatory())
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(command)), {
    meaning:
      'Good for this item, this recipient and this purpose, and used up by the release that names it. Use in court of an H1 item is consented to with the purpose court. Until it is used, you may withdraw it.',
    examples: ['consent 0x00000001b7... --to NL-POL --purpose court'],
    next: 'the holder says `unbroken release EVIDENCE --to CODE --purpose NAME --consent ID`.',
  }).action(
    handled<[string | undefined], Stating & EvidenceOptions & { readonly to: string; readonly purpose: string }>(
      async (session, options, id) => {
        const reference = await oneEvidence(session, id, options);
        const { to: recipient, purpose } = options;
        await perform(session, options, [
          { act: 'consent', reference, recipient, purpose: [purpose], ...(await wordingOf(options, session.output)) },
        ]);
      },
    ),
  );
}

function addWithdraw(program: Command): void {
  const command = program
    .command('withdraw')
    .summary('withdraw a request or a consent')
    .description('Withdraws a request or a consent of your own participant.')
    .argument('<what>', 'request, consent')
    .argument('<id>', 'its id');
  teach(statingFlags(wordingFlags(command)), {
    meaning: 'From its inclusion on no release may name it. A consent that was used stays used.',
    examples: ['withdraw request 0x00000005d1...', 'withdraw consent 0x000000012a...'],
  }).action(
    handled<[string, string], Stating>(async (session, options, what, id) => {
      if (what !== 'request' && what !== 'consent') throw usage('Say `withdraw request ID` or `withdraw consent ID`.');
      const subject = wordNamed(id, `the id of a ${what}`);
      const wording = await wordingOf(options, session.output);
      await perform(session, options, [{ act: 'end', code: `${what}-withdrawn`, subject, ...wording }]);
    }),
  );
}

interface RequestsOptions {
  readonly from?: string;
  readonly to?: string;
  readonly instrument?: string;
  readonly state?: string;
  readonly limit: number;
}

function addRequests(program: Command): void {
  const command = program
    .command('requests')
    .summary('what was asked, of whom, and whether it was answered')
    .description('Lists requests, newest first; or shows one with its answer and the transfers that answer it.')
    .argument('[request]', 'id')
    .option('--from <code>', 'who asks')
    .option('--to <code>', 'who is asked')
    .addOption(new Option('--instrument <name>', 'of this instrument').choices([...INSTRUMENTS]))
    .addOption(new Option('--state <state>', 'where it stands').choices(STATES))
    .addOption(new Option('--limit <number>', 'most requests to show').argParser(wholeNumber).default(100));
  teach(command, {
    meaning: 'Overdue: open, and its deadline is over. Nothing on the ledger follows from that by itself.',
    examples: ['requests --to DE-BKA --state overdue', 'requests 0x00000005d1...'],
  }).action(
    handled<[string | undefined], RequestsOptions>(async ({ gateway, output }, options, id) => {
      if (id !== undefined) {
        const found = await gateway.request(wordNamed(id, 'the id of a request'));
        output.result(found, () => [
          ...table(HEADINGS, [rowOf(found)]),
          ...(found.executeBy === undefined ? [] : [`to be executed by ${instant(found.executeBy)}`]),
          '',
          ...table(
            ['claimed', 'on the ledger', 'who', 'act', 'code', 'statement'],
            found.statements.map((each) => [
              ...[instant(each.claimedAt), instant(each.includedAt), nameOf(each.participant)],
              ...[each.act, each.code, each.digest],
            ]),
          ),
          '',
          ...(found.transfers.length === 0
            ? ['No release answers it yet.']
            : table(
                ['released', 'evidence', 'state'],
                found.transfers.map((each) => [instant(each.release.claimedAt), each.evidence, each.state]),
              )),
          ...(found.moreTransfers ? [`More: unbroken transfers --answers ${found.subject}`] : []),
        ]);
        return;
      }
      const { limit, from, to, instrument, state } = options;
      const page = await gateway.requests({ from, to, instrument, state }, limit);
      output.result(page, () =>
        page.items.length === 0 ? ['There is none.'] : table(HEADINGS, page.items.map(rowOf)),
      );
      if (page.next !== undefined) output.note('There are more; --limit shows them.');
    }),
  );
}

const HEADINGS = ['request', 'instrument', 'from', 'to', 'purpose', 'deadline', 'state'];

function rowOf({ subject, instrument, from, to, purpose, deadline, state }: BasisRequest): string[] {
  return [subject, instrument, nameOf(from), nameOf(to), purpose.join(' '), instant(deadline), state];
}

function addConsents(program: Command): void {
  const command = program
    .command('consents')
    .summary('which transfers of an item its origins permit')
    .description('Lists consents, newest first.')
    .argument('[evidence]', 'id; every item, if left out')
    .option('--from <code>', 'the origin that consents')
    .option('--to <code>', 'who may receive')
    .addOption(new Option('--limit <number>', 'most consents to show').argParser(wholeNumber).default(100));
  teach(command, {
    meaning: 'Given ones can be used, each once. `unbroken release` names them by --consent.',
    examples: ['consents 0x00000001b7...', 'consents --to NL-POL'],
  }).action(
    handled<[string | undefined], { readonly from?: string; readonly to?: string; readonly limit: number }>(
      async ({ gateway, output }, { from, to, limit }, id) => {
        const page = await gateway.consents(
          { evidence: id === undefined ? undefined : evidenceId(id), from, to },
          limit,
        );
        output.result(page, () =>
          page.items.length === 0
            ? ['There is none.']
            : table(
                ['consent', 'evidence', 'from', 'to', 'purpose', 'state'],
                page.items.map((each) => [
                  ...[each.subject, each.evidence, nameOf(each.from), nameOf(each.to)],
                  ...[each.purpose, each.state],
                ]),
              ),
        );
        if (page.next !== undefined) output.note('There are more; --limit shows them.');
      },
    ),
  );
}
