/** The vectors, run from their bytes alone. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { hexToBytes } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { decodeFounding, foundedWorld, foundingHash } from '../../protocol/founding.ts';
import { REASONS } from '../../protocol/reasons.ts';
import { digestsOf, sheetHash } from '../../protocol/sheet.ts';
import type { Ledger } from '../../protocol/submission.ts';
import { decodeStatements } from '../../protocol/wire.ts';
import { renderVectors } from '../../scripts/vectors.ts';
import { writeKey, writeLine } from './support/ending.ts';
import { judged } from './support/judged.ts';
import { namesOfVectors, vectorFiles, vectorPath } from './support/files.ts';
import type { Vector, VectorSubmission } from './support/vector.ts';

describe('vectors', () => {
  it('are those that scripts/vectors.ts writes (run it if the protocol has changed on purpose)', () => {
    const rendered = renderVectors();
    expect(namesOfVectors()).to.deep.equal([...rendered.keys()].sort());
    for (const [name, text] of rendered) expect(readFileSync(vectorPath(name), 'utf8') === text, name).to.equal(true);
  }).timeout(120_000);

  it('have every reason, but that of what leaves no trace', () => {
    const seen = new Set<string>();
    for (const { path } of vectorFiles('valid', 'stories', 'invalid')) {
      for (const { sheets } of (JSON.parse(readFileSync(path, 'utf8')) as Vector).submissions) {
        for (const { outcomes } of sheets)
          for (const outcome of outcomes === 'silent' ? ['UNSIGNED'] : outcomes) seen.add(outcome);
      }
    }
    expect(REASONS.map(({ name }) => name).filter((name) => !seen.has(name))).to.deep.equal([]);
  });

  for (const { name, path } of vectorFiles('valid', 'stories', 'invalid')) {
    it(name, () => {
      const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector;
      const founding = decodeFounding(hexToBytes(vector.founding));
      expect(foundingHash(founding)).to.equal(vector.foundingHash);
      const world = foundedWorld(founding, vector.foundedAt);
      const ledger: Ledger = { world, foundingHash: vector.foundingHash, schemes: vector.schemes };
      for (const submission of vector.submissions) run(ledger, submission);
      for (const line of vector.end.lines) expect(writeLine(world.line(line.kind, line.subject)!)).to.deep.equal(line);
      for (const key of vector.end.keys) expect(writeKey(world.key(key.id)!)).to.deep.equal(key);
      const { participants, activeAgencies, agreements } = vector.end;
      expect(world.tally()).to.deep.include({ participants, activeAgencies, agreements });
    });
  }
});

function run(ledger: Ledger, submission: VectorSubmission): void {
  const { sheets, reverts } = submission;
  for (const { key, statements, digests, hash } of sheets) {
    if (digests === undefined) continue;
    expect(digestsOf(decodeStatements(hexToBytes(statements), key))).to.deep.equal(digests);
    expect(sheetHash(digests, ledger.foundingHash)).to.equal(hash);
  }
  if (reverts === undefined) {
    expect(judged(ledger, submission)).to.deep.equal(sheets.map(({ outcomes }) => outcomes));
  } else {
    const code = reverts === 'NotAPair' ? 'PAIR' : 'RETIRED';
    expect(() => judged(ledger, submission))
      .to.throw(ProtocolError)
      .with.property('code', code);
  }
}
