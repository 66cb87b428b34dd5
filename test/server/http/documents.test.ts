import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { openApiOf } from '../../../server/http/openapi.ts';
import { PROBLEMS } from '../../../server/http/problem.ts';
import { ENDPOINTS } from '../../../server/http/start.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs');
const SNAPSHOT = path.join(DOCS, 'openapi.json');

describe('the documents of the API', () => {
  it('docs/openapi.json is what the code makes (UPDATE_SNAPSHOTS=1 writes it anew)', () => {
    const made = `${JSON.stringify(openApiOf(ENDPOINTS), null, 2)}\n`;
    if (process.env['UPDATE_SNAPSHOTS'] === '1') writeFileSync(SNAPSHOT, made);
    expect(JSON.parse(readFileSync(SNAPSHOT, 'utf8'))).to.deep.equal(JSON.parse(made));
  });

  const rows = readFileSync(path.join(DOCS, 'api.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('docs/api.md has every endpoint with its roles, and no other', () => {
    const written = rows.flatMap(([, name, roles]) => (/^`[A-Z]+ \//.test(name ?? '') ? [`${name!} ${roles!}`] : []));
    const roles = (all: readonly string[]): string => {
      if (all.length === 4) return 'every role';
      return all.length === 0 ? 'open' : all.join(', ');
    };
    const served = ENDPOINTS.map((each) => `\`${each.method.toUpperCase()} ${each.path}\` ${roles(each.roles)}`);
    expect(written.map((row) => row.replace(', limited by address', '')).sort()).to.deep.equal(served.sort());
  });

  it('docs/api.md has every code of a problem with its status, and no other', () => {
    const written = rows.flatMap(([, name, status]) =>
      /^`[A-Z_]+`$/.test(name ?? '') ? [`${name!.slice(1, -1)} ${status!.replace(' or 409', '')}`] : [],
    );
    const known = Object.entries(PROBLEMS).map(([code, { status }]) => `${code} ${status}`);
    expect(written.sort()).to.deep.equal(known.sort());
  });
});
