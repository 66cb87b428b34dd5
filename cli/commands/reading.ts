/** Reading: what the ledger and one's own records tell. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { writeFileSync } from 'node:fs';
import { usage } from '../failure.ts';
import type { EvidenceLine, StatementView } from '../gateway/answers.ts';
import { delay, instant, nameOf, printable, shortHex, table } from '../output/table.ts';
import { handled } from '../session.ts';
import { oneEvidence, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { exhibitFlag, listOption, teach, wholeNumber } from './flags.ts';

interface SearchOptions {
  readonly exhibit?: string;
  readonly case?: string;
  readonly digest?: string;
  readonly holder?: string;
  readonly to?: string;
  readonly inTransit?: boolean;
  readonly limit: number;
}

export function addReadingCommands(program: Command): void {
  addTrail(program);
  addShow(program);
  addSearch(program);
  addDisclose(program);
}

function addTrail(program: Command): void {
  const command = program
    .command('trail')
    .summary('who had it, when, in which order')
    .description('Shows every statement about an item, in order.')
    .argument('[evidence]', 'id')
    .option('--records', 'also what your own participant wrote')
    .addOption(exhibitFlag());
  teach(command, {
    meaning:
      'Claimed is when the signer says that it happened, included when the ledger took it; the delay between the two is for everyone to see. Signed by service means that a gateway signed for its participant, not a person.',
    examples: ['trail 0x00000001b7...', 'trail --exhibit KT-17/1 --records'],
    next: '`unbroken verify EVIDENCE` proves what this only shows.',
  }).action(
    handled<[string | undefined], EvidenceOptions & { readonly records?: boolean }>(async (session, options, id) => {
      const trail = await session.gateway.trail(await oneEvidence(session, id, options));
      session.output.result(trail, () => [
        `Evidence ${trail.subject}`,
        ...(trail.line ? stateLines(trail.line) : ['Not on the ledger yet.']),
        '',
        ...trailTable(trail.items),
        ...(options.records === true ? recordLines(trail.items) : []),
      ]);
    }),
  );
}

function trailTable(items: readonly StatementView[]): string[] {
  const rows = items.map((each) => [
    instant(each.claimedAt),
    instant(each.includedAt),
    delay(each.delaySeconds),
    each.act,
    each.code,
    nameOf(each.participant) +
      (each.recipient ? ` to ${nameOf(each.recipient)}` : '') +
      (each.request === undefined ? '' : `, answers ${shortHex(each.request)}`),
    each.reason === undefined ? each.progress : `${each.progress} ${each.reason}`,
    each.signedBy,
    each.digest,
  ]);
  return table(['claimed', 'included', 'delay', 'act', 'code', 'who', 'state', 'signed by', 'statement'], rows);
}

function recordLines(items: readonly StatementView[]): string[] {
  return items.flatMap(({ act, digest, record }) => {
    if (record === undefined) return [];
    const heading = ['', `${act} ${digest}`];
    if (record === 'erased') return [...heading, '  erased'];
    if (record.from) heading.push(`  disclosed by ${nameOf(record.from)}`);
    const width = Math.max(...record.fields.map(({ label }) => label.length));
    return [
      ...heading,
      ...record.fields.map(
        ({ label, value }) =>
          `  ${printable(label).padEnd(width)}  ${value === undefined ? '(withheld)' : printable(value)}`,
      ),
    ];
  });
}

function stateLines(line: EvidenceLine): string[] {
  const { release } = line;
  const list = (names: readonly string[]): string => names.join(', ');
  return [
    `  ${line.state}, holder ${nameOf(line.holder)}${release ? `, released to ${nameOf(release.recipient)}${release.crossesBorder ? ' across a border' : ''}` : ''}`,
    ...(release ? termLines(release) : []),
    `  origin ${list(line.origins.map(nameOf))}`,
    ...(line.restrictions.length > 0 ? [`  restrictions ${list(line.restrictions)}`] : []),
    ...(line.bases.length > 0
      ? [`  received under agreement ${list(line.bases.map(({ number }) => String(number)))}`]
      : []),
    ...(line.holds > 0 ? [`  ${line.holds} ${line.holds === 1 ? 'hold is' : 'holds are'} on`] : []),
    ...(line.late ? ['  a late declaration stands on it'] : []),
  ];
}

/** What a release names, where it names something. */
function termLines({ agreement, purpose, restrictions }: NonNullable<EvidenceLine['release']>): string[] {
  const terms = [
    ...(agreement ? [`agreement ${agreement.number}`] : []),
    ...(purpose.length > 0 ? [`for ${purpose.join(', ')}`] : []),
    ...(restrictions.length > 0 ? [`restricted ${restrictions.join(', ')}`] : []),
  ];
  return terms.length === 0 ? [] : [`  released under ${terms.join('; ')}`];
}

