/** Verification: named checks with plain sentences. */
import type { Command } from 'commander';
import { isHex } from '../../protocol/bytes.ts';
import { parseDisclosure, type Disclosure } from '../../protocol/record.ts';
import { usage } from '../failure.ts';
import { hashFile, readJsonFile, type HashedFile } from '../files.ts';
import type { Check, StatementView, Verification } from '../gateway/answers.ts';
import { instant, printable } from '../output/table.ts';
import { endRefused, handled, type Session } from '../session.ts';
import { verdictLines } from '../verifying/verdict-lines.ts';
import { verifyBundleFile, type Trusting } from '../verifying/verify-bundle.ts';
import { oneEvidence, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { exhibitFlag, teach, trustFlags } from './flags.ts';

interface VerifyOptions extends EvidenceOptions, Trusting {
  readonly disclosure?: string;
  readonly statement?: string;
}

const SIGN = { passed: 'passed ', failed: 'FAILED ', 'not applicable': '-      ' } as const;
const FILE_DIGEST = /^(?:digest|file\.(?:\d+\.)?(?:sha256|sha3-256))$/;

export function addVerifyCommand(program: Command): void {
  const command = program
    .command('verify')
    .summary('prove a bundle, a trail, a file or a disclosure')
    .description('Checks a bundle offline; or a whole trail, or a disclosed record, against the ledger.')
    .argument('[bundle|evidence]', 'file of a bundle, or id')
    .option('--disclosure <file>', 'check a disclosure instead of a trail')
    .option('--statement <digest>', 'the statement of the disclosure, if the file does not say')
    .addOption(exhibitFlag());
  teach(trustFlags(command), {
    meaning:
      'A bundle is verified here, without any gateway: signatures, the rules of the ledger, records, and what the block stores; the ledger file says whose keys and which validators you trust. Without one, no bundle counts as verified. Of a trail, nothing that is stored is believed: digests, signatures, links and times are computed anew and compared with the ledger’s storage. Each check says what it proves; the end says what the result stands on. A file is compared with the digests in your own records, or in the disclosure.',
    examples: [
      'verify KT-17.bundle.json --ledger ledger.json --file phone.E01',
      'verify 0x00000001b7...',
      'verify --exhibit KT-17/1-A --file phone.E01',
      'verify --disclosure disclosure.json --file phone.E01',
    ],
    next: 'exit code 0 means verified, 1 not verified, 2 that the input can’t be used, 3 that no gateway answered.',
  }).action(
    handled<[string | undefined], VerifyOptions>(async (session, options, id) => {
      if (options.disclosure !== undefined && (id !== undefined || options.exhibit)) {
        throw usage('Verify either evidence or a disclosure, not both at once.');
      }
      if (id !== undefined && !isId(id)) {
        const { verification } = await verifyBundleFile(id, options, session.output);
        session.output.result(verification, () => verdictLines(verification));
        if (verification.verdict !== 'verified') endRefused();
        return;
      }
      if (options.ledger !== undefined || options.rpc !== undefined || options.authority !== undefined) {
        throw usage('--ledger, --rpc and --authority are for bundles. Name the file of one.');
      }
      const files: HashedFile[] = [];
      for (const file of options.file ?? []) files.push(await hashFile(file, session.output));
      const verification =
        options.disclosure === undefined
          ? await verifyTrail(session, options, id, files)
          : await verifyDisclosure(session, options.disclosure, options.statement, files);
      session.output.result(verification, () => verificationLines(verification));
      if (!verification.verified) endRefused();
    }),
  );
}

async function verifyTrail(
  session: Session,
  options: EvidenceOptions,
  id: string | undefined,
  files: readonly HashedFile[],
): Promise<Verification> {
  const subject = await oneEvidence(session, id, options);
  const verification = await session.gateway.verify(subject);
  if (files.length === 0) return verification;
  const { items } = await session.gateway.trail(subject);
  const checks = files.map((file) => fileCheck(items, file));
  return {
    ...verification,
    verified: verification.verified && checks.every(({ result }) => result === 'passed'),
    checks: [...verification.checks, ...checks],
  };
}

/** Whether an included record of one's own names the file. Corrections don't hide what was said before. */
function fileCheck(items: readonly StatementView[], { sha256, sha3_256 }: HashedFile): Check {
  const digests = new Set([sha256.slice(2), sha3_256.slice(2)]);
  let named = 0;
  for (const { record, progress, includedAt, reason } of items) {
    if (record === undefined || record === 'erased' || includedAt === undefined || reason !== undefined) continue;
    if (progress === 'rejected') continue;
    for (const { label, value } of record.fields) {
      if (value === undefined || !FILE_DIGEST.test(label)) continue;
      named += 1;
      if (digests.has(value.toLowerCase().replace(/^0x/, ''))) {
        return {
          name: 'file',
          result: 'passed',
          sentence: `The file is the one that the field ${label} names by its digest.`,
        };
      }
    }
  }
  const sentence =
    named === 0
      ? 'No record of your participant on this trail names a file, so nothing shows that this is the one.'
      : `The file is none of those that the records name by ${named} digests: another file, or a changed one.`;
  return { name: 'file', result: 'failed', sentence };
}

async function verifyDisclosure(
  session: Session,
  path: string,
  named: string | undefined,
  [file, ...others]: readonly HashedFile[],
): Promise<Verification> {
  if (others.length > 0) throw usage('A disclosure is of one record: give one file at a time.');
  const { statement, disclosure } = readDisclosure(path);
  const digest = named === undefined ? statement : wordNamed(named, 'the digest of a statement');
  if (digest === undefined) throw usage(`${path} does not say of which statement it is. Give --statement DIGEST.`);
  const first = await session.gateway.verifyDisclosure(digest, disclosure, file?.sha256);
  if (
    file === undefined ||
    first.verified ||
    first.checks.some(({ name, result }) => name !== 'file' && result === 'failed')
  )
    return first;
  return await session.gateway.verifyDisclosure(digest, disclosure, file.sha3_256);
}

/** A bundle is named by its file, which would not be called like an id. */
function isId(text: string): boolean {
  return /^(0x)?[0-9a-f]{64}$/i.test(text);
}

function readDisclosure(path: string): { statement: `0x${string}` | undefined; disclosure: Disclosure } {
  const read = readJsonFile(path);
  const { statement, disclosure } =
    typeof read === 'object' && read !== null && 'disclosure' in read
      ? (read as { statement?: unknown; disclosure: unknown })
      : { disclosure: read };
  try {
    return { statement: isHex(statement, 32) ? statement : undefined, disclosure: parseDisclosure(disclosure) };
  } catch (error) {
    throw usage(
      `${path} is ${error instanceof Error ? error.message : 'not a disclosure'}. Give the file as \`unbroken disclose\` wrote it.`,
    );
  }
}

export function verificationLines({ verified, checks, trust, asOf, asOfTime }: Verification): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const time = asOfTime ?? (asOf && new Date(asOf.time * 1000).toISOString());
  return [
    verified ? 'Verified.' : 'NOT VERIFIED.',
    ...checks.map(({ name, result, sentence }) => `  ${SIGN[result]} ${name.padEnd(width)}  ${printable(sentence)}`),
    `Stands on: ${printable(trust)}`,
    ...(asOf ? [`As of block ${asOf.number}, ${instant(time)}.`] : []),
  ];
}
