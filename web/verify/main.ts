/** The court's page: takes files in, verifies, shows what came of it. It reads nothing but what it is given. */
import { verifyBundle } from '../../protocol/bundle/verify.ts';
import { examineTimestamps } from '../../protocol/bundle/trusted-time.ts';
import { tellBundle } from '../../protocol/bundle/tell.ts';
import { isLanguage, LANGUAGES, WORDS } from '../../papers/words/languages.ts';
import type { Words } from '../../papers/words/words.ts';
import { element, found } from './elements.ts';
import { roleOf, take, type Given, type Role } from './given.ts';
import { report } from './report.ts';

const given: Given = { evidence: [], authorities: [] };
const files = found('files');
const result = found('result');
const language = found('language') as HTMLSelectElement;
/** Only the newest verification is shown. */
let newest = 0;

for (const tag of LANGUAGES) {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  language.append(Object.assign(element('option', {}, name), { value: tag }));
}
const [preferred = 'en'] = navigator.language.split('-');
language.value = isLanguage(preferred) ? preferred : 'en';
language.addEventListener('change', () => void show());
found('print').addEventListener('click', () => {
  print();
});
for (const role of ['bundle', 'ledger', 'evidence', 'authorities'] as const) {
  const input = found(role) as HTMLInputElement;
  input.addEventListener('change', () => void takeAll([...(input.files ?? [])], () => Promise.resolve(role)));
}
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
document.addEventListener('dragleave', () => {
  document.body.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  void takeAll([...(event.dataTransfer?.files ?? [])], roleOf);
});

async function takeAll(taken: readonly File[], roleOfFile: (file: File) => Promise<Role>): Promise<void> {
  for (const file of taken) {
    const said = element('span', {}, '…');
    const role = await roleOfFile(file);
    files.append(element('li', {}, `${file.name}: `, said));
    try {
      await take(given, role, file, (bytes) => {
        said.textContent = `${Math.floor((100 * bytes) / Math.max(1, file.size))} %`;
      });
      said.textContent = SAYS[role];
    } catch (error) {
      said.textContent = `not taken: ${error instanceof Error ? error.message : String(error)}`;
      said.className = 'mark failed';
    }
  }
  await show();
}

const SAYS: Readonly<Record<Role, string>> = {
  bundle: 'bundle',
  ledger: 'ledger file: whose keys these are rests on it',
  evidence: 'evidence, compared by its digests',
  authorities: 'certificate of a timestamp authority that you trust',
};

async function show(): Promise<void> {
  const words: Words = WORDS[isLanguage(language.value) ? language.value : 'en'];
  document.documentElement.lang = words.language;
  if (given.bundle === undefined) return;
  const turn = ++newest;
  const { bundle } = given.bundle;
  try {
    const authorities = given.authorities.map(({ certificate }) => certificate);
    const stamps = authorities.length === 0 ? undefined : await examineTimestamps(bundle, authorities);
    const verification = verifyBundle(bundle, {
      ...(given.ledger && { ledger: given.ledger.ledger }),
      files: given.evidence.map(({ digest }) => [digest.sha256, digest.sha3_256]),
      now: Math.floor(Date.now() / 1000),
      ...(stamps && { stamps }),
    });
    if (turn !== newest) return;
    result.replaceChildren(...report(tellBundle(bundle), verification, words));
    result.dataset.verdict = verification.verdict;
  } catch (error) {
    if (turn !== newest) return;
    result.dataset.verdict = 'not usable';
    result.replaceChildren(
      element('p', { class: 'verdict failed', id: 'verdict' }, words.verdict['not verified']),
      element('p', { class: 'advice' }, error instanceof Error ? error.message : String(error)),
    );
  }
}
