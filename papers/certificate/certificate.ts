/** The certificate of a trail, as a PDF: what a bundle tells, for a reader who is not technical. */
import { ProtocolError } from '../../protocol/errors.ts';
import type { Bundle } from '../../protocol/bundle/form.ts';
import { tellBundle } from '../../protocol/bundle/tell.ts';
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import { CERTIFICATE_WORDS } from '../words/certificate/languages.ts';
import { WORDS } from '../words/languages.ts';
import type { Language } from '../words/words.ts';
import { accountOf } from './account.ts';
import { grouped } from './block.ts';
import { layOut } from './lay-out.ts';
import { legible } from './legible.ts';
import { closePages, openPages } from './pages.ts';
import { readTold } from './reading.ts';

export interface CertificateOptions {
  readonly language: Language;
  /** IANA name; UTC if left out */
  readonly timeZone?: string;
  /** address of a verifier, for the code; an `unbroken:` URI stands there if left out */
  readonly link?: string;
}

/**
 * The same bytes for the same bundle, verification and options.
 * @param verification of this bundle
 * @throws ProtocolError BUNDLE, UNREADABLE or FOUNDING if the bundle is not usable
 * @throws RangeError for a time zone that there is not
 */
export async function certificatePdf(
  bundle: Bundle,
  verification: BundleVerification,
  { language, timeZone = 'UTC', link }: CertificateOptions,
): Promise<Uint8Array> {
  const told = tellBundle(bundle);
  if (told.subject !== verification.subject) throw new ProtocolError('BUNDLE', 'verification of another bundle');
  const words = WORDS[language];
  const own = CERTIFICATE_WORDS[language];
  const time = Math.max(bundle.foundedTime, ...told.steps.map(({ included }) => included));
  const pages = openPages({ title: own.titleOf(told.subject), subject: told.subject, language, time });
  const reading = readTold(told, {
    ...{ words, own, zone: timeZone },
    legible: (text) => legible(text, pages.has, own.clipped),
  });
  layOut(pages, accountOf(reading, verification, codeText(told.subject, told.head, link)));
  const head = told.head === undefined ? '–' : grouped(told.head);
  return closePages(pages, (number, of) => [`${words.labels.head}: ${head}`, words.sentences.page(number, of)]);
}

/** Behind the fragment of an address, so that no server learns what is verified. */
function codeText(subject: string, head = '', link?: string): string {
  return link === undefined ? `unbroken:${subject}?head=${head}` : `${link}#evidence=${subject}&head=${head}`;
}
