/**
 * What a bundle tells, in words and in the order of the ledger: for pages, papers and other formats. Whether it is
 * true is another question, which `verifyBundle` answers.
 */
import { ACT, ACTS, CODE, findAct, type Act, type LineKind } from '../acts.ts';
import { ZERO, type Hex } from '../bytes.ts';
import {
  MARK_LATE,
  type AgreementState,
  type EvidenceState,
  type LineOf,
  type LineState,
  type ParticipantState,
} from '../ledger.ts';
import { namesOf, PURPOSES, RESTRICTIONS, type Purpose, type Restriction } from '../names.ts';
import type { Disclosure } from '../record.ts';
import { SCHEMES_ALL } from '../submission.ts';
import type { World } from '../world.ts';
import type { Bundle } from './form.ts';
import { isAbroad, readContents, replay, type Entry } from './replay.ts';

export interface Told {
  readonly subject: Hex;
  /** newest digest; absent: the ledger's rules don't take what is here */
  readonly head?: Hex;
  readonly participants: readonly ParticipantState[];
  /** the item that the bundle is about, then those it was derived from */
  readonly items: readonly ToldItem[];
  readonly agreements: readonly (AgreementState & { readonly subject: Hex })[];
  readonly steps: readonly ToldStep[];
}

/** An item of evidence as it is at the end. */
export interface ToldItem extends Pick<EvidenceState, 'status' | 'holder' | 'holds' | 'origins'> {
  readonly subject: Hex;
  /** whom it is in transit to; 0: it is not in transit, or on its way back */
  readonly recipient: number;
  readonly restrictions: readonly Restriction[];
  readonly parents: readonly Hex[];
  /** whether a late declaration stands on its line, or on a parent's */
  readonly late: boolean;
}

/** A statement of an evidence line, or of a line that the trail rests on. */
export interface ToldStep {
  readonly digest: Hex;
  /** hash of the sheet under whose signature it is */
  readonly sheet: Hex;
  readonly kind: LineKind;
  readonly subject: Hex;
  readonly act: Act;
  /** the name of its code */
  readonly code: string;
  readonly participant: number;
  readonly key: Hex;
  /** when it happened, as claimed; seconds */
  readonly time: number;
  /** time of the block that took it; seconds */
  readonly included: number;
  /** 0: none */
  readonly recipient: number;
  readonly agreement?: Hex;
  readonly request?: Hex;
  readonly purposes: readonly Purpose[];
  readonly restrictions: readonly Restriction[];
  /** of evidence: the items it was derived from */
  readonly parents: readonly Hex[];
  /** of a release: the consents that it uses; of a hold: the items */
  readonly list: readonly Hex[];
  /** the statement that it corrects, or the item that a consent is for */
  readonly reference?: Hex;
  /** whether it was declared after it happened */
  readonly late: boolean;
  /** across a border: a release whose recipient is of another jurisdiction */
  readonly crossing: boolean;
  /** root of its record; absent: nothing was written */
  readonly record?: Hex;
  /** of that record, what is shown */
  readonly disclosure?: Disclosure;
  /** the item after it; absent beside lines of evidence, and where the rules don't take it */
  readonly then?: Pick<EvidenceState, 'status' | 'holder' | 'recipient' | 'holds'>;
}

/**
 * @throws ProtocolError BUNDLE, UNREADABLE or FOUNDING if the bundle is not usable
 */
export function tellBundle(bundle: Bundle): Told {
  const contents = readContents(bundle);
  const disclosures = new Map(bundle.disclosures.map(({ digest, disclosure }) => [digest, disclosure]));
  const after = new Map<Hex, EvidenceState>();
  const { world, lines } = replay(bundle, contents, { schemes: SCHEMES_ALL }, ({ digest, kind, stated }, taken) => {
    const line = kind === 'evidence' ? taken.line(kind, stated.statement.subject) : undefined;
    if (line !== undefined) after.set(digest, line.state);
  });
  const parents = new Map(
    contents.entries.flatMap(({ stated: { statement, list } }) =>
      statement.act === ACT.derive ? [[statement.subject, list] as const] : [],
    ),
  );
  const head = world.line('evidence', bundle.subject)?.head;
  return {
    subject: bundle.subject,
    ...(head !== undefined && { head }),
    participants: linesOf(lines, 'participant').map(({ state }) => state),
    items: linesOf(lines, 'evidence')
      .map((line) => itemOf(line, parents.get(line.subject) ?? []))
      .sort((a, b) => Number(b.subject === bundle.subject) - Number(a.subject === bundle.subject)),
    agreements: linesOf(lines, 'agreement').map(({ subject, state }) => ({ subject, ...state })),
    steps: contents.entries.map((entry) =>
      stepOf(entry, world, disclosures.get(entry.digest), after.get(entry.digest)),
    ),
  };
}

function linesOf<K extends LineKind>(lines: readonly LineState[], kind: K): LineOf<K>[] {
  return lines.filter((line): line is LineOf<K> & LineState => line.kind === kind);
}

function itemOf({ subject, state }: LineOf<'evidence'>, parents: readonly Hex[]): ToldItem {
  const { status, holder, holds, origins, recipient, marks } = state;
  const restrictions = namesOf(RESTRICTIONS, state.restrictions);
  return { subject, status, holder, holds, origins, recipient, restrictions, parents, late: (marks & MARK_LATE) !== 0 };
}

function stepOf(
  { digest, stated: { statement, list }, sheet, kind, time }: Entry,
  world: World,
  disclosure: Disclosure | undefined,
  then: EvidenceState | undefined,
): ToldStep {
  const { subject, participant, key, recipient, agreement, request, reference, record } = statement;
  const act = findAct(statement.act)!;
  const codes: readonly string[] = ACTS[act].codes;
  const isDerivation = act === 'derive';
  return {
    digest,
    sheet: sheet.hash,
    kind,
    subject,
    act,
    // A code that there is not: the rules of the ledger don't take it.
    code: codes[statement.code - 1] ?? String(statement.code),
    participant,
    key,
    time: statement.time,
    included: time,
    recipient,
    ...(agreement !== ZERO && { agreement }),
    ...(request !== ZERO && { request }),
    purposes: namesOf(PURPOSES, statement.purpose),
    restrictions: namesOf(RESTRICTIONS, statement.restrictions),
    parents: isDerivation ? list : [],
    list: isDerivation ? [] : list,
    ...(reference !== ZERO && list.length === 0 && { reference }),
    late: act === 'release' && statement.code === CODE.releaseLate,
    crossing: act === 'release' && isAbroad(world, statement),
    ...(record !== ZERO && { record }),
    ...(disclosure && { disclosure }),
    ...(then && { then: { status: then.status, holder: then.holder, recipient: then.recipient, holds: then.holds } }),
  };
}
