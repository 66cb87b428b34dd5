import { GATE_MATRIX } from './gate-matrix.ts';
import { AGREEMENTS } from './invalid-agreements.ts';
import { CONSORTIUM } from './invalid-consortium.ts';
import { CUSTODY } from './invalid-custody.ts';
import { FORM } from './invalid-form.ts';
import { GATE } from './invalid-gate.ts';
import { SIGNATURES } from './invalid-signatures.ts';
import { SIGNER } from './invalid-signer.ts';
import { STATES } from './invalid-states.ts';
import type { Tale } from './scenes.ts';
import { VALID_CONSORTIUM } from './valid-consortium.ts';
import { VALID_GATE } from './valid-gate.ts';
import { VALID } from './valid.ts';
import { WHOLE } from './whole.ts';

/** All that is told in vectors. */
export const TALES: readonly Tale[] = [
  ...VALID,
  ...VALID_CONSORTIUM,
  ...VALID_GATE,
  ...GATE_MATRIX,
  ...WHOLE,
  ...SIGNATURES,
  ...FORM,
  ...SIGNER,
  ...STATES,
  ...CUSTODY,
  ...GATE,
  ...AGREEMENTS,
  ...CONSORTIUM,
];
