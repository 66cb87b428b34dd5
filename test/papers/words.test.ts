/** The words of papers and pages: complete in each language. */
import { expect } from 'chai';
import { ACTS } from '../../protocol/acts.ts';
import { LANGUAGES, WORDS } from '../../papers/words/languages.ts';
import { duration, instantIn } from '../../papers/words/telling.ts';

/** Paths of all that is in a dictionary. */
function pathsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, child]) => pathsOf(child, `${path}/${name}`));
}

describe('words of papers', () => {
  for (const language of LANGUAGES) {
    const words = WORDS[language];

    it(`have every code of every act in ${language}`, () => {
      const codes = Object.values(ACTS).flatMap((act) => [...act.codes]);
      expect(Object.keys(words.codes)).to.have.members([...new Set(codes)]);
    });

    it(`say the same things in ${language} as in English, and nothing empty`, () => {
      expect(pathsOf(words).sort()).to.deep.equal(pathsOf(WORDS.en).sort());
      const said = Object.values(words.steps).map((step) =>
        step({ who: 'WHO', to: 'TO', code: 'code', purposes: 'p', agreement: '7' }),
      );
      for (const sentence of said) expect(sentence).to.match(/WHO.*\.$/);
      expect(words.steps.release({ who: 'WHO', to: 'TO', code: 'c', purposes: 'p', agreement: '7' })).to.match(
        /TO.*p.*7/,
      );
    });
  }

  it('give instants in UTC and in local time', () => {
    expect(instantIn(1_767_225_600, WORDS.de, 'Europe/Berlin')).to.match(/2026.*00:00:00 UTC.*01:00:00 Europe\/Berlin/);
    expect(() => instantIn(0, WORDS.en, 'Europe/Nowhere')).to.throw(RangeError);
  });

  it('give lengths of time in one unit', () => {
    expect([5, 600, 7_200 * 3, 86_400 * 9, -3].map((seconds) => duration(seconds, WORDS.en))).to.deep.equal([
      ...['5 s', '10 min', '6 h', '9 days', '0 s'],
    ]);
  });
});
