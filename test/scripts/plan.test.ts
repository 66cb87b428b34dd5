import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';

import { ASSUMED, MEASURED, planFor } from '../../scripts/plan/plan.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const asked = { agencies: 190, handoffsPerYear: 100e6, years: 10 };

describe('a plan', () => {
  it('grows with what is asked, and not with what is not', () => {
    const [one, ten, short] = [asked, { ...asked, handoffsPerYear: 1e9 }, { ...asked, years: 1 }].map(planFor);
    for (const name of [
      ...(['statementsPerYear', 'peakRate', 'load'] as const),
      ...(['storeBytes', 'keyBytes', 'validatorDiskBytes'] as const),
    ]) {
      expect(ten![name] / one![name], name).to.be.closeTo(10, 1e-9);
    }
    expect(short!.storeBytes).to.be.closeTo(one!.storeBytes / 10, 1);
    expect(short!.load).to.equal(one!.load);
    expect(planFor({ ...asked, handoffsPerYear: 1e10 }).networks).to.be.above(1);
  });

  it('follows from the gas of a handoff, by hand', () => {
    const { gas } = MEASURED;
    const perHandoff = gas.release + gas.accept + 2 * gas.record + 0.3 * gas.collect;
    const peak = (10 * 100e6) / (365 * 86_400);
    expect(planFor(asked).load).to.be.closeTo((peak * perHandoff) / (ASSUMED.share * ASSUMED.blockGas), 1e-9);
  });

  it('has a quorum that bears a loss, however small the consortium', () => {
    expect(planFor({ ...asked, agencies: 1 })).to.include({ validators: 4, faults: 1 });
    expect(planFor({ ...asked, agencies: 10 })).to.include({ validators: 10, faults: 3 });
  });

  it('is refused for what is no size', () => {
    for (const wrong of [
      { agencies: 0 },
      { agencies: 1.5 },
      { handoffsPerYear: NaN },
      { years: -1 },
      { years: Infinity },
    ]) {
      expect(() => planFor({ ...asked, ...wrong }), JSON.stringify(wrong)).to.throw(RangeError);
    }
  });

  it('prints its figures with what was measured and assumed, as the page of benchmarks has them', () => {
    const run = (...parameters: string[]) =>
      spawnSync(process.execPath, ['scripts/plan/main.ts', ...parameters], { cwd: ROOT, encoding: 'utf8' });
    const { status, stdout } = run('--agencies', '190', '--handoffs-per-year', '100e6');
    expect(status).to.equal(0);
    for (const name of Object.keys(ASSUMED)) expect(stdout).to.include(name);
    const page = readFileSync(path.join(ROOT, 'docs/benchmarks.md'), 'utf8').replaceAll(',', '');
    for (const figure of [
      ...Object.values(MEASURED.gas),
      MEASURED.storeBytesPerStatement,
      MEASURED.keyBytesPerStatement,
      MEASURED.chainBytesPerStatement,
      MEASURED.nodeBytesPerStatement,
    ]) {
      expect(stdout).to.include(String(figure));
      expect(page, String(figure)).to.include(String(figure));
    }
    expect(run('--agencies', 'many').status).to.equal(2);
    expect(run('--nonsense').status).to.equal(2);
  });
});
