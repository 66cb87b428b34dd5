/** The languages that papers and pages speak. */
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { Language, Words } from './words.ts';

export const LANGUAGES: readonly Language[] = ['en', 'fr', 'de', 'es'];

export const WORDS: Readonly<Record<Language, Words>> = { en, fr, de, es };

export function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}
