/** The file in which a late release goes from its holder to its recipient. It comes from somebody else. */
import { isLateRelease } from '../../protocol/judge.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';
import type { SignedSheet } from '../gateway/gateway.ts';
import { sheetOfOne } from './sheet-form.ts';

/** @throws Failure usage */
export function readLateRelease(file: string): SignedSheet {
  const parsed = sheetOfOne.safeParse(readJsonFile(file));
  if (parsed.success && isLateRelease(parsed.data.statements[0].statement)) return parsed.data;
  throw usage(`${file} is no late release. Give the file that \`unbroken late release\` wrote.`);
}
