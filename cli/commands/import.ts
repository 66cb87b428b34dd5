/** Bringing in what was documented elsewhere. */
import { Option, type Command } from 'commander';
import type { ImportPlan } from '../case/read-case.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';
import { importPlan, type Imported } from '../import/import-case.ts';
import { asOption, partiesOf } from '../import/parties.ts';
import { nameOf } from '../output/table.ts';
import { endRefused, handled, type Session } from '../session.ts';
import { wordNamed } from '../stating/evidence.ts';
import { waitFor, type Outcome, type WaitOptions } from '../stating/wait.ts';
import { purposeFlag, teach, wholeNumber } from './flags.ts';

interface ImportOptions extends WaitOptions {
  readonly dryRun?: boolean;
  readonly base?: string;
  readonly as?: ReadonlyMap<string, string>;
  readonly agreement?: string;
  readonly purpose?: readonly string[];
}

const LISTED = 20;

export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .summary('bring in a CASE/UCO document')
    .description('Brings in what was documented elsewhere.')
    .command('case')
    .description('Reads a CASE/UCO document (JSON-LD) and states what it tells, each thing once.')
    .argument('<file>', 'the document; - for standard input')
    .option('--dry-run', 'show what it comes to, state nothing')
    .option('--base <iri>', 'what identifiers without a scheme are relative to')
    .addOption(
      new Option(
        '--as <iri=code>',
        'a person or organisation of the document acts for this participant; may be repeated',
      ).argParser(asOption),
    )
    .option('--agreement <id>', 'on which handovers across borders rest')
    .addOption(purposeFlag())
    .addOption(
      new Option('--wait [seconds]', 'wait so long until all is final; 600 if left out').argParser(wholeNumber),
    )
    .option('--no-wait', 'end as soon as the gateway has everything durably');
  teach(command, {
    meaning:
      'Evidence, derivations and statements are posted in causal order, with the document’s own times and people in their records. Run twice, or after a crash, everything is there exactly once. Without --as everybody in the document acts for your participant, and handovers between its people are recorded as moves. With --as they are real handoffs; the tokens of the others are taken from UNBROKEN_TOKEN_CODE (such as UNBROKEN_TOKEN_NL_POL).',
    examples: [
      'import case forensic_lifecycle.json --dry-run',
      'import case forensic_lifecycle.json',
      'import case two-agencies.jsonld --as https://police.example/kb/south=DE-ZOLL',
    ],
    next: '`unbroken search --case NAME` finds what was brought in. docs/interchange.md says what becomes what.',
  }).action(
    handled<[string], ImportOptions>(async (session, options, file) => {
      const plan = await readPlan(readJsonFile(file), options.base);
      const { describePlan } = await import('../case/read-case.ts');
      if (options.dryRun === true) session.output.result({ plan }, () => describePlan(plan));
      else await bringIn(session, options, plan);
    }),
  );
}

async function readPlan(document: unknown, base: string | undefined): Promise<ImportPlan> {
  // JSON-LD is slow to load, and no other command needs it.
  const { CaseError, readCase } = await import('../case/read-case.ts');
  try {
    return await readCase(document, base === undefined ? {} : { base });
  } catch (error) {
    if (error instanceof CaseError) throw usage(`The document can't be read: ${error.message}`);
    throw error;
  }
}

async function bringIn(session: Session, options: ImportOptions, plan: ImportPlan): Promise<void> {
  const { gateway, output, settings } = session;
  const [participants, { participant }] = await Promise.all([gateway.participants(), gateway.caller()]);
  const own = nameOf(participant);
  const parties = partiesOf(own, options.as ?? new Map(), participants, plan.parties);
  for (const code of parties.codes) {
    if (code === own || settings.tokenOf(code) !== undefined) continue;
    throw usage(`The token of ${code} is needed. Set UNBROKEN_TOKEN_${code.replaceAll('-', '_')}; nothing was stated.`);
  }
  const jurisdiction = new Map(participants.map(({ code, jurisdiction: where }) => [code, where]));
  const progress = output.progress('Stating', plan.statements.length);
  const { outcomes, subjects } = await importPlan(plan, {
    gateway,
    parties,
    tokenOf: (code) => (code === own ? undefined : settings.tokenOf(code)),
    crosses: (from, to) => jurisdiction.get(from) !== jurisdiction.get(to),
    agreement: options.agreement === undefined ? undefined : wordNamed(options.agreement, 'an agreement'),
    purpose: options.purpose ?? [],
    progress: (by) => progress.advance(by),
  }).finally(() => progress.end());
  const accepted = outcomes.flatMap((outcome) => ('accepted' in outcome ? [outcome.accepted] : []));
  const final = await waitFor(session, accepted, {
    wait: options.wait === undefined || options.wait === true ? 600 : options.wait,
  });
  show(session, plan, outcomes, final, subjects);
}

function show(
  { output }: Session,
  plan: ImportPlan,
  outcomes: readonly Imported[],
  final: readonly Outcome[],
  subjects: ReadonlyMap<string, string>,
): void {
  const progressOf = new Map(final.map((outcome) => [outcome.digest, outcome]));
  const failed = outcomes.flatMap((outcome) => ('failed' in outcome ? [outcome] : []));
  const left = outcomes.flatMap((outcome) => ('left' in outcome ? [outcome] : []));
  const kept = outcomes.flatMap((outcome) => ('kept' in outcome ? [outcome] : []));
  const count = (progress: string): number => final.filter((outcome) => outcome.progress === progress).length;
  if (failed.length + left.length > 0) endRefused();
  const result = {
    items: plan.items.map(({ iri, exhibitNumbers, description }) => ({
      iri,
      exhibitNumbers,
      description,
      ...(subjects.has(iri) && { evidence: subjects.get(iri) }),
    })),
    statements: outcomes.map((outcome) => ({
      item: outcome.statement.item,
      planned: outcome.statement.act,
      code: outcome.statement.code,
      ...('accepted' in outcome && { statement: progressOf.get(outcome.accepted.digest) ?? outcome.accepted }),
      ...('kept' in outcome && { statedBefore: true }),
      ...('failed' in outcome && { refused: outcome.problem }),
      ...('left' in outcome && { leftOut: outcome.left }),
    })),
    summary: {
      items: plan.items.length,
      statements: outcomes.length,
      final: count('final'),
      rejected: count('rejected') + count('expired'),
      statedBefore: kept.length,
      refused: failed.length,
      leftOut: left.length,
      unmapped: plan.unmapped.length,
    },
    unmapped: plan.unmapped,
    remarks: plan.remarks,
  };
  output.result(result, () => [
    `${plan.items.length} items, ${outcomes.length} statements: ${final.length} accepted, of these ${count('final')} final.`,
    ...(kept.length === 0 ? [] : [`${kept.length} were stated before in other words and are left as they are.`]),
    ...listed(
      'Refused',
      failed.map(({ statement, failed: why }) => `${statement.act} of ${statement.item}: ${why}`),
    ),
    ...listed(
      'Left out',
      left.map(({ statement, left: why }) => `${statement.act} of ${statement.item}: ${why}`),
    ),
    ...listed(
      'Not mapped',
      plan.unmapped.map(
        ({ iri, property, text, reason }) =>
          `${iri}${property === null ? '' : `, property ${property}`}: ${text} [${reason}]`,
      ),
    ),
  ]);
}

function listed(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - LISTED;
  return [
    '',
    `${heading} (${lines.length}):`,
    ...lines.slice(0, LISTED).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more; --json lists them all`] : []),
  ];
}
