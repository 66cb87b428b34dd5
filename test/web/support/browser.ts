/** A real Chromium, with the network switched off. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const HOW_TO_INSTALL =
  'Chromium is not here: install it (Debian: apt-get install chromium), or name it in CHROMIUM.';

/** Its executable; undefined if there is none. */
export function findChromium(): string | undefined {
  return [process.env.CHROMIUM, ...PLACES].find((place) => place !== undefined && existsSync(place));
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(HOW_TO_INSTALL);
  return chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** what the page asked for, beside its own file */
  readonly asked: readonly string[];
  /** what went wrong in it */
  readonly errors: readonly string[];
}

/** A page of a file on disk. Whatever else it asks for is refused, and noted. */
export async function openFile(browser: Browser, file: string, language = 'en-GB'): Promise<WatchedPage> {
  const context = await browser.newContext({ offline: true, locale: language, timezoneId: 'Europe/Berlin' });
  const page = await context.newPage();
  const own = `file://${file}`;
  const asked: string[] = [];
  const errors: string[] = [];
  await page.route('**/*', async (route) => {
    if (route.request().url() === own) return route.continue();
    asked.push(route.request().url());
    return route.abort();
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(own);
  return { page, asked, errors };
}
