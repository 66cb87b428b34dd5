/** The court's page in a real browser, from disk, with the network switched off. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { courtPage } from '../../papers/court-page.ts';
import type { BundleVector } from '../protocol/stories/bundles.ts';
import { vectorPath } from '../protocol/support/files.ts';
import { findChromium, HOW_TO_INSTALL, openBrowser } from '../../scripts/browser.ts';
import { openFile, type WatchedPage } from './support/browser.ts';

function vector(name: string): BundleVector {
  return JSON.parse(readFileSync(vectorPath(`bundles/${name}`), 'utf8')) as BundleVector;
}

describe('the court’s page', function () {
  this.timeout(60_000);

  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-page-'));
  const file = path.join(folder, 'verify.html');
  let browser: Browser;

  before(async function () {
    if (findChromium() === undefined) {
      if (process.env.CI === 'true') throw new Error(HOW_TO_INSTALL);
      this.skip();
    }
    writeFileSync(file, (await courtPage()).html);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const written = (name: string, content: string | Uint8Array): string => {
    const place = path.join(folder, name);
    writeFileSync(place, content);
    return place;
  };
  const give = async (page: Page, role: string, ...places: readonly string[]): Promise<void> => {
    await page.setInputFiles(`#${role}`, [...places]);
  };
  const verdict = async (page: Page, wanted: string): Promise<void> => {
    await page.waitForSelector(`#result[data-verdict="${wanted}"]`);
  };
  const check = async (page: Page, name: string): Promise<string> =>
    page
      .locator('#checks tr', { has: page.getByText(name, { exact: true }) })
      .locator('.mark')
      .innerText();

  /** The page with a vector's bundle and ledger file. */
  async function opened(name: string, options: { ledger?: boolean; language?: string } = {}): Promise<WatchedPage> {
    const { bundle, ledger } = vector(name);
    const watched = await openFile(browser, file, options.language);
    await give(watched.page, 'bundle', written('bundle.json', JSON.stringify(bundle)));
    if (options.ledger !== false && ledger) {
      await give(watched.page, 'ledger', written('ledger.json', JSON.stringify(ledger)));
    }
    return watched;
  }

  it('verifies a bundle against a ledger file, and asks nobody', async () => {
    const { page, asked, errors } = await opened('valid/phone-across-the-border');
    await verdict(page, 'verified');
    const text = await page.locator('#result').innerText();
    for (const said of ['Complete as of block', 'DE-BKA', 'France', 'Crossed the border', 'Jane Doe']) {
      expect(text).to.include(said);
    }
    expect(await page.locator('#result svg rect').count()).to.be.above(2);
    expect(asked).to.deep.equal([]);
    expect(errors).to.deep.equal([]);
  });

  it('says loudly that keys are unknown without a ledger file', async () => {
    const { page } = await opened('valid/phone-across-the-border', { ledger: false });
    await verdict(page, 'keys unknown');
    expect(await page.locator('.advice').innerText()).to.include('Add the ledger file');
  });

  it('names what is withheld', async () => {
    const { page } = await opened('valid/other-fields');
    await verdict(page, 'verified');
    const text = await page.locator('#result').innerText();
    expect(text).to.include('withheld or erased').and.not.include('Jane Doe');
  });

  it('fails what was tampered with, and another ledger', async () => {
    for (const [name, failing] of [
      ['invalid/signatures', 'Signatures'],
      ['invalid/records', 'Records'],
      ['invalid/ledger', 'Ledger'],
    ] as const) {
      const { page } = await opened(name);
      await verdict(page, 'not verified');
      expect(await check(page, failing)).to.equal('failed');
    }
  });

  it('compares evidence by its digests, and takes what is dropped for what it is', async () => {
    const { page } = await opened('valid/phone-across-the-border');
    await verdict(page, 'verified');
    const content = randomLike(300_000);
    await give(page, 'evidence', written('image.dd', content));
    await verdict(page, 'not verified');
    expect(await check(page, 'Files')).to.equal('failed');
    expect(createHash('sha256').update(content).digest('hex')).to.have.length(64);
  });

  it('takes bundle and ledger file together when they are dropped', async () => {
    const { bundle, ledger } = vector('valid/handover');
    const { page } = await openFile(browser, file);
    await page.evaluate(
      (dropped) => {
        const transfer = new DataTransfer();
        for (const [name, text] of dropped) transfer.items.add(new File([text], name));
        document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
      },
      [
        ['one.json', JSON.stringify(bundle)],
        ['two.json', JSON.stringify(ledger)],
      ] as const,
    );
    await verdict(page, 'verified');
  });

  it('shows what is hostile as text', async () => {
    const hostile = '<img src=x onerror="document.title=1">\u202Egnp.exe <script>document.title=1</script>';
    const { bundle, ledger } = vector('valid/phone-across-the-border');
    const text = JSON.stringify(bundle).replaceAll('Jane Doe', JSON.stringify(hostile).slice(1, -1));
    const { page, asked } = await openFile(browser, file);
    await give(page, 'bundle', written('bundle.json', text));
    await give(page, 'ledger', written('ledger.json', JSON.stringify(ledger)));
    await verdict(page, 'not verified');
    expect(await page.title()).to.equal('Unbroken: verify a chain of custody');
    expect(await page.locator('#result img, #result script').count()).to.equal(0);
    expect(await page.locator('#result bdi').first().innerText()).to.include('<img');
    expect(asked).to.deep.equal([]);
  });

  it('says what is wrong with what it can’t use', async () => {
    const { page } = await openFile(browser, file);
    await give(page, 'bundle', written('bundle.json', '{"version": 2}'));
    await page.locator('#files .failed', { hasText: 'not a bundle' }).waitFor();
    await give(page, 'ledger', written('ledger.json', '[]'));
    await page.locator('#files .failed', { hasText: 'not a ledger file' }).waitFor();
  });

  it('speaks the reader’s language', async () => {
    const { page } = await opened('valid/handover', { language: 'de-DE' });
    await verdict(page, 'verified');
    expect(await page.locator('#verdict').innerText()).to.equal('Diese Spur ist geprüft und bestätigt.');
    await page.selectOption('#language', 'es');
    await page.getByText('Esta cadena de custodia está verificada.').waitFor();
  });

  it('can be printed, and used on a phone and by keyboard', async () => {
    const { page } = await opened('valid/phone-across-the-border');
    await verdict(page, 'verified');
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).to.equal('%PDF-');
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).to.be.at.most(0);
    const unlabelled = await page
      .locator('input, select')
      .evaluateAll((fields) => fields.filter((field) => (field as HTMLInputElement).labels?.length === 0).length);
    expect(unlabelled).to.equal(0);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('bundle');
  });
});

/** Bytes that no record names. */
function randomLike(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 7)) & 255);
}
