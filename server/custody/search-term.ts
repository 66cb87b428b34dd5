/** What records are searched by: keyed blind indexes, never stored in clear. */
export type SearchTerm = 'exhibit' | 'case' | 'digest';
