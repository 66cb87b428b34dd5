/** What passed judgement becomes signed sheets, and a receipt for each statement. */
import type { Hex } from '../../protocol/bytes.ts';
import { promiseTogether, receiptHash, type Receipt } from '../../protocol/receipt.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import type { SignedSheet } from './gateway.ts';
import { isOfConsortium, type Judged } from './judging.ts';
import type { SignedPair } from './late.ts';
import type { AcceptedSheet } from './ports.ts';
import type { Signatures } from './signing.ts';

/** Statements that the gateway signs at once, though more may stand on a sheet: the transaction of a large one fills blocks badly. */
const TOGETHER = 128;

export interface SheetsOfMembers {
  /** One, or the two of a late declaration. */
  readonly sheets: readonly AcceptedSheet[];
  readonly members: readonly Judged[];
}

/** Officers' sheets as they are; what the gateway signs goes together, a sheet per participant. */
export function signSheets(parts: Signatures, judged: readonly Judged[], receipts: Receipts): SheetsOfMembers[] {
  const sheets: SheetsOfMembers[] = [];
  const open = new Map<number, Judged[]>();
  const close = (participant: number): void => {
    const members = open.get(participant);
    open.delete(participant);
    if (members) sheets.push(signedByGateway(parts, participant, members, receipts));
  };
  for (const member of judged) {
    const participant = member.waiting.caller.participant;
    if (member.late) {
      close(participant);
      sheets.push({ sheets: latePair(parts, member, member.late, receipts), members: [member] });
      continue;
    }
    if (member.signed) {
      close(participant); // what came before may be what this rests on
      sheets.push(acceptedSheet(parts, [member], member.signed, receipts));
      continue;
    }
    if (member.statements.some(({ stated }) => isOfConsortium(stated.statement.act))) {
      close(participant);
      sheets.push(signedByGateway(parts, participant, [member], receipts));
      continue;
    }
    const members = open.get(participant) ?? [];
    const statements = members.reduce((sum, { statements }) => sum + statements.length, 0);
    if (statements + member.statements.length > TOGETHER) close(participant);
    open.set(participant, [...(open.get(participant) ?? []), member]);
  }
  for (const participant of [...open.keys()]) close(participant);
  return sheets;
}

function signedByGateway(
  parts: Signatures,
  participant: number,
  members: readonly Judged[],
  receipts: Receipts,
): SheetsOfMembers {
  const key = required(parts.keyring.serviceKey(participant));
  const digests = members.flatMap(({ statements }) => statements.map(({ digest }) => digest));
  const signature = parts.keyring.sign(key, sheetHash(digests, parts.foundingHash));
  return acceptedSheet(parts, members, { key, signature }, receipts);
}

function acceptedSheet(
  parts: Signatures,
  members: readonly Judged[],
  signature: Pick<SignedSheet, 'key' | 'signature' | 'endorsements'>,
  receipts: Receipts,
): SheetsOfMembers {
  const statements = members.flatMap((member) => member.statements);
  const { participant } = required(members[0]).waiting.caller;
  return { sheets: [sheetToAccept(parts, participant, statements, signature, receipts)], members };
}

/** The release, and the acceptance without which the ledger does not take it. */
function latePair(
  parts: Signatures,
  { waiting: { caller }, statements }: Judged,
  { release, acceptance }: SignedPair,
  receipts: Receipts,
): AcceptedSheet[] {
  const second = sheetToAccept(parts, caller.participant, statements.slice(1), acceptance, receipts);
  const first = sheetToAccept(parts, caller.participant, statements.slice(0, 1), release, receipts);
  return [
    { ...first, lateWith: second.hash },
    { ...second, lateWith: first.hash },
  ];
}

function sheetToAccept(
  parts: Signatures,
  participant: number,
  statements: Judged['statements'],
  { key, signature, endorsements }: Pick<SignedSheet, 'key' | 'signature' | 'endorsements'>,
  receipts: Receipts,
): AcceptedSheet {
  return {
    hash: sheetHash(
      statements.map(({ digest }) => digest),
      parts.foundingHash,
    ),
    key,
    signature,
    participant,
    ...(endorsements && { endorsements }),
    statements: statements.map((statement) => ({
      ...statement,
      receipt: required(receipts.get(statement.digest)),
    })),
  };
}

/** By digest. */
type Receipts = ReadonlyMap<Hex, Receipt>;

/** One signature for all that is accepted together for a participant. */
export function signReceipts(parts: Signatures, judged: readonly Judged[], time: number): Receipts {
  const byParticipant = new Map<number, Hex[]>();
  for (const { waiting, statements } of judged) {
    const { participant } = waiting.caller;
    const digests = byParticipant.get(participant) ?? [];
    digests.push(...statements.map(({ digest }) => digest));
    byParticipant.set(participant, digests);
  }
  const receipts = new Map<Hex, Receipt>();
  for (const [participant, digests] of byParticipant) {
    const key = required(parts.keyring.receiptKey(participant));
    const { root, paths } = promiseTogether(digests);
    const signature = parts.keyring.sign(key, receiptHash({ digest: root, participant, time }, parts.foundingHash));
    digests.forEach((digest, position) => {
      receipts.set(digest, { digest, participant, time, path: required(paths[position]), key, signature });
    });
  }
  return receipts;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value that must be there is missing');
  return value;
}
