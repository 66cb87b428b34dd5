/** Field policies of the stories' agreements: what describes an item travels, what names people does not. */
import type { FieldPolicy } from '../../protocol/field-policy.ts';

export const ONWARD_POLICY: FieldPolicy = {
  version: 1,
  permit: [{ schema: '*', labels: ['exhibit', 'description', 'seal', 'note', 'tool', 'file.*', 'reference', 'title'] }],
};

/** For evidence of victims and witnesses: the exhibit and its seal, no more. */
export const STRICT_POLICY: FieldPolicy = { version: 1, permit: [{ schema: '*', labels: ['exhibit', 'seal'] }] };
