/**
 * The headers from which a network's validators follow, for bundles: those at which the set changed since the ledger
 * file was written, and between them so many more that each set shares enough seals with the one before it.
 */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { parseHeader, type Header } from '../../protocol/proof/header.ts';
import type { LedgerFile } from './ledger-file.ts';
import { rawHeaderAt } from './raw-header.ts';
import type { Rpc } from './rpc.ts';

interface Read {
  readonly raw: Hex;
  readonly header: Header;
}

/**
 * Bisects: where both ends of a range have the same validators, nothing between them matters. A set that changed and
 * changed back is the same to who trusts it.
 * @returns RLP of headers, oldest first; none where no validators seal
 */
export async function headersOfChanges(
  rpc: Rpc,
  { validators, foundedAt }: Pick<LedgerFile, 'validators' | 'foundedAt'>,
  until: number,
): Promise<readonly Hex[]> {
  if (validators.length === 0) return [];
  const read = async (number: number): Promise<Read> => {
    const raw = await rawHeaderAt(rpc, number);
    return { raw, header: parseHeader(hexToBytes(raw)) };
  };
  const changes: Hex[] = [];
  /** Adds the headers after `from` up to `to` at which there are other validators than before. */
  const search = async (before: ReadonlySet<Hex>, from: number, last: Read): Promise<void> => {
    if (isSame(before, last.header)) return;
    if (last.header.number === from + 1) {
      changes.push(last.raw);
      return;
    }
    const middle = await read(Math.floor((from + last.header.number) / 2));
    await search(before, from, middle);
    await search(setOf(middle.header), middle.header.number, last);
  };
  const last = await read(until);
  const trusted = new Set(validators);
  if (isSame(trusted, last.header)) return [];
  await search(trusted, foundedAt - 1, last);
  // The block itself stands in the bundle.
  return changes.filter((raw) => raw !== last.raw);
}

function setOf({ consensus }: Header): ReadonlySet<Hex> {
  return new Set(consensus?.validators ?? []);
}

function isSame(known: ReadonlySet<Hex>, header: Header): boolean {
  const own = setOf(header);
  return own.size === known.size && [...own].every((each) => known.has(each));
}
