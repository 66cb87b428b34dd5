/** The file in which a statement on the consortium's line goes from agency to agency and gathers signatures. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { kindOf, ruleOf } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { isWellFormed } from '../../protocol/form.ts';
import { digestOf, type Stated } from '../../protocol/statement.ts';
import { ENDORSEMENTS_MAX } from '../../protocol/wire.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';
import type { SignedSheet } from '../gateway/gateway.ts';
import { sheetOfOne, signatureForm } from './sheet-form.ts';

const approvalForm = sheetOfOne.extend({ endorsements: z.array(signatureForm).max(ENDORSEMENTS_MAX) });

/** A statement that needs the agencies, with the signatures that it has so far. */
export interface Approval {
  readonly sheet: SignedSheet & Required<Pick<SignedSheet, 'endorsements'>>;
  readonly stated: Stated;
  readonly digest: Hex;
}

export function approvalOf(sheet: SignedSheet): Approval {
  const { statement, list = [] } = sheet.statements[0]!;
  const { endorsements = [] } = sheet;
  return { sheet: { ...sheet, endorsements }, stated: { statement, list }, digest: digestOf(statement) };
}

/**
 * What its statement says is what is read; nothing in the file says it a second time.
 * @throws Failure usage
 */
export function readApproval(file: string): Approval {
  const parsed = approvalForm.safeParse(readJsonFile(file));
  const approval = parsed.success ? wellFormed(approvalOf(parsed.data)) : undefined;
  if (approval !== undefined) return approval;
  throw usage(`${file} has no statement for the agencies to sign. Give the file as the first who signed wrote it.`);
}

function wellFormed(approval: Approval): Approval | undefined {
  const { statement } = approval.stated;
  const rule = ruleOf(statement.act);
  if (rule === undefined || kindOf(rule, statement) !== 'consortium' || statement.subject !== ZERO) return undefined;
  if (statement.key !== approval.sheet.key || statement.record !== ZERO) return undefined;
  return isWellFormed(rule, approval.stated) ? approval : undefined;
}

/** @throws Failure usage if the file is there already */
export function refuseExisting(file: string): void {
  if (existsSync(file)) throw usage(`${file} exists and is left alone. Choose another with --file.`);
}

/** Whole or not at all: it holds what others signed. */
export function writeApproval(file: string, { sheet }: Approval): void {
  const written = `${file}.written`;
  try {
    writeFileSync(written, `${JSON.stringify(sheet, null, 2)}\n`);
    renameSync(written, file);
  } catch {
    throw usage(`${file} can't be written. Choose another place with --file; nothing was sent.`);
  }
}
