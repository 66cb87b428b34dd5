/** A ledger in memory that several gateways follow, each on its own: judged by the protocol, block by block. */
import { randomBytes } from 'node:crypto';

import { ACTS, codeNumber, kindOf, ruleOf, type Act } from '../../../../protocol/acts.ts';
import { bytesToHex, ZERO, type Hex } from '../../../../protocol/bytes.ts';
import { foundedWorld, foundingHash } from '../../../../protocol/founding.ts';
import { judge } from '../../../../protocol/judge.ts';
import { participantSubject } from '../../../../protocol/ledger.ts';
import { keyWords, termsWords, type Terms } from '../../../../protocol/lists.ts';
import { bitsOf, jurisdictionNumber, POWER, PURPOSES, SCHEME } from '../../../../protocol/names.ts';
import { recordRoot, type WrittenField, type WrittenRecord } from '../../../../protocol/record.ts';
import { sheetHash } from '../../../../protocol/sheet.ts';
import { digestOf, listHash, stated, type Statement } from '../../../../protocol/statement.ts';
import { apply, memoryWorld } from '../../../../protocol/world.ts';
import type { JudgedBlock } from '../../../../server/custody/ports.ts';
import { actor, FOUNDED_AT, FOUNDING, type Actor } from '../../../protocol/support/actors.ts';
import { watch } from '../../../protocol/support/ending.ts';

const DAY = 86_400;
const PERIOD = 10;

export const word = (): Hex => bytesToHex(randomBytes(32));

export interface Fields extends Partial<Omit<Statement, 'act' | 'code'>> {
  readonly list?: readonly Hex[];
  readonly written?: readonly WrittenField[];
  readonly endorsements?: readonly Hex[];
}

export interface Said {
  readonly digest: Hex;
  readonly subject: Hex;
  readonly record?: WrittenRecord;
}

export type TestLedger = ReturnType<typeof openLedger>;

export function openLedger() {
  const world = watch(memoryWorld());
  foundedWorld(FOUNDING, FOUNDED_AT, world);
  const salt = foundingHash(FOUNDING);
  const beginning = { lines: world.lines(), keys: world.keys() };
  const first = { number: 0, hash: word(), time: FOUNDED_AT };
  const blocks: JudgedBlock[] = [];
  let now = FOUNDED_AT + 100;

  /** One statement in a block of its own. */
  function say(by: Actor, act: Act, code: string, fields: Fields): Said {
    const { list = [], written, endorsements = [], ...rest } = fields;
    const record = written && { schema: 'unbroken/evidence/1', fields: written, seed: word() };
    const draft = stated(
      {
        act: ACTS[act].number,
        code: codeNumber(act, code),
        participant: by.participant,
        key: by.id,
        time: now,
        expires: now + DAY,
        record: record ? recordRoot(record) : ZERO,
        ...rest,
      },
      list,
    );
    const { subject } = draft.statement;
    const line = world.line(kindOf(ruleOf(draft.statement.act)!, draft.statement), subject);
    const item = { ...draft, statement: { ...draft.statement, previous: line?.head ?? ZERO } };
    const judgement = judge(world, item, { blockTime: now, endorsements });
    if ('reason' in judgement) throw new Error(`${act} was rejected: ${judgement.reason}`);
    apply(world, judgement.changes);
    const digest = digestOf(item.statement);
    const sheet = sheetHash([digest], salt);
    const judged = { digest, stated: item, sheet, position: 0, changes: judgement.changes };
    blocks.push({
      number: blocks.length + 1,
      hash: word(),
      time: now,
      sheets: [
        {
          ...{ hash: sheet, key: by.id, signature: `0x${'1b'.repeat(65)}`, digests: [digest] },
          ...{ transaction: word(), logIndex: 0, endorsements: [], statements: [judged] },
        },
      ],
    });
    now += PERIOD;
    return { digest, subject, ...(record && { record }) };
  }

  return {
    foundingHash: salt,
    beginning,
    first,
    blocks,
    say,
    now: (): number => now,
    wait: (seconds: number): void => void (now += seconds),

    /** Enrols the keys that a gateway needs for a participant. */
    enrol(by: Actor): { readonly service: Actor; readonly encryption: Actor } {
      const keys = {
        service: actor(by.participant, `service ${by.participant}`, { powers: POWER.service | POWER.receipt }),
        encryption: actor(by.participant, `encryption ${by.participant}`, {
          ...{ scheme: SCHEME.p256, powers: POWER.encryption, acts: 0 },
        }),
      };
      const subject = participantSubject(by.participant);
      for (const each of Object.values(keys)) {
        say(by, 'enrol', 'enrolled', { subject, list: keyWords(each.key), endorsements: [each.id] });
      }
      return keys;
    },

    /** An agreement of jurisdictions, concluded. */
    conclude(fieldPolicy: Hex, parties: readonly (readonly [string, Actor])[]): Hex {
      const terms: Terms = {
        text: word(),
        fieldPolicy,
        purposes: bitsOf(PURPOSES, ['investigate']),
        restrictions: 0,
        onward: 'parties',
        courtPermission: false,
        from: now - DAY,
        until: now + 365 * DAY,
        parties: parties.map(([jurisdiction, { participant }]) => ({
          ...{ kind: 'jurisdiction', who: jurisdictionNumber(jurisdiction), signatory: participant },
        })),
      };
      const list = termsWords(terms);
      const [[, opener], ...others] = parties as [readonly [string, Actor], ...(readonly [string, Actor])[]];
      const { subject } = say(opener, 'conclude', 'signed', { subject: subjectBy(opener), list });
      for (const [, other] of others) say(other, 'conclude', 'signed', { subject, reference: listHash(list) });
      return subject;
    },

    collect: (by: Actor, written: readonly WrittenField[]): Said =>
      say(by, 'collect', 'seized', { subject: subjectBy(by), written }),

    release: (by: Actor, subject: Hex, recipient: number, fields: Fields = {}): Said =>
      say(by, 'release', 'handoff', { subject, recipient, ...fields }),

    /** Across a border, for the one purpose of these agreements. */
    releaseUnder: (by: Actor, subject: Hex, recipient: number, agreement: Hex): Said =>
      say(by, 'release', 'handoff', {
        ...{ subject, recipient, agreement, purpose: bitsOf(PURPOSES, ['investigate']) },
      }),
  };
}

export function subjectBy({ participant }: Actor): Hex {
  return `0x${participant.toString(16).padStart(8, '0')}${randomBytes(28).toString('hex')}`;
}
