/** The one screen that a demonstration gateway shows when it is ready. */
import type { Keepsake } from './keepsake.ts';
import { MEMBERS, USERS } from './members.ts';

export function welcome(url: string, chainUrl: string, ledgerFile: string, keepsake: Keepsake): string {
  const names = new Map(MEMBERS.map(({ code, name }) => [code, name]));
  const users = USERS.map(
    ({ name, member, role }) =>
      `  ${name.padEnd(9)} ${role.padEnd(8)} ${member.padEnd(12)} ${(names.get(member) ?? '').padEnd(32)} ${keepsake.tokens[name] ?? ''}`,
  );
  const token = (name: string): string => keepsake.tokens[name] ?? '';
  return `
Unbroken is ready.

  API            ${url}
  documentation  ${url}/docs
  chain          ${chainUrl} (embedded: for one machine, no consortium vouches for it)

Demonstration users
${users.join('\n')}

A first handoff, from Anna to Dieter
  export UNBROKEN_URL=${url}
  export UNBROKEN_TOKEN=${token('anna')}
  npm run unbroken -- collect seized --exhibit A-1 --description "Phone, black"
  npm run unbroken -- release EVIDENCE --to DE-ZOLL
  UNBROKEN_TOKEN=${token('dieter')} npm run unbroken -- accept EVIDENCE
  npm run unbroken -- trail EVIDENCE

For a court, which needs neither this gateway nor a network
  npm run unbroken -- bundle EVIDENCE --out bundle.json
  npm run unbroken -- verify bundle.json --ledger ${ledgerFile}

Stop with Ctrl-C. Everything is kept and found again by the next start.
`;
}
