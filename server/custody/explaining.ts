/** A reason in the words of the case at hand, where the plain meaning leaves people asking who and what. */
import type { Hex } from '../../protocol/bytes.ts';
import { PURPOSES, namesOf } from '../../protocol/names.ts';
import { reasonMeaning, type Reason } from '../../protocol/reasons.ts';
import type { Stated } from '../../protocol/statement.ts';
import { participantOf, type World } from '../../protocol/world.ts';

/** What the ledger would say, and what to do about it. */
export function explained(reason: Reason, { statement, list }: Stated, world: World): string {
  const meaning = reasonMeaning(reason);
  const codeOf = (number: number): string => participantOf(world, number)?.code ?? `participant ${number}`;
  const purpose = namesOf(PURPOSES, statement.purpose).join(', ');
  switch (reason) {
    case 'CONSENT_MISSING': {
      const missing = missingConsents(statement.subject, list, world).map(codeOf);
      return (
        `${meaning}. Each of ${missing.join(', ')} must consent: act consent, reference ${statement.subject}, ` +
        `recipient ${codeOf(statement.recipient)}, purpose ${purpose || '(the release names none)'}. ` +
        'Then name the consents in the list of the release.'
      );
    }
    case 'CONSENT':
      return (
        `${meaning}. A consent that is listed has to be of this item, to ${codeOf(statement.recipient)}, ` +
        `for exactly the purpose ${purpose || '(the release names none)'}, and not withdrawn; see /v1/consents.`
      );
    case 'CONSENT_USED':
      return `${meaning}. A consent is good for one transfer: ask for a new one.`;
    default:
      return meaning;
  }
}

/** Origins without a consent in the list. */
function missingConsents(subject: Hex, list: readonly Hex[], world: World): readonly number[] {
  const line = world.line('evidence', subject)?.state;
  const givers = new Set(list.map((consent) => world.line('consent', consent)?.state.giver));
  return (line?.origins ?? []).filter((origin) => origin !== line?.holder && !givers.has(origin));
}
