/** What the protocol's judge makes of a submission, from its bytes. */
import { hexToBytes } from '../../../protocol/bytes.ts';
import { submitEndorsed, submitLate, submitSheet, type Ledger, type Outcomes } from '../../../protocol/submission.ts';
import type { VectorSheet, VectorSubmission } from './vector.ts';

export interface Submission extends Omit<VectorSubmission, 'sheets' | 'reverts'> {
  readonly sheets: readonly Omit<VectorSheet, 'outcomes'>[];
}

/** The outcomes, by sheet. */
export function judged(ledger: Ledger, { contract, call, blockTime, sheets }: Submission): Outcomes[] {
  const sent = sheets.map((sheet) => ({ ...sheet, statements: hexToBytes(sheet.statements) }));
  if (call === 'submitLate') {
    const { release, acceptance } = submitLate(ledger, sent[0]!, sent[1]!, blockTime);
    return [release, acceptance];
  }
  return sent.map((sheet) =>
    contract === 'consortium'
      ? submitEndorsed(ledger, sheet.statements, [sheet, ...(sheet.endorsements ?? [])], blockTime)
      : submitSheet(ledger, contract, sheet, blockTime),
  );
}
