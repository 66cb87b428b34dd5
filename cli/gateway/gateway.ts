/** The gateway's paths: the only place that knows them (docs/api.md). */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { FieldPolicy } from '../../protocol/field-policy.ts';
import type { Disclosure } from '../../protocol/record.ts';
import type {
  Accepted,
  Agreement,
  AgreementDetails,
  BasisRequest,
  BasisRequestDetails,
  Caller,
  Consent,
  ConsortiumLine,
  CustodyAt,
  Derivations,
  EvidenceLine,
  EvidenceView,
  HoldLine,
  Key,
  Ledger,
  Page,
  Participant,
  ProvenTrail,
  PreparedSheet,
  PreparedStatement,
  StatementView,
  Token,
  Trail,
  Transfer,
  Verification,
} from './answers.ts';
import type { Client } from './client.ts';
import type { ErasureNotice, OwedDossier } from './exchange-answers.ts';

/** A statement in names, as the gateway fills it in. */
export interface StatementRequest {
  readonly act: string;
  readonly code?: string;
  readonly subject?: Hex;
  readonly recipient?: string | number;
  readonly recipientKey?: Hex;
  readonly agreement?: Hex;
  readonly request?: Hex;
  readonly reference?: Hex;
  /** Of the acceptance of a late release: the release's digest. */
  readonly follows?: Hex;
  readonly list?: readonly Hex[];
  /** Of a request; the gateway's usual one for the instrument if left out. */
  readonly deadline?: number;
  readonly urgent?: true;
  readonly purpose?: readonly string[];
  readonly restrictions?: readonly string[];
  readonly record?: { readonly schema?: string; readonly fields: readonly { label: string; value: string }[] };
  readonly time?: number;
  readonly expires?: number;
}

export interface SignedSheet {
  readonly key: Hex;
  readonly signature: Hex;
  readonly statements: readonly Omit<PreparedStatement, 'digest'>[];
  readonly endorsements?: readonly { readonly key: Hex; readonly signature: Hex }[];
}

/** One request; `token` stands for another participant than the settings' own. */
export interface Submitting {
  readonly idempotencyKey: string;
  readonly token?: string;
}

export type SearchFilter = Readonly<Record<string, string | undefined>>;

const PAGE = 200;

export type Gateway = ReturnType<typeof openGateway>;

