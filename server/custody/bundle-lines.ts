/**
 * Which lines an item's trail rests on, and what was stated on them: its own and those of everything it was derived
 * from, the holds on them, the requests and consents that their releases name, and the lines of every participant,
 * agreement and of the consortium, since only all of them say which keys there were.
 */
import { ACT } from '../../protocol/acts.ts';
import { ZERO, bytesToHex, type Hex } from '../../protocol/bytes.ts';
import { INCLUSIONS_MAX, type BundleSheet, type Inclusion } from '../../protocol/bundle/form.ts';
import type { LineOf } from '../../protocol/ledger.ts';
import { encodeStatements, type Item } from '../../protocol/wire.ts';
import type { World } from '../../protocol/world.ts';
import { CustodyError } from './gateway.ts';
import type { IncludedStatement, Keyring, LineReference, SignedDigests, Store } from './ports.ts';

type Reading = Pick<Store, 'inclusions' | 'consortiumLines' | 'holdsOn' | 'searchBases' | 'loadSheets'>;

const CONSENTS_TOGETHER = 200;

/**
 * Everything that the ledger included on these lines up to a block, in its order.
 * @throws CustodyError BUNDLE_TOO_LARGE
 */
export async function statementsOfTrail(
  store: Reading,
  subject: Hex,
  until: number,
): Promise<readonly IncludedStatement[]> {
  const found: IncludedStatement[] = [];
  const known = new Set<string>();
  const read = async (lines: readonly LineReference[]): Promise<readonly IncludedStatement[]> => {
    const fresh = lines.filter((line) => !known.has(nameOf(line)));
    for (const line of fresh) known.add(nameOf(line));
    const statements = await store.inclusions(fresh, until);
    found.push(...statements);
    if (found.length > INCLUSIONS_MAX) throw tooLarge();
    return statements;
  };
  const items: Hex[] = [];
  const bases: LineReference[] = [];
  for (let next: readonly LineReference[] = [{ kind: 'evidence', subject }]; next.length > 0;) {
    const statements = await read(next);
    items.push(...next.map((line) => line.subject));
    bases.push(...statements.flatMap(basesOf));
    const parents = new Set(statements.flatMap(parentsOf));
    next = [...parents].flatMap((parent) => {
      const line = { kind: 'evidence', subject: parent } as const;
      return known.has(nameOf(line)) ? [] : [line];
    });
  }
  if (found.length === 0) return [];
  const holds = (await store.holdsOn(items)).map((hold) => ({ kind: 'hold', subject: hold }) as const);
  // Also consents that no release used: they may permit what the bundle itself is for.
  for (const item of items) bases.push(...(await consentsOn(store, item)));
  await read(unique([...bases, ...holds]));
  await read(await store.consortiumLines());
  return found.sort((a, b) => a.place.block - b.place.block || a.place.log - b.place.log || a.position - b.position);
}

function parentsOf({ stated: { statement, list } }: IncludedStatement): readonly Hex[] {
  return statement.act === ACT.derive ? list : [];
}

function basesOf({ stated: { statement, list } }: IncludedStatement): LineReference[] {
  if (statement.act !== ACT.release) return [];
  return [
    ...(statement.request === ZERO ? [] : [{ kind: 'request', subject: statement.request } as const]),
    ...list.map((consent) => ({ kind: 'consent', subject: consent }) as const),
  ];
}

/** Every consent to a transfer of an item, used or not. */
export async function consentsOn(store: Pick<Store, 'searchBases'>, evidence: Hex): Promise<LineOf<'consent'>[]> {
  const found: LineOf<'consent'>[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await store.searchBases({ kind: 'consent', evidence }, cursor, CONSENTS_TOGETHER);
    found.push(...page.items.filter((line) => line.kind === 'consent'));
    if (page.next === undefined) return found;
    cursor = page.next;
  }
}

/** Sheets with what is not of the trail as digests, and the inclusions in the order of the ledger. */
export async function layOut(
  store: Pick<Store, 'loadSheets'>,
  statements: readonly IncludedStatement[],
  proving: { readonly world: World; readonly keyring: Pick<Keyring, 'verify'> },
): Promise<{ readonly sheets: readonly BundleSheet[]; readonly inclusions: readonly Inclusion[] }> {
  const order = [...new Set(statements.map(({ sheet }) => sheet))];
  const signed = new Map((await store.loadSheets(order)).map((sheet) => [sheet.hash, sheet]));
  const items = new Map<Hex, Item[]>(order.map((hash) => [hash, [...signed.get(hash)!.digests]]));
  for (const { sheet, position, stated } of statements) items.get(sheet)![position] = stated;
  const index = new Map(order.map((hash, at) => [hash, at]));
  return {
    sheets: order.map((hash) => {
      const sheet = signed.get(hash)!;
      const endorsements = provenOf(sheet, proving);
      return {
        key: sheet.key,
        signature: sheet.signature,
        statements: bytesToHex(encodeStatements(items.get(hash)!)),
        ...(endorsements.length > 0 && { endorsements }),
      };
    }),
    inclusions: statements.map(({ sheet, position, time }) => ({ sheet: index.get(sheet)!, position, time })),
  };
}

/** Who sent the sheet may have added anything; what is no proof has no place in a bundle. */
function provenOf(
  { hash, endorsements = [] }: SignedDigests,
  { world, keyring }: Parameters<typeof layOut>[2],
): NonNullable<SignedDigests['endorsements']> {
  return endorsements.filter(({ key: id, signature }) => {
    const key = world.key(id);
    return key !== undefined && keyring.verify(key, hash, signature);
  });
}

function unique(lines: readonly LineReference[]): readonly LineReference[] {
  return [...new Map(lines.map(({ kind, subject }) => [nameOf({ kind, subject }), { kind, subject }])).values()];
}

function nameOf({ kind, subject }: LineReference): string {
  return `${kind} ${subject}`;
}

function tooLarge(): CustodyError {
  return new CustodyError(
    'BUNDLE_TOO_LARGE',
    `The trail rests on more than ${INCLUSIONS_MAX} statements, which no bundle has room for. Make bundles of its parts.`,
  );
}
