import { expect } from 'chai';

import { ACTS } from '../../../protocol/acts.ts';
import { readDeadlines, termOf, USUAL_DEADLINES } from '../../../server/custody/deadlines.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

describe('deadlines of requests', () => {
  it('have a term for every instrument', () => {
    for (let code = 1; code <= ACTS.request.codes.length; code++) {
      expect(termOf(USUAL_DEADLINES, code).answer, ACTS.request.codes[code - 1]).to.be.greaterThan(0);
    }
  });

  it('are changed one by one; what is not named stays', () => {
    const deadlines = readDeadlines(' european-investigation-order=15d+60d, e-evidence-production-urgent=4h,');
    expect(deadlines).to.deep.equal({
      ...USUAL_DEADLINES,
      'european-investigation-order': { answer: 15 * DAY, execution: 60 * DAY },
      'e-evidence-production-urgent': { answer: 4 * HOUR },
    });
    expect(readDeadlines('')).to.deep.equal(USUAL_DEADLINES);
  });

  for (const text of ['x=3d', 'police-cooperation', 'police-cooperation=0d', 'police-cooperation=3', '__proto__=3d']) {
    it(`are not ${JSON.stringify(text)}`, () => {
      expect(readDeadlines(text)).to.equal(undefined);
    });
  }
});
