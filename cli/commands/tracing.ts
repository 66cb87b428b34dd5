/** Tracing: what crossed which border, who held an item when, what was made of what. */
import { Option, type Command } from 'commander';
import { PURPOSES, RESTRICTIONS } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import type { CustodyAt, CustodyState, Transfer } from '../gateway/answers.ts';
import { delay, instant, nameOf, table } from '../output/table.ts';
import { handled } from '../session.ts';
import { oneEvidence, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { timeOption } from '../stating/wording.ts';
import { exhibitFlag, teach, wholeNumber } from './flags.ts';

interface TransferOptions {
  readonly evidence?: string;
  readonly corridor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly agency?: string;
  readonly agreement?: string;
  readonly answers?: string;
  readonly purpose?: string;
  readonly restriction?: string;
  readonly state?: string;
  readonly late?: boolean;
  readonly border?: boolean;
  readonly since?: number;
  readonly until?: number;
  readonly case?: string;
  readonly digest?: string;
  readonly limit: number;
  readonly csv?: boolean;
}

const STATES = ['in-transit', 'overdue', 'accepted', 'refused', 'returned', 'recalled', 'lost'];

export function addTracingCommands(program: Command): void {
  addTransfers(program);
  addHeld(program);
  addDerivations(program);
}

function addTransfers(program: Command): void {
  const command = program
    .command('transfers')
    .summary('what crossed which border, and what became of it')
    .description('Lists releases with what became of them, newest first.')
    .option('--corridor <from-to>', 'two jurisdictions, such as DE-FR; `DE-` or `-FR` for one end')
    .option('--from <code>', 'participant that released')
    .option('--to <code>', 'participant that was to receive')
    .option('--agency <code>', 'either of the two')
    .option('--evidence <id>', 'of this item')
    .option('--agreement <id>', 'that it rests on')
    .option('--answers <request>', 'the request that it answers')
    .addOption(new Option('--purpose <name>', 'among its purposes').choices(Object.keys(PURPOSES)))
    .addOption(new Option('--restriction <flag>', 'among its restrictions').choices(Object.keys(RESTRICTIONS)))
    .addOption(new Option('--state <state>', 'what became of it').choices(STATES))
    .option('--late', 'late declarations only')
    .option('--border', 'only across a border')
    .addOption(new Option('--since <time>', 'on the ledger from then').argParser(timeOption))
    .addOption(new Option('--until <time>', 'on the ledger before then').argParser(timeOption))
    .option('--case <name>', 'case, in your own records')
    .option('--digest <hex>', 'SHA-256 or SHA3-256 of a file, in your own records')
    .addOption(new Option('--limit <number>', 'most to show').argParser(wholeNumber).default(100))
    .option('--csv', 'all of them as CSV, for a spreadsheet');
  teach(command, {
    meaning:
      'Everything here stands on the ledger and can be verified item by item. Overdue is what is still in transit although the time until which the holder signed the release is over: ask there first.',
    examples: [
      'transfers --corridor DE-FR --since 2026-01-01T00:00:00Z',
      'transfers --state overdue --agency FR-PN',
      'transfers --border --csv > transfers.csv',
    ],
    next: '`unbroken trail EVIDENCE`, `unbroken verify EVIDENCE`.',
  }).action(
    handled<[], TransferOptions>(async ({ gateway, output }, options) => {
      const filter = filterOf(options);
      if (options.csv === true) {
        if (output.json) throw usage('Give --csv or --json, not both.');
        await gateway.transfersCsv(filter, output.write);
        return;
      }
      const page = await gateway.transfers(filter, options.limit);
      output.result(page, () => [
        ...transferTable(page.items),
        ...(page.items.length === 0 ? ['Nothing found.'] : []),
        ...(page.next === undefined ? [] : [`There are more; raise --limit above ${options.limit}, or give --csv.`]),
      ]);
    }),
  );
}

function filterOf(options: TransferOptions): Record<string, string | undefined> {
  const { from, to, agency, purpose, restriction, state, late, border, since, until, digest } = options;
  const corridor = /^([A-Z]{2})?-([A-Z]{2})?$/.exec(options.corridor ?? '-');
  if (!corridor) throw usage('A corridor is two jurisdictions of two letters, such as DE-FR.');
  const word = (text: string | undefined, what: string) => (text === undefined ? undefined : wordNamed(text, what));
  return {
    fromJurisdiction: corridor[1],
    toJurisdiction: corridor[2],
    ...{ from, to, agency, purpose, restriction, state, digest, case: options.case },
    evidence: word(options.evidence, 'an evidence id'),
    agreement: word(options.agreement, 'an agreement'),
    request: word(options.answers, 'a request'),
    late: late === true ? 'true' : undefined,
    border: border === true ? 'true' : undefined,
    since: since?.toString(),
    until: until?.toString(),
  };
}

function transferTable(items: readonly Transfer[]): string[] {
  return table(
    ['released', 'delay', 'from', 'to', 'corridor', 'state', 'outcome', 'purpose', 'restrictions', 'evidence'],
    items.map((each) => [
      instant(each.release.claimedAt),
      delay(each.release.delaySeconds),
      nameOf(each.from),
      nameOf(each.to),
      `${each.fromJurisdiction}-${each.toJurisdiction}`,
      `${each.overdue ? 'overdue' : each.state}${each.late ? ', late' : ''}`,
      instant(each.outcome?.claimedAt),
      each.purpose.join(' '),
      each.restrictions.join(' '),
      each.evidence,
    ]),
  );
}

function addHeld(program: Command): void {
  const command = program
    .command('held')
    .summary('who held an item at a moment')
    .description('Says who held an item at a moment, and between whom it was in transit.')
    .argument('[evidence]', 'id')
    .addOption(new Option('--at <time>', 'the moment').argParser(timeOption).makeOptionMandatory())
    .addOption(exhibitFlag());
  teach(command, {
    meaning:
      'Two answers: as the ledger had it by then, which can be proven, and by the times that those who signed claim. They differ where a handover was stated later than it happened.',
    examples: ['held 0x00000001b7... --at 2026-09-21T13:33:20Z'],
  }).action(
    handled<[string | undefined], EvidenceOptions & { readonly at: number }>(async (session, options, id) => {
      const custody = await session.gateway.custodyAt(await oneEvidence(session, id, options), options.at);
      session.output.result(custody, () => heldLines(custody));
    }),
  );
}

function heldLines({ evidence, at, recorded, claimed }: CustodyAt): string[] {
  return [
    `Evidence ${evidence} at ${instant(at)}`,
    `  by the ledger       ${recorded ? sentenceOf(recorded) : 'not on the ledger yet'}`,
    `  by claimed times    ${claimed ? sentenceOf(claimed) : 'not in custody yet'}`,
  ];
}

function sentenceOf({ state, holder, recipient, since }: CustodyState): string {
  const to = recipient ? ` to ${nameOf(recipient)}` : '';
  return `${state}, holder ${nameOf(holder)}${to}, since ${instant(since.claimedAt)} (included ${instant(since.includedAt)})`;
}

function addDerivations(program: Command): void {
  const command = program
    .command('derivations')
    .summary('what was made of an item, or what it was made of')
    .description('Follows derivations through all generations.')
    .argument('[evidence]', 'id')
    .option('--backward', 'what it was made of, instead of what was made of it')
    .addOption(exhibitFlag());
  teach(command, {
    meaning: 'Images, samples and copies are as bound as what they come from; this shows where they all are.',
    examples: ['derivations 0x00000001b7...', 'derivations --exhibit KT-17/1-A --backward'],
  }).action(
    handled<[string | undefined], EvidenceOptions & { readonly backward?: boolean }>(async (session, options, id) => {
      const subject = await oneEvidence(session, id, options);
      const direction = options.backward === true ? 'backward' : 'forward';
      const graph = await session.gateway.derivations(subject, direction);
      session.output.result(graph, () => [
        ...table(
          ['derived', 'code', 'by', 'from', 'item'],
          graph.items.map((each) => [
            instant(each.derive.claimedAt),
            each.code,
            nameOf(each.participant),
            each.parent,
            each.child,
          ]),
        ),
        ...(graph.items.length === 0 ? ['Nothing is derived.'] : []),
        ...(graph.whole ? [] : ['The graph is larger than what the gateway looks at; ask again from an item in it.']),
      ]);
    }),
  );
}
