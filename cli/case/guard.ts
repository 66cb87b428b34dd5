import { CaseError } from './error.ts';

/** JSON-LD processors recurse; a published CASE document nests about ten levels. */
export const MAX_DEPTH = 100;
/** Objects, arrays and scalars together. */
export const MAX_VALUES = 10_000_000;

type Container = Record<string, unknown> | unknown[];

const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype', 'hasOwnProperty']);

/**
 * Copies untrusted JSON without recursion, so that what follows may recurse: bounded depth and size, no cycles,
 * no key that means something to a JavaScript object. Shared objects that form no cycle are copied once for each place.
 */
export function guardedCopy(document: unknown): Container {
  if (document === null || typeof document !== 'object') {
    throw new CaseError('NOT_A_DOCUMENT', 'A CASE document is a JSON object or array. Parse the file as JSON first.');
  }
  const root = emptyLike(document);
  const open = new Set<object>();
  const stack: { source: object; target: Container; keys: string[]; next: number }[] = [];
  let values = 0;

  const enter = (source: object, target: Container): void => {
    if (open.has(source))
      throw new CaseError('CIRCULAR', 'The document contains itself. JSON-LD is a tree: refer by @id.');
    if (stack.length >= MAX_DEPTH)
      throw new CaseError('TOO_DEEP', `The document nests deeper than ${MAX_DEPTH} levels.`);
    open.add(source);
    stack.push({ source, target, keys: Object.keys(source), next: 0 });
  };

  enter(document, root);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const key = frame.keys[frame.next++];
    if (key === undefined) {
      open.delete(frame.source);
      stack.pop();
      continue;
    }
    if (++values > MAX_VALUES)
      throw new CaseError('TOO_LARGE', `The document has more than ${MAX_VALUES} values. Split it.`);
    if (!Array.isArray(frame.source) && UNSAFE_KEYS.has(key)) {
      throw new CaseError('UNSAFE_KEY', `The document uses the key "${key}", which no CASE document needs. Remove it.`);
    }
    const value: unknown = Reflect.get(frame.source, key);
    const copy = value !== null && typeof value === 'object' ? emptyLike(value) : scalar(value);
    Reflect.set(frame.target, key, copy);
    if (value !== null && typeof value === 'object') enter(value, copy as Container);
  }
  return root;
}

function emptyLike(value: object): Container {
  if (Array.isArray(value)) return [];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new CaseError(
      'NOT_A_DOCUMENT',
      'The document holds something that is not JSON. Parse the file as JSON first.',
    );
  }
  return {};
}

function scalar(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new CaseError('NOT_A_DOCUMENT', `The document holds a ${typeof value}, which is not JSON.`);
}
