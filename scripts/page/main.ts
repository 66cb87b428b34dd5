/** `npm run page [-- FILE]`: writes the court's offline page, and says its SHA-256. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { courtPage } from '../../papers/court-page.ts';

const [file = 'verify.html', ...others] = process.argv.slice(2);
if (others.length > 0 || file.startsWith('-')) {
  console.error('Usage: npm run page [-- FILE]. FILE is where the page is written; verify.html if left out.');
  process.exit(2);
}
const { html, sha256 } = await courtPage();
await writeFile(file, html);
console.log(`${path.resolve(file)}  ${(html.length / 1024).toFixed(0)} KB\nSHA-256 ${sha256}`);
