/** Packs sheets into calls: in their order, one contract a call, no more gas than one transaction may use. */
import { ruleOf, type Keeper } from '../../protocol/acts.ts';
import { isLateRelease } from '../../protocol/judge.ts';
import { digestOf } from '../../protocol/statement.ts';
import { encodeStatements } from '../../protocol/wire.ts';
import type { SheetToSend } from '../custody/ports.ts';
import { submitCall, submitEndorsedCall, submitLateCall, type EncodedSheet } from './calldata.ts';
import { callGas, POSITION_GAS, sheetGas, signatureGas, statementGas } from './gas.ts';

/** One call: to which contract, with what, for at most how much gas, carrying which sheets. */
export interface Call {
  readonly keeper: Keeper;
  readonly data: Uint8Array;
  readonly gas: number;
  readonly sheets: readonly number[];
  /** The next call has the rest of its last sheet: nothing may come between, since what follows may rest on it. */
  readonly continues: boolean;
}

export interface Limits {
  /** of one call */
  readonly gas: number;
  /** sheets in one call, at most */
  readonly sheets: number;
  /** gas of a P-256 signature on this engine */
  readonly p256: number;
}

/** A part of a sheet, and what it costs. */
interface Piece extends EncodedSheet {
  readonly id: number;
  readonly keeper: Keeper;
  readonly gas: number;
  /** Not the last piece of its sheet. */
  readonly continues: boolean;
}

/**
 * The calls that take these sheets to the ledger, each made when it is asked for. Late declarations wait for the other
 * half of their pair.
 */
export function* packCalls(sheets: readonly SheetToSend[], limits: Limits): Generator<Call, void, void> {
  let pieces: Piece[] = [];
  for (const sheet of sheets) {
    if (sheet.open.length === 0) continue;
    const alone = aloneCall(sheet, sheets, limits);
    if (alone === 'waits') continue;
    if (alone !== undefined) {
      if (pieces.length > 0) yield callOf(pieces);
      pieces = [];
      yield alone;
      continue;
    }
    for (const piece of piecesOf(sheet, limits)) {
      if (!fits(pieces, piece, limits)) {
        yield callOf(pieces);
        pieces = [];
      }
      pieces.push(piece);
    }
  }
  if (pieces.length > 0) yield callOf(pieces);
}

/** The call of a sheet that does not share one; undefined if it may. An acceptance goes with its late release. */
function aloneCall(sheet: SheetToSend, sheets: readonly SheetToSend[], limits: Limits): Call | 'waits' | undefined {
  if (sheet.lateWith !== undefined) {
    const acceptance = sheets.find(({ hash }) => hash === sheet.lateWith);
    return acceptance && isLateRelease(sheet.items[0]!.statement) ? lateCall(sheet, acceptance, limits) : 'waits';
  }
  return keeperOf(sheet, 0) === 'consortium' ? endorsedCall(sheet, limits) : undefined;
}

function fits(pieces: readonly Piece[], piece: Piece, limits: Limits): boolean {
  const [first] = pieces;
  if (first === undefined) return true;
  const all = [...pieces, piece];
  return first.keeper === piece.keeper && all.length <= limits.sheets && gasOf(all) <= limits.gas;
}

function gasOf(pieces: readonly Piece[]): number {
  return callGas(
    pieces.reduce((sum, { gas }) => sum + gas, 0),
    pieces.map(({ signature }) => signature),
  );
}

function callOf(pieces: readonly Piece[]): Call {
  const { keeper } = pieces[0]!;
  const continues = pieces.at(-1)!.continues;
  return { keeper, data: submitCall(pieces), gas: gasOf(pieces), sheets: pieces.map(({ id }) => id), continues };
}

/** A sheet as a whole where it fits into one call; else, or if its statements go to two contracts, in parts. */
function piecesOf(sheet: SheetToSend, limits: Limits): Piece[] {
  const { id, key, signature, items } = sheet;
  const base = sheetGas(signature, limits.p256) + POSITION_GAS * items.length;
  const room = limits.gas - callGas(base, [signature]);
  const parts: { keeper: Keeper; positions: Set<number>; gas: number }[] = [];
  for (const position of sheet.open) {
    const keeper = keeperOf(sheet, position);
    const gas = statementGas(items[position]!);
    const last = parts.at(-1);
    if (last?.keeper === keeper && last.gas + gas <= room) {
      last.positions.add(position);
      last.gas += gas;
    } else {
      parts.push({ keeper, positions: new Set([position]), gas });
    }
  }
  return parts.map(({ keeper, positions, gas }, index) => ({
    ...{ id, key, signature, keeper, gas: base + gas },
    statements: encodeStatements(
      items.map((stated, position) => (positions.has(position) ? stated : digestOf(stated.statement))),
    ),
    continues: index < parts.length - 1,
  }));
}

function lateCall(release: SheetToSend, acceptance: SheetToSend, { p256 }: Limits): Call {
  const both = [release, acceptance];
  const gas = both.reduce((sum, { signature, items }) => sum + sheetGas(signature, p256) + statementGas(items[0]!), 0);
  return {
    keeper: 'custody',
    data: submitLateCall(encoded(release), encoded(acceptance)),
    gas: callGas(
      gas,
      both.map(({ signature }) => signature),
    ),
    sheets: both.map(({ id }) => id),
    continues: false,
  };
}

function endorsedCall(sheet: SheetToSend, { p256 }: Limits): Call {
  const { id, signature, items, endorsements = [] } = sheet;
  const signatures = [signature, ...endorsements.map((endorsement) => endorsement.signature)];
  const gas = signatures.reduce((sum, each) => sum + signatureGas(each, p256) + ENDORSEMENT, sheetGas(signature, p256));
  return {
    keeper: 'consortium',
    data: submitEndorsedCall(encoded(sheet), endorsements),
    gas: callGas(gas + statementGas(items[0]!), signatures),
    sheets: [id],
    continues: false,
  };
}

/** A further signature: its words in calldata and event, and the key that is read. */
const ENDORSEMENT = 15_000;

function encoded({ key, signature, items }: SheetToSend): EncodedSheet {
  return { key, signature, statements: encodeStatements(items) };
}

function keeperOf({ items }: SheetToSend, position: number): Keeper {
  return ruleOf(items[position]!.statement.act)?.keeper ?? 'custody';
}
