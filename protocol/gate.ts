/** The gate: what law asks of a release, protocol.md section 6. */
import { CODE } from './acts.ts';
import { ZERO } from './bytes.ts';
import { reject, type Judging } from './judging.ts';
import type { AgreementState, EvidenceState, LineOf, ParticipantState } from './ledger.ts';
import type { Terms } from './lists.ts';
import { jurisdictionNumber, PURPOSES, RESTRICTIONS } from './names.ts';
import type { Reason } from './reasons.ts';

/** A release that the gate lets through. */
export interface Passage {
  /** whether it crosses a border */
  readonly crossing: boolean;
  readonly agreement: LineOf<'agreement'> | undefined;
  /** the consents that it uses up */
  readonly consents: readonly LineOf<'consent'>[];
}

/** What the checks need to know of a release. */
interface Release {
  readonly judging: Judging;
  readonly state: EvidenceState;
  readonly holder: ParticipantState;
  readonly recipient: ParticipantState;
  readonly crossing: boolean;
}

export function judgeGate(
  judging: Judging,
  line: LineOf<'evidence'>,
  recipient: ParticipantState,
): Passage | { readonly reason: Reason } {
  const { world, statement, participant: holder } = judging;
  const crossing = holder.jurisdiction !== recipient.jurisdiction;
  const release = { judging, state: line.state, holder, recipient, crossing };

  const named = statement.agreement !== ZERO;
  if (crossing && !named) return reject('NO_BASIS');
  const agreement = named ? world.line('agreement', statement.agreement) : undefined;
  const fault = (named ? basisFault(release, agreement?.state) : undefined) ?? purposeFault(release, agreement?.state);
  if (fault !== undefined) return reject(fault);

  const onward = judgeOnward(release);
  if ('reason' in onward) return onward;
  const consents = judgeConsents(release, onward.consentNeeded);
  if ('reason' in consents) return consents;
  if (statement.request !== ZERO && !isAnswered(release)) return reject('REQUEST');
  return { crossing, agreement, consents: consents.used };
}

/** Whether terms name a participant as a party, or its jurisdiction. */
export function covers(terms: Terms, participant: ParticipantState): boolean {
  const jurisdiction = jurisdictionNumber(participant.jurisdiction);
  return terms.parties.some((party) =>
    party.kind === 'participant' ? party.who === participant.number : party.who === jurisdiction,
  );
}

/** 1. Basis. */
function basisFault(release: Release, agreement: AgreementState | undefined): Reason | undefined {
  const { judging, holder, recipient } = release;
  const { statement, blockTime } = judging;
  const moment = statement.code === CODE.releaseLate ? statement.time : blockTime;
  if (agreement === undefined || agreement.concludedAt === 0 || agreement.concludedAt > moment) {
    return 'AGREEMENT_UNKNOWN';
  }
  const { terms, endedAt } = agreement;
  if (moment < terms.from) return 'AGREEMENT_EARLY';
  if (moment >= terms.until || (endedAt !== 0 && endedAt <= moment)) return 'AGREEMENT_OVER';
  if (!covers(terms, holder) || !covers(terms, recipient)) return 'NOT_COVERED';
  return undefined;
}

/** 2. Purpose and 3. restrictions. */
function purposeFault(release: Release, agreement: AgreementState | undefined): Reason | undefined {
  const { judging, state, crossing } = release;
  const { purpose, restrictions } = judging.statement;
  if (crossing && purpose === 0) return 'PURPOSE';
  const purposes = agreement === undefined ? state.purposes : state.purposes & agreement.terms.purposes;
  if ((purpose & ~purposes) !== 0) return 'PURPOSE';
  if (agreement !== undefined && (restrictions & ~state.restrictions & ~agreement.terms.restrictions) !== 0) {
    return 'RESTRICTION';
  }
  return undefined;
}

/** 4. Onward transfer, and the first half of 5: whether the origins must consent. */
function judgeOnward(release: Release): { readonly consentNeeded: boolean } | { readonly reason: Reason } {
  const { judging, state, holder, recipient, crossing } = release;
  const toOrigin = state.origins.includes(recipient.number);
  const toCourt = recipient.kind === 'court' || (judging.statement.purpose & PURPOSES.court) !== 0;
  let consentNeeded =
    (toCourt && (state.restrictions & RESTRICTIONS.H1) !== 0) ||
    (!toOrigin && recipient.number !== holder.number && (state.restrictions & RESTRICTIONS.H2) !== 0);

  for (const number of state.bases) {
    const terms = judging.world.agreement(number)!.state.terms;
    if (crossing && !toOrigin) {
      if (terms.onward === 'none') return reject('ONWARD');
      if (terms.onward === 'parties' && !covers(terms, recipient)) return reject('ONWARD');
      if (terms.onward === 'consent') consentNeeded = true;
    }
    if (toCourt && terms.courtPermission) consentNeeded = true;
  }
  return { consentNeeded };
}

/** 5. Consents: each that is listed is good, and if they are needed, none is missing. */
function judgeConsents(
  release: Release,
  needed: boolean,
): { readonly used: readonly LineOf<'consent'>[] } | { readonly reason: Reason } {
  const { judging, state, holder } = release;
  const { world, statement, list } = judging;
  const used: LineOf<'consent'>[] = [];
  for (const subject of list) {
    const consent = world.line('consent', subject);
    if (consent?.state.status !== 'given' || consent.state.evidence !== statement.subject) return reject('CONSENT');
    const { recipient, purpose } = consent.state;
    if (recipient !== statement.recipient || purpose !== statement.purpose) return reject('CONSENT');
    used.push(consent);
  }
  if (new Set(list).size < list.length) return reject('CONSENT');
  if (used.some((consent) => consent.state.used)) return reject('CONSENT_USED');
  if (needed) {
    const givers = new Set(used.map((consent) => consent.state.giver));
    const missing = state.origins.some((origin) => origin !== holder.number && !givers.has(origin));
    if (missing) return reject('CONSENT_MISSING');
  }
  return { used };
}

/** 6. The request that the release answers. */
function isAnswered({ judging, holder, recipient }: Release): boolean {
  const request = judging.world.line('request', judging.statement.request)?.state;
  if (request === undefined || (request.status !== 'open' && request.status !== 'granted')) return false;
  return request.requester === recipient.number && request.asked === holder.number;
}
