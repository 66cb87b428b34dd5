/** The commands of the README, as their users type them. */
import { expect } from 'chai';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { removeFolder, startGateway, throwawayFolder } from '../../scripts/gateway-process.ts';
import { ROOT } from '../../scripts/processes.ts';
import { run } from './support/program.ts';

const PUBLISHED = path.resolve(ROOT, '../shared/data/forensic_lifecycle.json');

describe('start', function () {
  this.timeout(180_000);

  it('stops on a wrong setting with a sentence that names it', async () => {
    const { code, errors } = await run('server/main.ts', [], { PORT: 'eighty' });
    expect(code).to.equal(2);
    expect(errors).to.match(/^PORT is "eighty"/);
  });

  it('finds everything again, and a second gateway on one folder stops with a sentence', async () => {
    const folder = throwawayFolder();
    try {
      const first = await startGateway(folder);
      const headers = { authorization: `Bearer ${first.token('anna')}`, 'content-type': 'application/json' };
      const body = JSON.stringify({
        act: 'collect',
        code: 'seized',
        record: { fields: [{ label: 'exhibit', value: 'S-1' }] },
      });
      const answer = await fetch(`${first.url}/v1/statements`, { method: 'POST', headers, body });
      const { subject } = (await answer.json()) as { subject: string };

      const second = await run('server/main.ts', [], { DATA_DIR: folder, PORT: '0' });
      expect(second.code).to.equal(1);
      expect(second.errors).to.match(/Another process uses/);
      await first.stop();

      const again = await startGateway(folder);
      const trail = await fetch(`${again.url}/v1/evidence/${subject}/trail`, { headers });
      const { items } = (await trail.json()) as {
        items: readonly { record: { fields: readonly { value: string }[] } }[];
      };
      expect(items[0]?.record.fields[0]?.value).to.equal('S-1');
      await again.stop();
    } finally {
      removeFolder(folder);
    }
  });
});

describe('demo', function () {
  this.timeout(240_000);

  it('plays its story and ends verified, with one JSON object on the last line', async () => {
    const { code, output } = await run('scripts/demo/main.ts', ['--json']);
    const outcome = JSON.parse(output.trim().split('\n').at(-1)!) as { outcome: string; evidence: readonly object[] };
    expect(outcome.outcome).to.equal('verified');
    expect(outcome.evidence).to.have.length(5);
    expect(code).to.equal(0);
  });

  it('does it with a published CASE document, exactly once though it is imported twice', async function () {
    if (!existsSync(PUBLISHED)) {
      if (process.env['CI'] === 'true') throw new Error(`${PUBLISHED} must be there in CI`);
      console.log(`      skipped: ${PUBLISHED} is not here`);
      this.skip();
    }
    const { code, output, errors } = await run('scripts/demo/main.ts', ['--case', PUBLISHED, '--json']);
    expect(code, errors).to.equal(0);
    const outcome = JSON.parse(output.trim().split('\n').at(-1)!) as {
      outcome: string;
      evidence: readonly object[];
      unmapped: number;
    };
    expect(outcome.outcome).to.equal('verified');
    expect(outcome.evidence).to.have.length(20);
    expect(outcome.unmapped).to.be.greaterThan(0);
  });

  it('says what is wrong with an option that it does not know', async () => {
    const { code, errors } = await run('scripts/demo/main.ts', ['--cases', 'x']);
    expect(code).to.equal(2);
    expect(errors).to.include('Usage');
  });
});
