export type Value =
  | { readonly kind: 'ref'; readonly id: string }
  | { readonly kind: 'text'; readonly text: string; readonly type: string; readonly language: string };

export interface Node {
  readonly id: string;
  readonly blank: boolean;
  /** In the order of the document. */
  readonly order: number;
  readonly types: Set<string>;
  /** By term (vocabulary.ts) or IRI. */
  readonly properties: Map<string, Value[]>;
}
