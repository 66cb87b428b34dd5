/** What a paper is made of, before it is laid out: words only, no places. */

/** A cell of a table: lines below one another. A soft line is printed in grey. */
export type Cell = readonly (string | { readonly soft: string })[];

export interface Column {
  readonly title: string;
  /** share of the width */
  readonly share: number;
}

export type Block =
  | { readonly kind: 'title'; readonly text: string; readonly below: string }
  | { readonly kind: 'verdict'; readonly tone: 'good' | 'bad' | 'open'; readonly text: string; readonly below: string }
  | { readonly kind: 'heading'; readonly text: string; readonly newPage?: true }
  | { readonly kind: 'paragraph'; readonly text: string; readonly soft?: true }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'pairs'; readonly rows: readonly (readonly [label: string, value: string])[] }
  /** a machine-readable code, and what is said beside it */
  | { readonly kind: 'code'; readonly text: string; readonly beside: readonly Cell[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[] }
  /** lines to be filled in by hand */
  | { readonly kind: 'blanks'; readonly labels: readonly string[] };

/** A digest as it can be read aloud: in groups of 8. */
export function grouped(digest: string): string {
  return digest.replace(/^0x/, '').replace(/.{8}(?=.)/g, '$& ');
}
