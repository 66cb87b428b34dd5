/** The certificate, read back from its PDF. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { extractText, getDocumentProxy } from 'unpdf';
import { parseBundle, type Bundle } from '../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { verifyBundle } from '../../protocol/bundle/verify.ts';
import { certificatePdf } from '../../papers/certificate/certificate.ts';
import { LANGUAGES, WORDS } from '../../papers/words/languages.ts';
import type { Language } from '../../papers/words/words.ts';
import type { BundleVector } from '../protocol/stories/bundles.ts';
import { vectorPath } from '../protocol/support/files.ts';

function vector(name: string): { readonly bundle: Bundle; readonly ledger: LedgerFile | undefined } {
  const read = JSON.parse(readFileSync(vectorPath(`bundles/${name}`), 'utf8')) as BundleVector;
  return { bundle: parseBundle(read.bundle), ledger: read.ledger };
}

async function certificate(name: string, language: Language = 'en', change = (bundle: Bundle) => bundle) {
  const { bundle, ledger } = vector(name);
  const changed = change(bundle);
  const verification = verifyBundle(changed, { ...(ledger && { ledger }) });
  return certificatePdf(changed, verification, { language, timeZone: 'Europe/Berlin' });
}

/** Its text, with any white space as one space; and how many pages. */
async function read(pdf: Uint8Array): Promise<{ readonly text: string; readonly pages: number }> {
  const { text, totalPages } = await extractText(await getDocumentProxy(pdf.slice()), { mergePages: true });
  return { text: text.replace(/\s+/g, ' '), pages: totalPages };
}

describe('the certificate', function () {
  this.timeout(60_000);

  for (const language of LANGUAGES) {
    it(`says in ${language} who held the item, what was verified, and what that stands on`, async () => {
      const { text, pages } = await read(await certificate('valid/phone-across-the-border', language));
      const words = WORDS[language];
      for (const said of [
        words.verdict.verified,
        'DE-BKA',
        'FR-PJ',
        'KT-17/1',
        'Europe/Berlin',
        words.worth.seals[1]!,
      ]) {
        expect(text).to.include(said);
      }
      expect(text).to.include('902(13)').and.to.include('27037');
      expect(text).to.include(words.sentences.page(1, pages));
    });
  }

  it('does not read stronger than the result', async () => {
    const unknown = await read(await certificate('valid/no-ledger-file'));
    expect(unknown.text).to.include(WORDS.en.verdict['keys unknown']).and.to.include('Whether anything is missing');
    const failed = await read(await certificate('invalid/signatures'));
    expect(failed.text).to.include(WORDS.en.verdict['not verified']);
    expect(failed.text).to.not.include(WORDS.en.verdict.verified);
  });

  it('shows no more than the bundle, and names what is withheld', async () => {
    expect((await read(await certificate('valid/phone-across-the-border'))).text).to.include('Jane Doe');
    const { text } = await read(await certificate('valid/other-fields'));
    expect(text).to.not.include('Jane Doe');
    expect(text).to.include('withheld');
  });

  it('is the same bytes each time', async () => {
    const [one, other] = [await certificate('valid/handover'), await certificate('valid/handover')];
    expect(Buffer.from(one).equals(Buffer.from(other))).to.equal(true);
  });

  it('loses no character of hostile text in silence, and stays in bounds', async () => {
    const hostile = `\u202Egnp.exe \u05D0 ${'W'.repeat(20_000)}`;
    const pdf = await certificate('valid/phone-across-the-border', 'en', (bundle) => ({
      ...bundle,
      disclosures: bundle.disclosures.map(({ digest, disclosure }) => ({
        digest,
        disclosure: {
          ...disclosure,
          fields: disclosure.fields.map((field) => ('value' in field ? { ...field, value: hostile } : field)),
        },
      })),
    }));
    const { text, pages } = await read(pdf);
    expect(text).to.include('[U+202E]').and.to.include('[U+05D0]');
    expect(pages).to.be.below(30);
  });

  it('refuses a time zone that there is not', async () => {
    const { bundle } = vector('valid/handover');
    let refused: unknown;
    await certificatePdf(bundle, verifyBundle(bundle), { language: 'en', timeZone: 'Europe/Nowhere' }).catch(
      (error: unknown) => (refused = error),
    );
    expect(refused).to.be.instanceOf(RangeError);
  });
});
