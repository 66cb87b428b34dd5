/** Tells a ledger's story step by step, checks each outcome, and writes it down as a vector. */
import {
  ACTS,
  codeNumber,
  findAct,
  kindOf,
  ruleOf,
  type Act,
  type Keeper,
  type LineKind,
} from '../../../protocol/acts.ts';
import { bytesToHex, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { ProtocolError, type ProtocolErrorCode } from '../../../protocol/errors.ts';
import type { Endorsement, Outcome } from '../../../protocol/event.ts';
import { encodeFounding, foundedWorld, foundingHash, type Founding } from '../../../protocol/founding.ts';
import { inherit, type Estate } from '../../../protocol/heritage.ts';
import { signHash } from '../../../protocol/key.ts';
import { SCHEME } from '../../../protocol/names.ts';
import { digestsOf, sheetHash } from '../../../protocol/sheet.ts';
import { digestOf, stated, type Stated, type Statement } from '../../../protocol/statement.ts';
import * as submission from '../../../protocol/submission.ts';
import type { Outcomes } from '../../../protocol/submission.ts';
import { encodeStatements, type Item } from '../../../protocol/wire.ts';
import { memoryWorld } from '../../../protocol/world.ts';
import { FOUNDED_AT, FOUNDING, type Actor } from './actors.ts';
import { judged, type Submission } from './judged.ts';
import { watch, writeKey, writeLine } from './ending.ts';
import { PROVENANCE, type Vector, type VectorSheet, type VectorSubmission } from './vector.ts';
import { assert } from './webauthn.ts';

/** Fields by name; the rest is filled in: participant and key, previous (the head), time and expires. */
export interface Fields extends Partial<Omit<Statement, 'act' | 'code'>> {
  readonly list?: readonly Hex[];
}

/** How a sheet departs from what its signer would send. */
export interface Departure {
  /** another contract than the one that keeps the line */
  readonly to?: Keeper;
  /** another signature than the right one */
  readonly sign?: (hash: Hex) => Hex;
  /** other bytes than the right ones */
  readonly bytes?: Uint8Array;
  /** consortium: signatures after the first */
  readonly endorsers?: readonly (Actor | ((hash: Hex) => Endorsement))[];
}

/** A sheet, what is expected of it, and how it departs. */
export interface Told extends Departure {
  readonly by: Actor;
  readonly items: readonly Item[];
  /** absent: whatever the judge says */
  readonly expected?: Outcomes;
}

export interface Setting {
  readonly founding?: Founding;
  /** schemes that the ledger has verifiers for */
  readonly schemes?: readonly number[];
  /** of the block of the founding */
  readonly foundedAt?: number;
  /** what the ledger before it left, all of it inherited */
  readonly inherits?: Estate;
  /** whether the end has all lines and keys, not only those that changed after the founding */
  readonly whole?: boolean;
}

export type Story = ReturnType<typeof newStory>;

const DAY = 86_400;
/** Seconds between blocks. */
const PERIOD = 10;

export function newStory(about: string, setting: Setting = {}) {
  const { founding = FOUNDING, foundedAt = FOUNDED_AT, inherits, whole = false } = setting;
  const { schemes = submission.SCHEMES_ALL } = setting;
  const salt = foundingHash(founding);
  const world = watch(memoryWorld());
  foundedWorld(founding, foundedAt, world);
  for (const leaf of inherits?.leaves() ?? []) {
    const inherited = inherit(world, inherits!.heritage, leaf)!;
    if ('key' in inherited) world.putKey(inherited.key);
    else world.putLine(inherited.line);
  }
  if (!whole) world.forget();
  const ledger: submission.Ledger = { world, foundingHash: salt, schemes };
  const submissions: VectorSubmission[] = [];
  let now = foundedAt + 100;

  function submissionOf(call: VectorSubmission['call'], told: readonly Told[]): Submission {
    return { contract: keeperOf(told[0]!), call, blockTime: now, sheets: told.map((each) => sheetOf(each, salt)) };
  }

  /** Judges and writes down one transaction. */
  function transact(call: VectorSubmission['call'], told: readonly Told[]): void {
    const given = submissionOf(call, told);
    const outcomes = judged(ledger, given);
    const sheets = given.sheets.map((sheet, i): VectorSheet => ({ ...sheet, outcomes: outcomes[i]! }));
    sheets.forEach((sheet, i) => {
      if (told[i]!.expected === undefined) return;
      const expected = JSON.stringify(told[i]!.expected);
      const got = JSON.stringify(sheet.outcomes);
      if (got !== expected) throw new Error(`${about}: ${sheet.about}: expected ${expected}, got ${got}`);
    });
    submissions.push({ ...given, sheets });
    now += PERIOD;
  }

  /** Sends sheets to a contract, in one transaction. */
  function send(...told: readonly Told[]): void {
    transact('submit', told);
  }

  /** A statement on a line, after its head. */
  function state(by: Actor, act: Act, code: string, fields: Fields = {}): Stated {
    const { list = [], ...rest } = fields;
    const time = rest.time ?? now;
    const draft = stated(
      {
        act: ACTS[act].number,
        code: codeNumber(act, code),
        participant: by.participant,
        key: by.id,
        time,
        expires: time + DAY,
        ...rest,
      },
      list,
    );
    const previous = rest.previous ?? headUnder(draft);
    return { ...draft, statement: { ...draft.statement, previous } };
  }

  function headUnder(draft: Stated): Hex {
    const rule = ruleOf(draft.statement.act)!;
    if (rule.opens === 'always' || (rule.opens === 'with list' && draft.list.length > 0)) return ZERO;
    return head(kindOf(rule, draft.statement), draft.statement.subject);
  }

  function head(kind: LineKind, subject: Hex): Hex {
    return world.line(kind, subject)?.head ?? ZERO;
  }

  return {
    about,
    world,
    foundingHash: salt,
    /** Block time of what is sent next. */
    now: (): number => now,
    wait: (seconds: number): void => void (now += seconds),
    head,
    state,
    send,
    transact,

    /** States one thing in a sheet of its own. */
    say(
      by: Actor,
      act: Act,
      code: string,
      fields: Fields,
      expected: Outcome | 'silent' = 'included',
      departure: Departure = {},
    ): Hex {
      const item = state(by, act, code, fields);
      send({ by, items: [item], expected: expected === 'silent' ? expected : [expected], ...departure });
      return digestOf(item.statement);
    },

    /** Declares a handover late: a release with its acceptance, in one transaction. */
    late(release: Told, acceptance: Told): void {
      transact('submitLate', [release, acceptance]);
    },

    /** Sends what makes the call revert as a whole. */
    reverts(call: VectorSubmission['call'], error: 'NotAPair' | 'LedgerRetired', ...told: readonly Told[]): void {
      const given = submissionOf(call, told);
      const code = error === 'NotAPair' ? 'PAIR' : 'RETIRED';
      if (codeOf(() => judged(ledger, given)) !== code) throw new Error(`${about}: ${error} was expected`);
      const sheets = given.sheets.map((sheet): VectorSheet => ({ ...sheet, outcomes: 'silent' }));
      submissions.push({ ...given, sheets, reverts: error });
      now += PERIOD;
    },

    /** The story so far. */
    vector(): Vector {
      const { participants, activeAgencies, agreements } = world.tally();
      return {
        provenance: PROVENANCE,
        about,
        founding: bytesToHex(encodeFounding(founding)),
        foundingHash: salt,
        foundedAt,
        schemes,
        submissions,
        end: {
          lines: world.lines().map(writeLine),
          keys: world.keys().map(writeKey),
          participants,
          activeAgencies,
          agreements,
        },
      };
    },
  };
}

/** A sheet as it is sent, with what helps the reader. */
export function sheetOf(told: Told, salt: Hex): Omit<VectorSheet, 'outcomes'> {
  const { by, items, bytes, sign = (hash: Hex) => signAs(by, hash), endorsers } = told;
  const digests = digestsOf(items);
  const hash = sheetHash(digests, salt);
  const sheet = {
    about: aboutOf(by, items),
    key: by.id,
    signature: sign(hash),
    statements: bytesToHex(bytes ?? encodeStatements(items)),
    ...(bytes === undefined ? { digests, hash } : {}),
  };
  if (endorsers === undefined || keeperOf(told) !== 'consortium') return sheet;
  const endorsements = endorsers.map((endorser) =>
    typeof endorser === 'function' ? endorser(hash) : { key: endorser.id, signature: signAs(endorser, hash) },
  );
  return { ...sheet, endorsements };
}

/** Signs a hash as an actor's key does. */
export function signAs(by: Actor, hash: Hex): Hex {
  return by.key.scheme === SCHEME.webauthn ? assert(by.privateKey, hash) : signHash(by.key.scheme, by.privateKey, hash);
}

function keeperOf({ to, items }: Told): Keeper {
  if (to !== undefined) return to;
  const first = items.find((item) => typeof item === 'object');
  return (first === undefined ? undefined : ruleOf(first.statement.act)?.keeper) ?? 'custody';
}

function aboutOf(by: Actor, items: readonly Item[]): string {
  const acts = items.map((item) => (typeof item === 'string' ? 'digest' : actAbout(item)));
  const counted = [...new Set(acts)].map((act) => {
    const count = acts.filter((each) => each === act).length;
    return count > 1 ? `${count} × ${act}` : act;
  });
  return `participant ${by.participant}: ${counted.join(', ')}`;
}

function actAbout({ statement }: Stated): string {
  const act = findAct(statement.act);
  if (act === undefined) return `act ${statement.act}`;
  return `${act} ${ACTS[act].codes[statement.code - 1] ?? statement.code}`;
}

function codeOf(run: () => unknown): ProtocolErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
