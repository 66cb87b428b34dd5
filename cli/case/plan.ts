/** What a CASE document comes to, before anything is stated: no clock, no ledger, no gateway. */

/** A time as the document has it. `at` is in seconds since 1970 (a time without a zone is read as UTC); null: unreadable. */
export interface Moment {
  readonly text: string;
  readonly at: number | null;
}

export interface Occurred {
  readonly from: Moment | null;
  readonly until: Moment | null;
}

/** A person, role or organisation that acts. `iri` is null where the document names nobody. */
export interface Party {
  readonly iri: string | null;
  /** A name, or, where the document has none, the last part of the identifier (a pseudonym). */
  readonly name: string;
  readonly organisation: { readonly iri: string; readonly name: string } | null;
}

export interface Named {
  readonly iri: string | null;
  readonly name: string;
}

export interface FileFacts {
  readonly name: string | null;
  readonly path: string | null;
  readonly size: number | null;
  readonly mediaType: string | null;
  /** By name in lower case (`sha256`, `sha3-256`, `md5`, ...), in lower-case hexadecimal. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface CaseInfo {
  readonly iri: string;
  readonly name: string;
  readonly description: string | null;
}

/** A field of the record of a statement (docs/protocol.md, section 3). */
export interface Field {
  readonly label: string;
  readonly value: string;
}

export type CollectCode = 'seized' | 'produced' | 'surrendered' | 'captured';
export type DeriveCode = 'image' | 'extraction' | 'sample' | 'report' | 'part' | 'copy';
export type RecordCode = 'examined' | 'stored' | 'sealed' | 'moved' | 'accessed';
export type DisposeCode = 'returned' | 'destroyed' | 'consumed' | 'lost';

interface ItemBase {
  readonly iri: string;
  /** In the document's order of its provenance records; the first is the primary one. */
  readonly exhibitNumbers: readonly string[];
  readonly description: string;
  readonly types: readonly string[];
  readonly caseName: string | null;
  readonly occurred: Occurred;
  readonly performer: Party | null;
  readonly location: Named | null;
  readonly instruments: readonly Named[];
  readonly file: FileFacts | null;
  /** Not of the document: it gathers sources where an item has more than eight of them. */
  readonly gathering: boolean;
  /** Of the statement that opens its line. */
  readonly idempotencyKey: string;
  /** The nodes of the document that the item was read from. */
  readonly sources: readonly string[];
}

export type PlannedItem =
  | (ItemBase & { readonly origin: 'collect'; readonly code: CollectCode; readonly parents: readonly [] })
  | (ItemBase & { readonly origin: 'derive'; readonly code: DeriveCode; readonly parents: readonly string[] });

interface StatementBase {
  readonly idempotencyKey: string;
  readonly item: string;
  /** Name of the action in the document; null where the import concluded the statement. */
  readonly action: string | null;
  /** Actions and other nodes of the document that say so. */
  readonly sources: readonly string[];
  readonly occurred: Occurred;
  readonly performer: Party | null;
  readonly location: Named | null;
  readonly instruments: readonly Named[];
  /** Who holds the item by this document before the statement; for an opening statement, after it. */
  readonly holder: Party | null;
  readonly fields: readonly Field[];
}

export type PlannedStatement = StatementBase &
  (
    | { readonly act: 'collect'; readonly code: CollectCode }
    | { readonly act: 'derive'; readonly code: DeriveCode; readonly parents: readonly string[] }
    | { readonly act: 'release'; readonly code: 'handoff'; readonly giver: Party; readonly receiver: Party }
    | { readonly act: 'accept'; readonly code: 'clean'; readonly giver: Party; readonly receiver: Party }
    | { readonly act: 'refuse'; readonly code: 'other'; readonly giver: Party; readonly receiver: Party }
    | { readonly act: 'return'; readonly code: 'returned'; readonly giver: Party; readonly receiver: Party }
    | { readonly act: 'record'; readonly code: RecordCode }
    | { readonly act: 'dispose'; readonly code: DisposeCode }
    | { readonly act: 'found'; readonly code: 'found' }
  );

/** A node of the document that is not stated itself, but tells about what is. */
export interface ContextNode {
  readonly iri: string;
  readonly types: readonly string[];
  readonly role: string;
}

export type UnmappedReason =
  | 'not-evidence'
  | 'not-described'
  | 'not-investigative'
  | 'names-no-evidence'
  | 'order-of-actions'
  | 'grouping'
  | 'cannot-follow'
  | 'property'
  | 'too-long'
  | 'too-many-fields'
  | 'left-out-by-json-ld';

export interface Unmapped {
  /** Empty for what JSON-LD itself leaves out. */
  readonly iri: string;
  readonly types: readonly string[];
  /** Null: the node as a whole. */
  readonly property: string | null;
  /** The item that the action could not be stated about. */
  readonly item: string | null;
  readonly reason: UnmappedReason;
  readonly text: string;
}

export type RemarkCode =
  | 'collection-not-told'
  | 'giver-concluded'
  | 'giver-unknown'
  | 'giver-not-holder'
  | 'receiver-differs'
  | 'reception-not-told'
  | 'already-held'
  | 'part-concluded'
  | 'parents-gathered'
  | 'parents-unavailable'
  | 'parents-apart'
  | 'cycle'
  | 'out-of-order'
  | 'time-missing'
  | 'time-unreadable'
  | 'exhibit-repeated'
  | 'disposal-unspecific'
  | 'relative-identifiers'
  | 'identity-by-content';

/** A decision that the import took, and that a person may want to look at. */
export interface Remark {
  readonly code: RemarkCode;
  readonly iri: string;
  readonly text: string;
}

export interface ImportPlan {
  readonly cases: readonly CaseInfo[];
  /** Everybody who performs, gives or receives. */
  readonly parties: readonly Party[];
  /** In the order in which their lines open. */
  readonly items: readonly PlannedItem[];
  /** In causal order: what a statement rests on comes before it. */
  readonly statements: readonly PlannedStatement[];
  readonly context: readonly ContextNode[];
  readonly unmapped: readonly Unmapped[];
  readonly remarks: readonly Remark[];
}
