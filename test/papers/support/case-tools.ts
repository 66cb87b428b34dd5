/**
 * The tools of the CASE community, from their Python packages, in an environment of their own that is made once and
 * kept outside of the checkout.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const PACKAGES = ['case-utils==0.18.0', 'case-prov==0.15.0'];

export interface CaseTools {
  /** What `case_validate` says of all of these files together. */
  validate(files: readonly string[]): string;
  /** What `case_prov_check` says of the PROV that `case_prov_rdf` makes of all of these together. */
  checkProvenance(files: readonly string[], scratch: string): string;
  /** What `case_prov_check` says of a document in PROV. */
  checkProv(file: string): string;
}

/** @throws Error where there is no Python with venv and pip, or the packages can't be had */
export function openCaseTools(): CaseTools {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'unbroken');
  const folder = path.join(cache, PACKAGES.join('_').replaceAll('==', '-'));
  if (!existsSync(folder)) install(folder);
  const run = (tool: string, ...given: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(path.join(folder, 'bin', tool), given, { encoding: 'utf8' });
    return `${stdout}${stderr}`;
  };
  return {
    validate: (files) => run('case_validate', '--built-version', 'case-1.5.0', ...files),
    checkProvenance(files, scratch) {
      rmSync(scratch, { force: true });
      const said = run('case_prov_rdf', scratch, ...files);
      return existsSync(scratch) ? run('case_prov_check', scratch) : said;
    },
    checkProv: (file) => run('case_prov_check', file),
  };
}

function install(folder: string): void {
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    // Scripts name the folder that they were installed to, so it is made where it stays.
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    execFileSync(path.join(folder, 'bin/pip'), ['install', '--quiet', ...PACKAGES], { stdio: 'pipe' });
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error('The tools of the CASE community can’t be had: python3 with venv and pip is needed.', { cause });
  }
}
