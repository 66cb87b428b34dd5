import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { takeSoleUse } from '../../../server/store/sole-use.ts';

const MODULE = new URL('../../../server/store/sole-use.ts', import.meta.url).href;

describe('sole use of a data folder', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'unbroken-use-'));
    file = path.join(folder, 'unbroken.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is refused to a second one until the first ends it', () => {
    const first = takeSoleUse(file);
    expect(() => takeSoleUse(file))
      .to.throw()
      .with.property('code', 'BUSY');
    first.end();
    takeSoleUse(file).end();
  });

  it('ends with its process, however that ends', async function () {
    this.timeout(30_000);
    const script = `import { takeSoleUse } from ${JSON.stringify(MODULE)}; takeSoleUse(${JSON.stringify(file)}); console.log('taken'); setInterval(() => 0, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    expect(() => takeSoleUse(file))
      .to.throw()
      .with.property('code', 'BUSY');
    child.kill('SIGKILL');
    await once(child, 'exit');
    takeSoleUse(file).end();
  });
});