export function openGateway(client: Client) {
  const get = (path: string, query: SearchFilter = {}): Promise<unknown> =>
    client.send({ method: 'GET', path: `${path}${queryOf(query)}` });
  const getOpen = (path: string): Promise<unknown> => client.send({ method: 'GET', path, open: true });
  const list = async <Item>(path: string): Promise<readonly Item[]> => ((await get(path)) as Page<Item>).items;

  async function pages<Item>(path: string, filter: SearchFilter, most = Infinity): Promise<Page<Item>> {
    const items: Item[] = [];
    for (let cursor: string | undefined; ;) {
      const limit = String(Math.min(PAGE, most - items.length));
      const page = (await get(path, { ...filter, cursor, limit })) as Page<Item>;
      items.push(...page.items);
      cursor = page.next;
      if (cursor === undefined) return { items };
      if (items.length >= most) return { items, next: cursor };
    }
  }

  return {
    async submit(
      sheet: { readonly statements: readonly StatementRequest[] } | SignedSheet,
      { idempotencyKey, token }: Submitting,
    ) {
      const answer = await client.send({
        method: 'POST',
        path: '/v1/sheets',
        body: sheet,
        idempotencyKey,
        ...(token !== undefined && { token }),
      });
      return (answer as { statements: readonly Accepted[] }).statements;
    },
    signLate: async (request: StatementRequest) =>
      (await client.send({
        method: 'POST',
        path: '/v1/late-declarations/sign',
        body: request,
        repeatable: true,
      })) as SignedSheet,
    async declareLate(
      pair: { readonly release: SignedSheet; readonly acceptance: SignedSheet | StatementRequest },
      idempotencyKey: string,
    ) {
      const answer = await client.send({ method: 'POST', path: '/v1/late-declarations', body: pair, idempotencyKey });
      return (answer as { statements: readonly Accepted[] }).statements;
    },
    async prepare(key: Hex, statements: readonly StatementRequest[]) {
      const body = { key, statements };
      return (await client.send({
        method: 'POST',
        path: '/v1/sheets/prepare',
        body,
        repeatable: true,
      })) as PreparedSheet;
    },
    statement: async (digest: Hex) => (await get(`/v1/statements/${digest}`)) as StatementView,
    evidence: async (subject: Hex) => (await get(`/v1/evidence/${subject}`)) as EvidenceView,
    hold: async (subject: Hex) =>
      ((await get(`/v1/lines/hold/${subject}/trail`, { limit: '1' })) as { line?: HoldLine }).line,

    async trail(subject: Hex): Promise<Trail> {
      const path = `/v1/evidence/${subject}/trail`;
      const items: StatementView[] = [];
      for (let cursor: string | undefined; ;) {
        const page = (await get(path, { cursor, limit: String(PAGE) })) as Trail;
        items.push(...page.items);
        cursor = page.next;
        if (cursor === undefined) return { ...page, items };
      }
    },
    search: (filter: SearchFilter, most?: number) => pages<EvidenceLine>('/v1/evidence', filter, most),

    transfers: (filter: SearchFilter, most?: number) => pages<Transfer>('/v1/transfers', filter, most),
    transfersCsv: (filter: SearchFilter, write: (text: string) => Promise<void>) =>
      client.stream(`/v1/transfers${queryOf(filter)}`, 'text/csv', write),
    custodyAt: async (subject: Hex, at: number) =>
      (await get(`/v1/evidence/${subject}/custody`, { at: String(at) })) as CustodyAt,
    async derivations(subject: Hex, direction: 'forward' | 'backward'): Promise<Derivations> {
      const items: Derivations['items'][number][] = [];
      for (let cursor: string | undefined; ;) {
        const query = { direction, cursor, limit: String(PAGE) };
        const page = (await get(`/v1/evidence/${subject}/derivations`, query)) as Derivations;
        items.push(...page.items);
        cursor = page.next;
        if (cursor === undefined) return { ...page, items };
      }
    },

    prove: async (cursor: string | undefined) =>
      (await client.send({
        method: 'POST',
        path: `/v1/proofs${queryOf({ cursor })}`,
        repeatable: true,
      })) as Page<ProvenTrail>,
    bundle: (subject: Hex, query: SearchFilter) => get(`/v1/evidence/${subject}/bundle`, query),
    verify: async (subject: Hex) => (await get(`/v1/evidence/${subject}/verification`)) as Verification,
    async verifyDisclosure(digest: Hex, disclosure: Disclosure, fileDigest: string | undefined) {
      const body = { digest, disclosure, ...(fileDigest !== undefined && { fileDigest }) };
      const request = { method: 'POST', path: '/v1/verifications', body, repeatable: true, open: true } as const;
      return (await client.send(request)) as Verification;
    },
    /** @param labels to show; undefined: all */
    disclose: async (statement: Hex, labels: readonly string[] | undefined) =>
      (await get(`/v1/statements/${statement}/disclosure`, { labels: labels?.join(',') })) as Disclosure,

    erasures: () => list<ErasureNotice>('/v1/erasures'),
    dossiers: () => list<OwedDossier>('/v1/dossiers'),
    async sendDossierAgain(release: Hex) {
      await client.send({ method: 'POST', path: `/v1/dossiers/${release}/again`, repeatable: true });
    },

    consortium: async () =>
      ((await get(`/v1/lines/consortium/${ZERO}/trail`, { limit: '1' })) as { line: ConsortiumLine }).line,
    participants: () => list<Participant>('/v1/participants'),
    keys: (participant: number) => list<Key>(`/v1/participants/${participant}/keys`),
    agreements: () => list<Agreement>('/v1/agreements'),
    agreement: async (subject: Hex) => (await get(`/v1/agreements/${subject}`)) as AgreementDetails,
    async keepPolicy(policy: FieldPolicy) {
      await client.send({ method: 'POST', path: '/v1/policies', body: policy, repeatable: true });
    },
    requests: (filter: SearchFilter, most?: number) => pages<BasisRequest>('/v1/requests', filter, most),
    request: async (subject: Hex) => (await get(`/v1/requests/${subject}`)) as BasisRequestDetails,
    consents: (filter: SearchFilter, most?: number) => pages<Consent>('/v1/consents', filter, most),
    ledger: async () => (await getOpen('/v1/ledger')) as Ledger,

    /** Who calls. */
    caller: async () => (await get('/v1/tokens/mine')) as Caller,
    tokens: () => list<Token>('/v1/tokens'),
    async createToken(token: { readonly name: string; readonly role: string; readonly participant: string }) {
      return (await client.send({ method: 'POST', path: '/v1/tokens', body: token })) as Token & {
        readonly token: string;
      };
    },
    async revokeToken(id: string) {
      const path = `/v1/tokens/${encodeURIComponent(id)}`;
      await client.send({ method: 'DELETE', path, repeatable: true });
    },
  };
}

function queryOf(filter: SearchFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query.toString()}`;
}
