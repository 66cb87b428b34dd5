/** Custody without a gateway: stated, signed and queued here, handed from hand to hand, and brought to the ledger later. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { ACTS, actOf, type Act } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { digestOf } from '../../protocol/statement.ts';
import { usage } from '../failure.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import { checkHandover } from '../offline/checking.ts';
import { openFolder, type QueuedSheet } from '../offline/folder.ts';
import { decodeHandover, encodeHandover, handoverOfText, textOfHandover } from '../offline/handover.ts';
import { openKnown } from '../offline/known.ts';
import { takeSnapshot } from '../offline/snapshot.ts';
import { stateOffline } from '../offline/stating.ts';
import { sync } from '../offline/sync.ts';
import { instant, shortHex, table } from '../output/table.ts';
import { endRefused, handled, type Session } from '../session.ts';
import { evidenceId, wordNamed } from '../stating/evidence.ts';
import { openKey } from '../stating/state.ts';
import type { WaitOptions } from '../stating/wait.ts';
import { timeOption, wordingOf, type WordingOptions } from '../stating/wording.ts';
import { openingFlags, purposeFlag, restrictionFlag, teach, wholeNumber, wordingFlags } from './flags.ts';

type Stating = WordingOptions & { readonly keyFile?: string };
type Opening = Omit<Stating, 'exhibitNumber'> & { readonly exhibit?: string; readonly restriction?: readonly string[] };

interface ReleaseOptions extends Stating {
  readonly to: string;
  readonly agreement?: string;
  readonly answers?: string;
  readonly purpose?: readonly string[];
  readonly restriction?: readonly string[];
  readonly key?: string;
}

export function addOfflineCommands(program: Command): void {
  const offline = program
    .command('offline')
    .summary('without a gateway: state, hand over, and sync later')
    .description(
      'States custody without a gateway. Everything is signed with your own key, queued on this machine, and brought to the ledger by `unbroken sync`, with the time at which it happened.',
    );
  addFetch(offline);
  addCollect(offline);
  addRelease(offline);
  addContinuing(offline);
  addHand(offline);
  addReceive(offline);
  addStatus(offline);
  addSync(program);
}

function addFetch(offline: Command): void {
  const command = offline
    .command('fetch')
    .description('Fetches what has to be known before there is no gateway: participants, keys, and lines of evidence.')
    .argument('[evidence...]', 'ids; what your participant holds or is to receive, if left out');
  teach(command, {
    meaning:
      'Some kilobytes, and nothing that people wrote. What changes on the ledger afterwards, such as a key that is revoked, is not known offline: fetch again whenever you can.',
    examples: ['offline fetch', 'offline fetch 0x00000001b7...'],
    next: '`unbroken offline collect`, `release`, `receive`, `accept`.',
  }).action(
    handled<[string[]]>(async (session, _options, ids) => {
      const snapshot = await takeSnapshot(session, ids.map(evidenceId), now());
      const bytes = openFolder(session.settings.offlineFolder).keepSnapshot(snapshot);
      const { participants, keys, lines } = snapshot;
      const counted = { participants: participants.length, keys: keys.length, lines: lines.length, bytes };
      session.output.result(counted, () => [
        `Fetched ${participants.length} participants, ${keys.length} keys and ${lines.length} lines: ${bytes} bytes.`,
      ]);
    }),
  );
}

function addCollect(offline: Command): void {
  const command = offline
    .command('collect')
    .description('Takes evidence into custody.')
    .argument('<code>', ACTS.collect.codes.join(', '));
  teach(signingFlags(wordingFlags(openingFlags(command))), {
    meaning: 'The item has its id at once: write it on the bag. The ledger learns of it at the next sync.',
    examples: ['offline collect seized --exhibit KT-17/1 --description "Phone, black"'],
  }).action(
    handled<[string], Opening>(async (session, options, code) => {
      const { exhibit, restriction, ...rest } = options;
      const wording = await wordingOf(
        { ...rest, ...(exhibit !== undefined && { exhibitNumber: exhibit }) },
        session.output,
      );
      const request = { act: 'collect', code, ...wording, ...(restriction && { restrictions: restriction }) };
      await queue(session, options, () => [request]);
    }),
  );
}

function addRelease(offline: Command): void {
  const command = offline
    .command('release')
    .description('Hands evidence over to another participant, or to a colleague.')
    .argument('<evidence...>', 'ids')
    .requiredOption('--to <code>', 'who is to receive it, such as FR-PN')
    .option('--agreement <id>', 'the agreement that it rests on; needed across borders')
    .addOption(purposeFlag())
    .addOption(restrictionFlag())
    .option('--key <id>', 'the one key that must accept; needed within one participant')
    .option('--answers <request>', 'the request that it answers');
  teach(signingFlags(wordingFlags(command)), {
    meaning:
      'Signed for at most 30 days: if it has not reached the ledger by then, it never happened there. Whether an agreement permits it is judged at the sync.',
    examples: ['offline release 0x00000001b7... --to DE-ZOLL'],
    next: '`unbroken offline hand EVIDENCE` for the recipient.',
  }).action(
    handled<[string[]], ReleaseOptions>(async (session, options, ids) => {
      const { to, agreement, answers, purpose, restriction, key } = options;
      const wording = await wordingOf(options, session.output);
      const terms = {
        recipient: to,
        ...(key !== undefined && { recipientKey: wordNamed(key, 'a key id') }),
        ...(agreement !== undefined && { agreement: wordNamed(agreement, 'an agreement') }),
        ...(answers !== undefined && { request: wordNamed(answers, 'a request') }),
        ...(purpose && { purpose }),
        ...(restriction && { restrictions: restriction }),
      };
      await queue(session, options, () =>
        ids.map((id) => ({ act: 'release', subject: evidenceId(id), ...terms, ...wording })),
      );
    }),
  );
}

const CONTINUING = {
  accept: 'Takes over what was handed to you; add with-reservation if something is odd.',
  refuse: 'Refuses what was handed to you, with the reason as a code.',
  return: 'Confirms that a refused item came back.',
  recall: 'Takes a release back that was not accepted.',
  record: 'Writes down what was done with evidence that you hold, with a code.',
} as const satisfies Partial<Record<Act, string>>;

function addContinuing(offline: Command): void {
  for (const [act, description] of Object.entries(CONTINUING) as [keyof typeof CONTINUING, string][]) {
    const codes: readonly string[] = ACTS[act].codes;
    const command = offline
      .command(act)
      .description(description)
      .argument('<evidence...>', codes.length > 1 ? `ids, and one of ${codes.join(', ')}` : 'ids');
    teach(signingFlags(wordingFlags(command)), {
      meaning:
        'Signed and queued here; everyone will see when it is said to have happened, and when it reached the ledger.',
      examples: [
        `offline ${act} 0x00000001b7...${act === 'refuse' ? ' seal-broken' : act === 'record' ? ' sealed' : ''}`,
      ],
    }).action(
      handled<[string[]], Stating>(async (session, options, words) => {
        const [code, ...more] = words.filter((each) => codes.includes(each));
        if (more.length > 0) throw usage('One code at a time.');
        if (code === undefined && (act === 'refuse' || act === 'record'))
          throw usage(`Give a code: ${codes.join(', ')}.`);
        const wording = await wordingOf(options, session.output);
        const ids = words.filter((each) => !codes.includes(each));
        await queue(session, options, () =>
          ids.map((id) => ({ act, ...(code !== undefined && { code }), subject: evidenceId(id), ...wording })),
        );
      }),
    );
  }
}

async function queue(session: Session, options: Stating, requests: () => readonly StatementRequest[]): Promise<void> {
  const wanted = requests();
  const subjects = wanted.flatMap(({ subject }) => (subject === undefined ? [] : [subject]));
  if (wanted.length === 0) throw usage('Name the evidence by its id.');
  if (new Set(subjects).size < subjects.length) throw usage('The same evidence is named twice.');
  const known = openKnown(session.settings.offlineFolder);
  const named = options.keyFile ?? session.settings.keyFile;
  if (named === undefined)
    throw usage('Without a gateway, only your own key can sign: give --key-file or UNBROKEN_KEY.');
  const sheet = stateOffline(known, await openKey(session, named), wanted, now());
  const statements = statementsOf(sheet);
  session.output.result({ statements }, () => table(['act', 'evidence', 'statement', 'state'], rowsOf(statements)));
  session.output.note('Queued on this machine. `unbroken sync` brings it to the ledger.');
}

interface QueuedStatement {
  readonly act: string;
  readonly subject: Hex;
  readonly digest: Hex;
  readonly progress: string;
  readonly claimedAt: string;
  readonly expiresAt: string;
}

function statementsOf({ statements, outcomes }: QueuedSheet): QueuedStatement[] {
  return statements.map(({ statement }, position) => ({
    act: actOf(statement.act),
    subject: statement.subject,
    digest: digestOf(statement),
    progress: outcomes?.[position]?.progress ?? 'queued',
    ...(outcomes?.[position]?.reason !== undefined && { reason: outcomes[position].reason }),
    claimedAt: isoOf(statement.time),
    expiresAt: isoOf(statement.expires),
  }));
}

function rowsOf(statements: readonly QueuedStatement[]): string[][] {
  return statements.map(({ act, subject, digest, progress }) => [act, subject, shortHex(digest), progress]);
}

function addHand(offline: Command): void {
  const command = offline
    .command('hand')
    .description('Makes the handover of released evidence: what its recipient needs to check and accept it.')
    .argument('<evidence...>', 'ids')
    .option('--out <file>', 'as a file; else as text, each line for one QR code');
  teach(command, {
    meaning:
      'Some hundred bytes: signed statements and nothing that people wrote. A line of text fits in one QR code and has only characters of its compact alphabet; any tool shows it, such as `qrencode -t UTF8`.',
    examples: ['offline hand 0x00000001b7... --out phone.handover', 'offline hand 0x00000001b7... | qrencode -t UTF8'],
    next: 'the recipient says `unbroken offline receive FILE`.',
  }).action(
    handled<[string[]], { readonly out?: string }>((session, { out }, ids) => {
      const subjects = new Set(ids.map(evidenceId));
      const known = openKnown(session.settings.offlineFolder);
      for (const subject of subjects) {
        if (known.line(subject)?.status !== 'in-transit')
          throw usage(`${subject} is not released by what is known here.`);
      }
      const sheets = known.sheetsOn(subjects);
      if (sheets.length === 0) throw usage('It was not released on this machine; its recipient finds it at a gateway.');
      const bytes = encodeHandover(sheets, subjects);
      const text = textOfHandover(bytes);
      if (out !== undefined) write(out, bytes);
      session.output.result({ bytes: bytes.length, ...(out === undefined ? { text } : { file: out }) }, () =>
        out === undefined ? text : [`Written to ${out}: ${bytes.length} bytes.`],
      );
      return Promise.resolve();
    }),
  );
}

function addReceive(offline: Command): void {
  const command = offline
    .command('receive')
    .description('Checks a handover, and keeps it for `unbroken offline accept`.')
    .argument('[file]', 'as a file, or the text of its QR codes; standard input if left out');
  teach(command, {
    meaning:
      'Digests and signatures are computed anew, against the keys of your snapshot, and the release must be to you. That whoever released it holds it, is known where your snapshot has the item; else it stands on that signature until the sync.',
    examples: ['offline receive phone.handover', 'offline receive < codes.txt'],
    next: 'look at item and seal, then `unbroken offline accept EVIDENCE`.',
  }).action(
    handled<[string | undefined]>((session, _options, file) => {
      const known = openKnown(session.settings.offlineFolder);
      const bytes = handoverIn(file);
      const handed = checkHandover(decodeHandover(bytes), known.snapshot, known.line, now());
      known.folder.receive(`${handed[0]!.release.slice(2, 18)}.handover`, bytes);
      const items = handed.map((each) => ({
        evidence: each.subject,
        release: each.release,
        from: known.codeOf(each.from),
        claimedAt: isoOf(each.claimedAt),
        expiresAt: isoOf(each.expires),
        known: each.known,
      }));
      session.output.result({ items }, () =>
        table(
          ['evidence', 'from', 'released', 'good until', 'line'],
          items.map((each) => [
            each.evidence,
            each.from,
            instant(each.claimedAt),
            instant(each.expiresAt),
            each.known ? 'as in your snapshot' : 'not in your snapshot',
          ]),
        ),
      );
      return Promise.resolve();
    }),
  );
}

function addStatus(offline: Command): void {
  const command = offline
    .command('status')
    .description('Shows what is queued here, and what became of what was synced.');
  teach(command, {
    meaning: 'What is queued expires: bring it to a gateway before.',
    examples: ['offline status'],
  }).action(
    handled<[]>((session) => {
      const folder = openFolder(session.settings.offlineFolder);
      const list = (kept: ReturnType<typeof folder.queued>) => kept.flatMap(({ sheet }) => statementsOf(sheet));
      const status = { queued: list(folder.queued()), settled: list(folder.settled()) };
      session.output.result(status, () =>
        table(
          ['act', 'evidence', 'statement', 'claimed', 'good until', 'state'],
          [...status.settled, ...status.queued].map((each) => [
            ...[each.act, each.subject, shortHex(each.digest), instant(each.claimedAt), instant(each.expiresAt)],
            each.progress,
          ]),
        ),
      );
      return Promise.resolve();
    }),
  );
}

function addSync(program: Command): void {
  const command = program
    .command('sync')
    .summary('bring what was stated offline to the ledger')
    .description('Brings what was stated without a gateway to the ledger, in its order and with its own times.')
    .addOption(new Option('--wait [seconds]', 'wait until it is final').argParser(wholeNumber))
    .option('--no-wait', 'do not wait, also in a terminal');
  teach(command, {
    meaning:
      'Exactly once, however often it is cut off and repeated. What rests on a statement that its signer has not synced yet waits. What is refused or rejected is kept with the reason; its text stays on this machine.',
    examples: ['sync --wait'],
    next: '`unbroken trail EVIDENCE` shows the delay between claimed and included; `unbroken offline fetch` for the next time.',
  }).action(
    handled<[], WaitOptions>(async (session, options) => {
      const synced = await sync(session, openFolder(session.settings.offlineFolder), options);
      const statements = synced.map((each) => ({ ...each, act: actOf(each.act), claimedAt: isoOf(each.claimedAt) }));
      session.output.result({ statements }, () => [
        ...table(
          ['act', 'evidence', 'statement', 'claimed', 'state'],
          statements.map((each) => [
            ...[each.act, each.subject, shortHex(each.digest), instant(each.claimedAt)],
            each.reason === undefined ? each.progress : `${each.progress} ${each.reason}: ${each.meaning ?? ''}`,
          ]),
        ),
        ...(statements.length === 0 ? ['Nothing is queued.'] : []),
      ]);
      if (statements.some(({ progress }) => progress === 'waiting')) {
        session.output.note('What waits rests on statements that the gateway does not have yet. Sync again later.');
      }
      if (statements.some(({ progress }) => ['refused', 'rejected', 'expired'].includes(progress))) endRefused();
    }),
  );
}

function signingFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--expires <time>', 'not included after this; 30 days later if left out').argParser(timeOption),
    )
    .option('--key-file <file>', 'your own key (or UNBROKEN_KEY)');
}

/** @throws Failure usage */
function handoverIn(file: string | undefined): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file ?? 0);
  } catch {
    throw usage(`${file ?? 'Standard input'} can't be read.`);
  }
  return bytes[3] === 1 ? bytes : handoverOfText(Buffer.from(bytes).toString('utf8'));
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { flag: 'wx' });
  } catch {
    throw usage(`${file} can't be written, or exists. Choose another name.`);
  }
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
