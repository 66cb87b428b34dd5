/** States, waits as asked, and shows the outcome. */
import { ACTS, type Act } from '../../protocol/acts.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import { shortHex, table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { state, type StatingOptions } from './state.ts';
import { waitFor, type Outcome, type WaitOptions } from './wait.ts';

export async function perform(
  session: Session,
  options: StatingOptions & WaitOptions,
  requests: readonly StatementRequest[],
  next?: (outcomes: readonly Outcome[]) => string,
): Promise<void> {
  const outcomes = await waitFor(session, await state(session, options, requests), options);
  showOutcomes(session, outcomes, next);
}

export function showOutcomes(
  session: Session,
  outcomes: readonly Outcome[],
  next?: (outcomes: readonly Outcome[]) => string,
): void {
  session.output.result({ statements: outcomes }, () => outcomeLines(outcomes));
  const rejected = outcomes.find(({ progress }) => progress === 'rejected' || progress === 'expired');
  if (rejected) {
    session.output.note(
      `${rejected.progress}: ${rejected.reasonMeaning ?? rejected.reason ?? 'it was not included in time'}.`,
    );
  } else if (next && session.output.watched) {
    session.output.note(next(outcomes));
  }
}

export function outcomeLines(outcomes: readonly Outcome[]): string[] {
  const [only, ...others] = outcomes;
  if (only && others.length === 0) {
    const line = lineName(only.act);
    return [
      `${only.act}  ${only.progress}${only.reason === undefined ? '' : ` (${only.reason})`}, signed by ${signer(only)}`,
      `  ${line.padEnd(9)}  ${only.subject}`,
      `  statement  ${only.digest}`,
    ];
  }
  const rows = outcomes.map((each) => [
    each.act,
    each.subject,
    shortHex(each.digest),
    each.reason ?? each.progress,
    each.signedBy,
  ]);
  return table(['act', 'evidence', 'statement', 'progress', 'signed by'], rows);
}

function signer({ signedBy }: Outcome): string {
  return signedBy === 'service' ? 'the gateway (service key)' : 'your own key';
}

/** What a statement stands on, where its act says that. */
function lineName(act: string): string {
  const { kinds } = ACTS[act as Act];
  return (kinds.length === 1 ? kinds[0] : undefined) ?? 'line';
}
