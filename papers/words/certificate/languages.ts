/** The words of certificates in the languages of all papers. */
import type { Language } from '../words.ts';
import type { CertificateWords } from './certificate-words.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';

export const CERTIFICATE_WORDS: Readonly<Record<Language, CertificateWords>> = { en, fr, de, es };
