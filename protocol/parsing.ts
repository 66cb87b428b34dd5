/** Reading values of unknown form, which come from anybody. */

/**
 * The own properties of a plain object: all of `names`, perhaps some of `optional`, and no others.
 * @param refuse makes the error
 */
export function propertiesOf<Name extends string, Optional extends string = never>(
  value: unknown,
  names: readonly Name[],
  refuse: (what: string) => Error,
  optional: readonly Optional[] = [],
): Record<Name, unknown> & Partial<Record<Optional, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('an object is needed');
  const known: readonly string[] = [...names, ...optional];
  const found = Object.entries(value);
  if (found.some(([name]) => !known.includes(name)) || !names.every((name) => Object.hasOwn(value, name))) {
    throw refuse(`its properties are ${known.join(', ')}`);
  }
  return Object.fromEntries(found) as Record<Name, unknown> & Partial<Record<Optional, unknown>>;
}

/** A list of at most so many, each read in turn. */
export function listIn<Item>(
  value: unknown,
  most: number,
  refuse: (what: string) => Error,
  read: (item: unknown) => Item,
): Item[] {
  if (!Array.isArray(value) || value.length > most) throw refuse(`a list of at most ${most} is needed`);
  return value.map((item) => read(item));
}

/** Whether a value is an unsigned integer of so many bytes. */
export function isUint(value: unknown, size: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** (8 * size);
}