function addShow(program: Command): void {
  const command = program
    .command('show')
    .summary('where an item stands now')
    .description(
      'Shows the state of an item: as the ledger has it, and with what was accepted and is not included yet.',
    )
    .argument('[evidence]', 'id')
    .addOption(exhibitFlag());
  teach(command, {
    meaning:
      'What the ledger has is what counts. What waits is durable at the gateway and comes within seconds, or comes back with a reason.',
    examples: ['show 0x00000001b7...'],
  }).action(
    handled<[string | undefined], EvidenceOptions>(async (session, options, id) => {
      const view = await session.gateway.evidence(await oneEvidence(session, id, options));
      session.output.result(view, () => {
        const waits = view.included?.head !== view.projected.head;
        return [
          `Evidence ${view.subject}`,
          ...(view.included ? stateLines(view.included) : ['  not on the ledger yet']),
          ...(view.dossier === 'awaited' ? ['  its records are on their way from the gateway that released it'] : []),
          ...(waits ? ['With what waits for inclusion:', ...stateLines(view.projected)] : []),
        ];
      });
    }),
  );
}

function addSearch(program: Command): void {
  const command = program
    .command('search')
    .summary('find evidence')
    .description('Finds evidence by what your own records say, or by its state on the ledger.')
    .option('--exhibit <number>', 'exhibit number, in your own records')
    .option('--case <name>', 'case, in your own records')
    .option('--digest <hex>', 'SHA-256 or SHA3-256 of a file, in your own records')
    .option('--holder <code>', 'who holds it')
    .option('--to <code>', 'in transit to')
    .option('--in-transit', 'released and not yet accepted')
    .addOption(new Option('--limit <number>', 'most items to show').argParser(wholeNumber).default(100));
  teach(command, {
    meaning:
      'Exhibit numbers, cases and digests are on no ledger: they are found in the records of your own participant only.',
    examples: ['search --exhibit KT-17/1', 'search --to FR-PN --in-transit', 'search --holder DE-BKA --json'],
  }).action(
    handled<[], SearchOptions>(async (session, options) => {
      const { exhibit, case: caseName, digest, holder, to, inTransit, limit } = options;
      const terms = [exhibit, caseName, digest].filter((term) => term !== undefined);
      if (terms.length > 1) throw usage('Search by one of --exhibit, --case, --digest at a time.');
      const filter = {
        exhibit,
        case: caseName,
        digest,
        holder,
        recipient: to,
        state: inTransit === true || to !== undefined ? 'in-transit' : undefined,
      };
      const page = await session.gateway.search(filter, limit);
      session.output.result(page, () => [
        ...table(
          ['evidence', 'state', 'holder', 'to', 'origin', 'restrictions'],
          page.items.map((line) => [
            line.subject,
            line.state,
            nameOf(line.holder),
            line.release ? nameOf(line.release.recipient) : '',
            line.origins.map(nameOf).join(' '),
            line.restrictions.join(' '),
          ]),
        ),
        ...(page.items.length === 0 ? ['Nothing found.'] : []),
        ...(page.next === undefined ? [] : [`There are more; raise --limit above ${limit}.`]),
      ]);
    }),
  );
}

function addDisclose(program: Command): void {
  const command = program
    .command('disclose')
    .summary('show some fields of a record, provably')
    .description('Makes a disclosure of a record of your own: some fields shown, every other one named as withheld.')
    .argument('<statement>', 'digest of the statement, as the trail shows it')
    .requiredOption('--labels <labels>', 'the fields to show, with commas between; `all` for all', listOption)
    .option('--out <file>', 'write it there');
  teach(command, {
    meaning:
      'Whoever gets it can check against the ledger that the fields are those that were signed, and that nothing was left out by silence. What is withheld can’t be guessed from it.',
    examples: ['disclose 0x5f02... --labels exhibit,file.1.sha256 --out disclosure.json'],
    next: '`unbroken verify --disclosure disclosure.json --file FILE`, by anyone.',
  }).action(
    handled<[string], { readonly labels: readonly string[]; readonly out?: string }>(
      async (session, { labels, out }, digest) => {
        const statement = wordNamed(digest, 'the digest of a statement');
        const [only, ...others] = labels;
        const shown = only === 'all' && others.length === 0 ? undefined : labels;
        const disclosed = { statement, disclosure: await session.gateway.disclose(statement, shown) };
        if (out !== undefined) {
          try {
            writeFileSync(out, `${JSON.stringify(disclosed, null, 2)}\n`, { flag: 'wx' });
          } catch {
            throw usage(`${out} can't be written, or exists. Choose another name.`);
          }
        }
        session.output.result(disclosed, () =>
          out === undefined ? [JSON.stringify(disclosed, null, 2)] : [`Written to ${out}.`],
        );
      },
    ),
  );
}
