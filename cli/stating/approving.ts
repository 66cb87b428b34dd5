/**
 * What the agencies approve together: one statement in a file, signed by the first, endorsed by the others, sent when more
 * than two thirds have signed. The file comes from somebody else, so it is judged here, by the ledger's own rules, before
 * anything is signed or sent.
 */
import { actOf } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { approvalsNeeded, approvers } from '../../protocol/consortium.ts';
import { judge, WAIT_MAX } from '../../protocol/judge.ts';
import { keyId, verifySignature } from '../../protocol/key.ts';
import { reasonMeaning, type Reason } from '../../protocol/reasons.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { newKeyOf, provenEndorsements, SCHEMES_P256 } from '../../protocol/submission.ts';
import { Failure, usage } from '../failure.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import type { SigningKey } from '../keys/key-file.ts';
import { shortHex } from '../output/table.ts';
import type { Session } from '../session.ts';
import { approvalOf, type Approval } from './approval-file.ts';
import { codeOf, readConsortium, type Consortium } from './consortium.ts';
import { showOutcomes } from './perform.ts';
import { openKey, signedSheet } from './state.ts';
import { waitFor } from './wait.ts';

/** A statement for the agencies that the ledger would take, but for signatures that it still lacks. */
export interface Checked {
  readonly approval: Approval;
  readonly consortium: Consortium;
  /** Numbers of the agencies whose signatures count. */
  readonly signed: readonly number[];
  /** How many agencies vote, and how many of them have to sign. */
  readonly agencies: number;
  readonly needed: number;
}

const NOTHING_DONE = 'Nothing was signed or sent.';
/** What further signatures mend. */
const LACKING: readonly (Reason | undefined)[] = [undefined, 'NOT_APPROVED', 'KEY_UNPROVEN'];

/** Signs as the first; it then waits for the others as long as the ledger permits. */
export async function propose(
  session: Session,
  named: string,
  request: Pick<StatementRequest, 'act' | 'code' | 'list' | 'reference'>,
): Promise<Checked> {
  const key = await openKey(session, named);
  const time = Math.floor(Date.now() / 1000);
  const { sheet } = await signedSheet(session, key, [{ ...request, subject: ZERO, time, expires: time + WAIT_MAX }]);
  return counted(checkOn(await readConsortium(session), approvalOf(sheet)), key.id);
}

/** @throws Failure refused with what is wrong */
export async function checkApproval(session: Session, approval: Approval): Promise<Checked> {
  return checkOn(await readConsortium(session), approval);
}

/** Signs what was checked, and shown, before. */
export async function endorse(session: Session, named: string, { approval, consortium, signed }: Checked) {
  const key = await openKey(session, named);
  const participant = consortium.world.key(key.id)?.participant;
  if (participant !== undefined && signed.includes(participant)) {
    throw usage(
      `${codeOf(consortium.participants, participant)} has signed already. Now it is for the others to sign.`,
    );
  }
  const next = checkOn(consortium, endorsed(approval, key, consortium.foundingHash));
  return newKeyIn(approval) === key.id ? next : counted(next, key.id);
}

/** With the signature of one more key; whether that counts, others judge. */
export function endorsed(approval: Approval, key: SigningKey, foundingHash: Hex): Approval {
  const { sheet, digest } = approval;
  const others = sheet.endorsements.filter((each) => each.key !== key.id);
  const signature = key.sign(sheetHash([digest], foundingHash));
  return { ...approval, sheet: { ...sheet, endorsements: [...others, { key: key.id, signature }] } };
}

/** @throws Failure refused where signatures are lacking: nothing was sent then */
export async function send(session: Session, checked: Checked): Promise<void> {
  const { approval, consortium } = checked;
  const { sheet, stated } = approval;
  if (!isComplete(checked)) {
    const why = signatureLines(checked).join(' ');
    throw new Failure('refused', `${why} Nothing was sent; the file is as it was, and good for more signatures.`);
  }
  const { participant, act } = stated.statement;
  const { participant: caller } = await session.gateway.caller();
  if (caller.number !== participant) {
    const first = codeOf(consortium.participants, participant);
    throw usage(`${first} signed it first, so it is sent with a token of ${first}. Nothing was sent.`);
  }
  const idempotencyKey = `${actOf(act)}-${sheet.signature.slice(2, 66)}`;
  const accepted = await session.gateway.submit(sheet, { idempotencyKey });
  showOutcomes(session, await waitFor(session, accepted, { wait: true }));
}

