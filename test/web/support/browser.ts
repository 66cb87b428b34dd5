/** Pages in a browser with the network switched off. */
import type { Browser, Page } from 'playwright-core';

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
