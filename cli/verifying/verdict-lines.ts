/** The verification of a bundle in lines that can be read aloud: the verdict, what it means, each check, what it stands on. */
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import { instant, printable } from '../output/table.ts';

const VERDICTS: Readonly<Record<BundleVerification['verdict'], string>> = {
  verified: 'VERIFIED. Every check that applies was passed.',
  'not verified': 'NOT VERIFIED. At least one check failed.',
  'keys unknown':
    'NOT VERIFIED: nothing failed, but no ledger file was given that says whose keys these are. Give --ledger FILE.',
};

const MARKS = { passed: '✓', failed: '✗', 'not applicable': '–' } as const;

export function verdictLines({
  verdict,
  trust,
  stands,
  checks,
  completeAsOf,
  subject,
  head,
}: BundleVerification): string[] {
  const complete =
    completeAsOf === undefined
      ? 'Whether something is missing at the end is not known.'
      : `Nothing is missing up to block ${completeAsOf.number}, of ${instant(new Date(completeAsOf.time * 1_000).toISOString())}.`;
  return [
    VERDICTS[verdict],
    '',
    `Evidence:          ${subject}`,
    ...(head === undefined ? [] : [`Newest statement:  ${head}`]),
    complete,
    '',
    ...checks.flatMap(({ name, result, sentence, meaning }) => [
      `${MARKS[result]} ${name}: ${printable(sentence)}`,
      ...(result === 'not applicable' ? [] : [`    ${meaning}`]),
    ]),
    '',
    `This stands on ${trust === 'seals' ? 'seals of validators' : trust === 'node' ? 'a node that was asked' : 'signatures alone'}:`,
    ...stands.map((sentence) => `- ${sentence}`),
  ];
}
