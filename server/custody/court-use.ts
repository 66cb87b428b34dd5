/** Whether an item may be laid before a court: the same rule as the gate's for a release to one (protocol.md 6). */
import type { EvidenceState, LineOf } from '../../protocol/ledger.ts';
import { PURPOSES, RESTRICTIONS } from '../../protocol/names.ts';
import { participantOf, type World } from '../../protocol/world.ts';
import { CustodyError } from './gateway.ts';

/**
 * @param participant who asks for the bundle
 * @param consents of this item
 * @throws CustodyError COURT_PERMISSION that says whom to ask
 */
export function checkCourtUse(
  world: World,
  { subject, state }: LineOf<'evidence'>,
  participant: number,
  consents: readonly LineOf<'consent'>[],
): void {
  if (!needsPermission(world, state)) return;
  const givers = new Set(
    consents
      .filter(({ state: consent }) => {
        if (consent.status !== 'given' || consent.evidence !== subject) return false;
        const toCourt = participantOf(world, consent.recipient)?.kind === 'court';
        // As at the gate: a court may use what came to it with permission, whatever the purpose.
        if (consent.recipient === participant && toCourt) return true;
        return (consent.purpose & PURPOSES.court) !== 0 && (toCourt || consent.recipient === participant);
      })
      .map(({ state: { giver } }) => giver),
  );
  const missing = state.origins.filter((origin) => origin !== participant && !givers.has(origin));
  if (missing.length === 0) return;
  const codeOf = (number: number): string => participantOf(world, number)?.code ?? `participant ${number}`;
  throw new CustodyError(
    'COURT_PERMISSION',
    `Use in court needs the consent of ${missing.map(codeOf).join(', ')}. Ask for: act consent, reference ${subject}, ` +
      `recipient ${codeOf(participant)} or the court, purpose court. Then ask again.`,
  );
}

function needsPermission(world: World, { restrictions, bases }: EvidenceState): boolean {
  if ((restrictions & RESTRICTIONS.H1) !== 0) return true;
  return bases.some((number) => world.agreement(number)?.state.terms.courtPermission === true);
}
