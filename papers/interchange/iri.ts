/**
 * Whether a name from a record can be the name of a node: an IRI that ends in a UUID, as UCO suggests. What people wrote
 * is not believed to be one.
 */
export function isNodeName(text: string): boolean {
  return text.length <= 2_048 && /^(?:https?|urn):[^\s<>"{}|\\^`\p{Cc}]*$/u.test(text) && UUID_AT_END.test(text);
}

const UUID_AT_END = /[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
