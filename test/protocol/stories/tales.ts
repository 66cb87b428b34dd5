import type { Tale } from './scenes.ts';
import { VALID } from './valid.ts';

/** All that is told in vectors. */
export const TALES: readonly Tale[] = [...VALID];
