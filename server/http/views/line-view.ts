/** Lines as they are shown: names for numbers, and only what applies. */
import type { z } from 'zod';
import { ZERO } from '../../../protocol/bytes.ts';
import { MARK_LATE, type LineOf, type LineState } from '../../../protocol/ledger.ts';
import { jurisdictionCode, PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import type { agreementView, evidenceLine, lineView as lineSchema } from '../schemas/answers.ts';
import { bitNames, utcOf, type Names } from './names.ts';

type EvidenceLine = z.infer<typeof evidenceLine>;

export function lineView(line: LineState, names: Names, now: number): z.infer<typeof lineSchema> {
  switch (line.kind) {
    case 'evidence':
      return evidenceLineView(line, names);
    case 'agreement':
      return agreementLineView(line, names, now);
    default:
      return { ...placeOf(line), ...otherState(line, names), state: line.state.status };
  }
}

export function evidenceLineView(line: LineOf<'evidence'>, names: Names): EvidenceLine {
  const { state } = line;
  return {
    ...placeOf(line),
    kind: 'evidence',
    state: state.status,
    late: (state.marks & MARK_LATE) !== 0,
    holds: state.holds,
    holder: names.participant(state.holder),
    origins: state.origins.map(names.participant),
    bases: state.bases.map(names.agreement),
    purposes: bitNames(PURPOSES, state.purposes),
    restrictions: bitNames(RESTRICTIONS, state.restrictions),
    ...(state.status === 'in-transit' && { release: releaseOf(line, names) }),
  };
}

function releaseOf({ state }: LineOf<'evidence'>, names: Names): NonNullable<EvidenceLine['release']> {
  return {
    recipient: names.participant(state.recipient),
    ...(state.recipientKey !== 0 && { recipientKeyNumber: state.recipientKey }),
    releaseKeyNumber: state.releaseKey,
    ...(state.agreement !== 0 && { agreement: names.agreement(state.agreement) }),
    crossesBorder: state.crossing,
    purpose: bitNames(PURPOSES, state.purpose),
    restrictions: bitNames(RESTRICTIONS, state.releaseRestrictions),
  };
}

export function agreementLineView(line: LineOf<'agreement'>, names: Names, now: number): z.infer<typeof agreementView> {
  const { number, status, terms, termsHash, signed, concludedAt, endedAt } = line.state;
  return {
    ...placeOf(line),
    kind: 'agreement',
    number,
    state: status,
    text: terms.text,
    ...(terms.fieldPolicy !== ZERO && { fieldPolicy: terms.fieldPolicy }),
    purposes: bitNames(PURPOSES, terms.purposes),
    restrictions: bitNames(RESTRICTIONS, terms.restrictions),
    onward: terms.onward,
    courtPermission: terms.courtPermission,
    validFrom: utcOf(terms.from),
    validUntil: utcOf(terms.until),
    ...(concludedAt !== 0 && { concludedAt: utcOf(concludedAt) }),
    ...(endedAt !== 0 && { endedAt: utcOf(endedAt) }),
    inForce: status === 'concluded' && terms.from <= now && now < terms.until,
    termsHash,
    parties: terms.parties.map((party, position) => ({
      ...(party.kind === 'participant'
        ? { participant: names.participant(party.who) }
        : { jurisdiction: jurisdictionCode(party.who) }),
      signatory: names.participant(party.signatory),
      // Bit 31 of a number is its sign to JavaScript's shifts, not to division.
      signed: Math.floor(signed / 2 ** position) % 2 === 1,
    })),
  };
}

function otherState(
  line: Exclude<LineState, { kind: 'evidence' | 'agreement' }>,
  names: Names,
): Record<string, unknown> {
  switch (line.kind) {
    case 'hold':
      return { participant: names.participant(line.state.participant), items: line.state.items };
    case 'consent': {
      const { giver, recipient, evidence, purpose, used } = line.state;
      const parties = { giver: names.participant(giver), recipient: names.participant(recipient) };
      return { ...parties, evidence, purpose: bitNames(PURPOSES, purpose), used };
    }
    case 'request': {
      const { requester, asked, purpose, deadline } = line.state;
      const parties = { requester: names.participant(requester), asked: names.participant(asked) };
      return { ...parties, purpose: bitNames(PURPOSES, purpose), deadline: utcOf(deadline) };
    }
    case 'participant':
      return { participant: names.participant(line.state.number) };
    case 'consortium':
      return {};
  }
}

function placeOf<Kind extends LineState['kind']>({ kind, subject, head, anchor, count }: LineOf<Kind>) {
  return { kind, subject, head, anchor, count };
}
