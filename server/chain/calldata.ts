/** Calls of the ledger's contracts, as bytes. */
import { Interface } from 'ethers';

import { bytesToHex, concat, hexToBytes, wordOf, type Hex } from '../../protocol/bytes.ts';
import { ACT, ruleOf, type Keeper } from '../../protocol/acts.ts';
import { digestOf } from '../../protocol/statement.ts';
import { encodeStatements, type Item } from '../../protocol/wire.ts';
import type { SheetToSend } from '../custody/ports.ts';

/** What the gateway calls; a test holds it against the compiled contracts. */
export const FUNCTIONS = [
  'function submit((bytes32 key, bytes signature, bytes statements)[] sheets)',
  'function submitLate((bytes32 key, bytes signature, bytes statements) release, (bytes32 key, bytes signature, bytes statements) acceptance)',
  'function submit(bytes statement, (bytes32 key, bytes signature)[] signatures)',
  'function evidence(bytes32 subject) view returns ((bytes32 head, bytes32 anchor, uint256 state) line, uint256 origins, uint256 bases)',
] as const;

const ledger = new Interface(FUNCTIONS);
const SUBMIT_SHEETS = hexToBytes(ledger.getFunction('submit((bytes32,bytes,bytes)[])')!.selector as Hex);
const SUBMIT_ENDORSED = 'submit(bytes,(bytes32,bytes)[])';

/** Gas that one transaction may use: Osaka's cap is 16,777,216, and estimates are estimates. */
export const TRANSACTION_GAS = 15_000_000;

/** One call: to which contract, with what, for at most how much gas, carrying which sheets. */
export interface Call {
  readonly keeper: Keeper;
  readonly data: Uint8Array;
  readonly gas: number;
  readonly sheets: readonly number[];
}

/**
 * The next call for these sheets, in their order: as many as fit into one transaction and go to one contract.
 * A sheet that is too large for one goes in parts; what is left of it comes again when the part was judged.
 */
export function nextCall(sheets: readonly SheetToSend[]): Call | undefined {
  const [first] = sheets;
  if (first === undefined) return undefined;
  const keeper = keeperOf(first);
  if (keeper === 'consortium') return endorsedCall(first);
  if (first.lateWith !== undefined) {
    const acceptance = sheets.find(({ hash }) => hash === first.lateWith);
    return acceptance && lateCall(first, acceptance);
  }
  const parts: EncodedSheet[] = [];
  const carried: number[] = [];
  let gas = 150_000;
  for (const sheet of sheets) {
    if (keeperOf(sheet) !== keeper || sheet.lateWith !== undefined) break;
    const { items, cost } = part(sheet, TRANSACTION_GAS - gas, carried.length === 0);
    if (items === undefined) break;
    gas += cost;
    parts.push({ key: sheet.key, signature: sheet.signature, statements: encodeStatements(items) });
    carried.push(sheet.id);
  }
  return { keeper, data: sheetsCall(parts), gas: limit(gas), sheets: carried };
}

/** Its open statements as far as the gas goes, the others as digests; nothing if it should wait for a call of its own. */
function part(sheet: SheetToSend, gas: number, alone: boolean): { items?: Item[]; cost: number } {
  let cost = signatureGas(sheet.signature);
  const taken = new Set<number>();
  for (const position of sheet.open) {
    const statement = statementGas(sheet.items[position]!);
    if (cost + statement > gas) {
      if (!alone || taken.size === 0) return { cost };
      break;
    }
    cost += statement;
    taken.add(position);
  }
  if (taken.size === 0) return { cost };
  return { items: sheet.items.map((stated, position) => (taken.has(position) ? stated : digestOf(stated.statement))), cost };
}

function lateCall(release: SheetToSend, acceptance: SheetToSend): Call {
  const [first, second] = [release, acceptance].map(({ key, signature, items }) => [
    key,
    signature,
    bytesToHex(encodeStatements(items)),
  ]);
  return {
    keeper: 'custody',
    data: hexToBytes(ledger.encodeFunctionData('submitLate', [first, second]) as Hex),
    gas: limit(1_500_000),
    sheets: [release.id, acceptance.id],
  };
}

function endorsedCall({ id, key, signature, items, endorsements = [] }: SheetToSend): Call {
  const signatures = [{ key, signature }, ...endorsements];
  const gas = 900_000 + signatures.reduce((sum, each) => sum + signatureGas(each.signature), 0);
  const data = hexToBytes(ledger.encodeFunctionData(SUBMIT_ENDORSED, [bytesToHex(encodeStatements(items)), signatures]) as Hex);
  return { keeper: 'consortium', data, gas: limit(gas), sheets: [id] };
}

function keeperOf({ items }: SheetToSend): Keeper {
  return ruleOf(items[0]!.statement.act)?.keeper ?? 'custody';
}

/** Bounds from the gas snapshot of the contracts, generous: what isn't used costs nothing. */
function statementGas({ statement, list }: SheetToSend['items'][number]): number {
  const words = 1_500 * list.length;
  switch (statement.act) {
    case ACT.collect:
      return 110_000;
    case ACT.derive:
      return 160_000 + 15_000 * list.length;
    case ACT.release:
      return 110_000 + 45_000 * list.length;
    case ACT.hold:
    case ACT.lift:
      return 130_000 + 15_000 * list.length;
    case ACT.conclude:
      return 350_000 + 60_000 * list.length;
    case ACT.consent:
    case ACT.request:
    case ACT.answer:
    case ACT.end:
      return 180_000 + words;
    default:
      return 60_000 + words;
  }
}

/** P-256 is proven by a contract, which sets a million aside where the engine has no precompile. */
function signatureGas(signature: Hex): number {
  return signature.length === 132 ? 25_000 : 1_200_000;
}

function limit(gas: number): number {
  return Math.min(Math.ceil(gas * 1.05), 16_700_000);
}

export function evidenceCall(subject: Hex): Hex {
  return ledger.encodeFunctionData('evidence', [subject]) as Hex;
}

export interface EncodedSheet {
  readonly key: Hex;
  readonly signature: Hex;
  readonly statements: Uint8Array;
}

/** `submit(Sheet[])`, ABI-encoded as ethers does it, but without a detour through hexadecimal: this is the hot path. */
export function sheetsCall(sheets: readonly EncodedSheet[]): Uint8Array {
  const tuples = sheets.map(({ key, signature, statements }) => {
    const signed = padded(hexToBytes(signature));
    return concat(hexToBytes(key), uint(96), uint(96 + signed.length), signed, padded(statements));
  });
  let offset = 32 * tuples.length;
  const offsets = tuples.map((tuple) => {
    const at = uint(offset);
    offset += tuple.length;
    return at;
  });
  return concat(SUBMIT_SHEETS, uint(32), uint(tuples.length), ...offsets, ...tuples);
}

/** ABI `bytes`: length, then the bytes up to a whole word. */
function padded(bytes: Uint8Array): Uint8Array {
  return concat(uint(bytes.length), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));
}

function uint(value: number): Uint8Array {
  return hexToBytes(wordOf(value));
}
