/** The terms of an agreement as people write them: names where the ledger has numbers. */
import { ZERO, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Party, Terms } from './lists.ts';
import { bitsOf, jurisdictionNumber, PURPOSES, RESTRICTIONS, type Onward } from './names.ts';

export interface NamedTerms {
  /** digest of the text */
  readonly text: Hex;
  /** hash of the field policy; left out: no field may travel */
  readonly fieldPolicy?: Hex;
  readonly purposes: readonly string[];
  /** those that a release may add */
  readonly restrictions?: readonly string[];
  /** `none` if left out */
  readonly onward?: Onward;
  /** whether court use needs the consent of every origin */
  readonly courtPermission?: boolean;
  readonly from: number;
  /** first second after it */
  readonly until: number;
  readonly parties: readonly NamedParty[];
}

/** A participant, which signs itself, or a jurisdiction with the participant that signs for it. */
export type NamedParty =
  { readonly participant: string | number } | { readonly jurisdiction: string; readonly signatory: string | number };

/**
 * @param numberOf the number of a participant, by its code or number
 * @throws ProtocolError UNKNOWN_NAME
 */
export function termsOf(named: NamedTerms, numberOf: (participant: string | number) => number): Terms {
  if (named.purposes.length === 0) throw new ProtocolError('UNKNOWN_NAME', 'an agreement has at least one purpose');
  return {
    text: named.text,
    fieldPolicy: named.fieldPolicy ?? ZERO,
    purposes: bitsOf(PURPOSES, named.purposes),
    restrictions: bitsOf(RESTRICTIONS, named.restrictions ?? []),
    onward: named.onward ?? 'none',
    courtPermission: named.courtPermission ?? false,
    from: named.from,
    until: named.until,
    parties: named.parties.map((party) => partyOf(party, numberOf)),
  };
}

function partyOf(party: NamedParty, numberOf: (participant: string | number) => number): Party {
  if ('participant' in party) {
    const number = numberOf(party.participant);
    return { kind: 'participant', who: number, signatory: number };
  }
  return { kind: 'jurisdiction', who: jurisdictionNumber(party.jurisdiction), signatory: numberOf(party.signatory) };
}