/** Who has signed, and who has to. */
export function signatureLines({ approval, consortium, signed, agencies, needed }: Checked): string[] {
  const codes = signed.map((number) => codeOf(consortium.participants, number)).join(', ');
  const have = signed.length === 1 ? 'has' : 'have';
  return [
    `${signed.length} of ${agencies} agencies ${have} signed (${codes}); ${needed} ${needed === 1 ? 'is' : 'are'} needed.`,
    ...(newKeyIn(approval) === undefined ? [] : [newKeyLine(approval)]),
  ];
}

/** The same for programs. */
export function signatureView({ approval, consortium, signed, agencies, needed }: Checked) {
  return {
    statement: approval.digest,
    signed: signed.map((number) => codeOf(consortium.participants, number)),
    ...{ agencies, needed },
    ...(newKeyIn(approval) !== undefined && { newKeySigned: !lacksNewKey(approval) }),
  };
}

/** Whether it may be sent. */
export function isComplete({ approval, signed, needed }: Checked): boolean {
  return signed.length >= needed && !lacksNewKey(approval);
}

/** Id of the key that it enrols; undefined: it enrols none. */
export function newKeyIn({ stated }: Approval): Hex | undefined {
  const key = newKeyOf(stated);
  return key && keyId(key);
}

export function newKeyLine(approval: Approval): string {
  return lacksNewKey(approval)
    ? 'The new key itself has not signed: whoever has it does so as the agencies do.'
    : 'The new key itself has signed.';
}

function lacksNewKey(approval: Approval): boolean {
  const key = newKeyIn(approval);
  return key !== undefined && !approval.sheet.endorsements.some((each) => each.key === key);
}

function checkOn(consortium: Consortium, approval: Approval): Checked {
  const { world, foundingHash } = consortium;
  const { sheet, stated, digest } = approval;
  const hash = sheetHash([digest], foundingHash);
  const key = world.key(sheet.key);
  if (key === undefined || !verifySignature(key, hash, sheet.signature)) {
    throw refused('The first signature does not fit: the file was changed after it, or is of another ledger.');
  }
  const ownerOf = (id: Hex): number => world.key(id)?.participant ?? 0;
  // The ledger wants them in the order of their participants.
  const endorsements = [...sheet.endorsements].sort((a, b) => ownerOf(a.key) - ownerOf(b.key));
  const proving = { world, foundingHash, schemes: SCHEMES_P256 };
  const unproven = endorsements.find((each) => provenEndorsements(proving, stated, hash, [each]).length === 0);
  if (unproven) throw refused(`The signature of the key ${shortHex(unproven.key)} does not fit: the file was changed.`);
  const at = { blockTime: Math.floor(Date.now() / 1000), endorsements: endorsements.map((each) => each.key) };
  const judgement = judge(world, stated, { ...at, digest });
  const reason = 'reason' in judgement ? judgement.reason : undefined;
  if (!LACKING.includes(reason)) throw refused(rejection(reason!));
  const { activeAgencies: agencies } = world.tally();
  return {
    approval: { ...approval, sheet: { ...sheet, endorsements } },
    consortium,
    signed: approvers({ world, statement: stated.statement, key, ...at }),
    agencies,
    needed: approvalsNeeded(agencies),
  };
}

/** @throws Failure refused if the key's signature does not count */
function counted(checked: Checked, id: Hex): Checked {
  const { consortium, signed } = checked;
  if (signed.includes(consortium.world.key(id)?.participant ?? 0)) return checked;
  throw new Failure(
    'refused',
    'This key’s signature would not count: only authority keys of active agencies approve, while they are valid. `unbroken keys list --participant CODE` shows which there are. Nothing was written.',
  );
}

function rejection(reason: Reason): string {
  switch (reason) {
    case 'STALE':
      return 'Another change of the consortium was included after this was first signed. It has to be made anew.';
    case 'REPLAYED':
      return 'It is on the ledger already.';
    case 'EXPIRED':
      return 'Its time is over: it waits 30 days for signatures at the most. It has to be made anew.';
    default:
      return `The ledger would reject it: ${reasonMeaning(reason)}.`;
  }
}

function refused(why: string): Failure {
  return new Failure('refused', `${why} ${NOTHING_DONE}`);
}
