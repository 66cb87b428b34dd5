/** Transfers, derivations and custody at a moment as they are shown. */
import type { z } from 'zod';
import { ACTS, type Act } from '../../../protocol/acts.ts';
import { PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import type { CustodyState, Derivation, Moment, Transfer } from '../../custody/transfers.ts';
import { csvLine, type Cell } from '../csv.ts';
import type { custodyView, derivationPage, transferView as schema } from '../schemas/tracing.ts';
import { bitNames, utcOf, type Names } from './names.ts';

type TransferView = z.infer<typeof schema>;

const OUTCOME_OF: Partial<Record<Transfer['state'], Act>> = {
  accepted: 'accept',
  refused: 'refuse',
  returned: 'refuse',
  recalled: 'recall',
};

export function transferView(transfer: Transfer, names: Names): TransferView {
  const { release, outcome, end } = transfer;
  return {
    evidence: transfer.subject,
    from: names.participant(transfer.sender),
    fromJurisdiction: transfer.fromJurisdiction,
    to: names.participant(transfer.recipient),
    toJurisdiction: transfer.toJurisdiction,
    ...(transfer.agreement && { agreement: transfer.agreement }),
    ...(transfer.request && { request: transfer.request }),
    purpose: bitNames(PURPOSES, transfer.purpose),
    restrictions: bitNames(RESTRICTIONS, transfer.restrictions),
    state: transfer.state,
    overdue: transfer.overdue,
    late: transfer.late,
    release: { ...momentView(release), block: release.block, expiresAt: utcOf(release.expires) },
    ...(outcome && { outcome: { ...momentView(outcome), code: outcomeCode(transfer, outcome.code) } }),
    ...(end && { end: momentView(end) }),
  };
}

/** A loss on the way back follows a refusal. */
function outcomeCode({ state, end }: Transfer, code: number): string {
  const act = OUTCOME_OF[state] ?? (end ? 'refuse' : 'dispose');
  const codes: readonly string[] = ACTS[act].codes;
  return codes[code - 1] ?? String(code);
}

function momentView({ digest, claimedAt, includedAt }: Moment) {
  return {
    digest,
    claimedAt: utcOf(claimedAt),
    includedAt: utcOf(includedAt),
    delaySeconds: includedAt - claimedAt,
  };
}

const COLUMNS: readonly (readonly [name: string, cell: (transfer: TransferView) => Cell])[] = [
  ['evidence', ({ evidence }) => evidence],
  ['from', ({ from }) => from.code ?? from.number],
  ['fromJurisdiction', ({ fromJurisdiction }) => fromJurisdiction],
  ['to', ({ to }) => to.code ?? to.number],
  ['toJurisdiction', ({ toJurisdiction }) => toJurisdiction],
  ['agreement', ({ agreement }) => agreement],
  ['request', ({ request }) => request],
  ['purpose', ({ purpose }) => purpose.join(' ')],
  ['restrictions', ({ restrictions }) => restrictions.join(' ')],
  ['state', ({ state }) => state],
  ['overdue', ({ overdue }) => overdue],
  ['late', ({ late }) => late],
  ['release', ({ release }) => release.digest],
  ['releaseClaimedAt', ({ release }) => release.claimedAt],
  ['releaseIncludedAt', ({ release }) => release.includedAt],
  ['releaseDelaySeconds', ({ release }) => release.delaySeconds],
  ['releaseExpiresAt', ({ release }) => release.expiresAt],
  ['block', ({ release }) => release.block],
  ['outcome', ({ outcome }) => outcome?.digest],
  ['outcomeCode', ({ outcome }) => outcome?.code],
  ['outcomeClaimedAt', ({ outcome }) => outcome?.claimedAt],
  ['outcomeIncludedAt', ({ outcome }) => outcome?.includedAt],
  ['outcomeDelaySeconds', ({ outcome }) => outcome?.delaySeconds],
  ['end', ({ end }) => end?.digest],
  ['endClaimedAt', ({ end }) => end?.claimedAt],
  ['endIncludedAt', ({ end }) => end?.includedAt],
];

export const TRANSFER_CSV_HEAD = csvLine(COLUMNS.map(([name]) => name));

export function transferCsv(transfer: TransferView): string {
  return csvLine(COLUMNS.map(([, cell]) => cell(transfer)));
}

type CustodyStateView = NonNullable<z.infer<typeof custodyView>['recorded']>;

export function custodyStateView({ status, holder, recipient, since }: CustodyState, names: Names): CustodyStateView {
  return {
    // After a statement there is a line.
    state: status as CustodyStateView['state'],
    holder: names.participant(holder),
    ...(recipient !== undefined && { recipient: names.participant(recipient) }),
    since: momentView(since),
  };
}

type DerivationView = z.infer<typeof derivationPage>['items'][number];

export function derivationView({ parent, child, code, participant, derive }: Derivation, names: Names): DerivationView {
  return {
    parent,
    child,
    code: ACTS.derive.codes[code - 1] as DerivationView['code'],
    participant: names.participant(participant),
    derive: { ...momentView(derive), block: derive.block },
  };
}
