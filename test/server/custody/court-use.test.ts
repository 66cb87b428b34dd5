import { expect } from 'chai';

import { wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import {
  packNumbers,
  participantSubject,
  type AgreementState,
  type ConsentState,
  type EvidenceState,
  type LineOf,
  type LineState,
  type ParticipantState,
} from '../../../protocol/ledger.ts';
import { PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import { memoryWorld } from '../../../protocol/world.ts';
import { checkCourtUse } from '../../../server/custody/court-use.ts';
import { lineOf, collected } from '../store/samples.ts';

const [BKA, PN, COURT] = [1, 2, 3];

describe('use in court', () => {
  const world = memoryWorld();
  const line = <Kind extends LineState['kind']>(kind: Kind, subject: Hex, state: LineOf<Kind>['state']): LineOf<Kind> =>
    ({ kind, subject, head: ZERO, anchor: ZERO, count: 1, state }) as unknown as LineOf<Kind>;
  const KINDS: readonly (readonly [number, string, ParticipantState['kind']])[] = [
    [BKA, 'DE-BKA', 'agency'],
    [PN, 'FR-PN', 'agency'],
    [COURT, 'FR-TJ', 'court'],
  ];
  for (const [number, code, kind] of KINDS) {
    const state = { number, code, kind, jurisdiction: code.slice(0, 2), sponsor: 0, status: 'active' } as const;
    world.putLine(line('participant', participantSubject(number), state));
  }
  for (const [number, courtPermission] of [
    [1, false],
    [2, true],
  ] as const) {
    const terms = { courtPermission } as AgreementState['terms'];
    world.putLine(line('agreement', packNumbers([1, number]), { number, terms } as AgreementState));
  }
  const item = (state: Partial<EvidenceState>): LineOf<'evidence'> =>
    lineOf(collected(BKA), { holder: PN, origins: [BKA], ...state });
  const consent = (evidence: Hex, state: Partial<ConsentState> = {}): LineOf<'consent'> =>
    line('consent', wordOf(77), {
      ...{ status: 'given', purpose: PURPOSES.court, giver: BKA, recipient: PN, evidence, used: false },
      ...state,
    });
  const missing = (evidence: LineOf<'evidence'>, by: number, consents: readonly LineOf<'consent'>[] = []): string => {
    try {
      checkCourtUse(world, evidence, by, consents);
      return 'nobody';
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      expect(code).to.equal('COURT_PERMISSION');
      return /consent of ([^.]+)\. Ask/.exec(message)?.[1] ?? message;
    }
  };

  it('is free, unless a restriction or an agreement says otherwise', () => {
    expect(missing(item({}), PN)).to.equal('nobody');
    expect(missing(item({ restrictions: RESTRICTIONS.H2, bases: [1] }), PN)).to.equal('nobody');
    expect(missing(item({ restrictions: RESTRICTIONS.H1 | RESTRICTIONS.H2 }), PN)).to.equal('DE-BKA');
    expect(missing(item({ bases: [1, 2] }), PN)).to.equal('DE-BKA');
  });

  it('needs every origin but the one that asks', () => {
    const shared = item({ restrictions: RESTRICTIONS.H1, origins: [BKA, PN] });
    expect(missing(shared, PN)).to.equal('DE-BKA');
    expect(missing(shared, BKA)).to.equal('FR-PN');
    expect(missing(shared, COURT)).to.equal('DE-BKA, FR-PN');
    const both = [consent(shared.subject), consent(shared.subject, { giver: PN, recipient: COURT })];
    expect(missing(shared, PN, both)).to.equal('nobody');
  });

  it('needs a consent to this, for a court, that was not withdrawn', () => {
    const bound = item({ bases: [2] });
    const given = (state: Partial<ConsentState>, by = PN): string =>
      missing(bound, by, [consent(bound.subject, state)]);
    expect(given({})).to.equal('nobody');
    expect(given({ used: true })).to.equal('nobody');
    expect(given({ recipient: COURT })).to.equal('nobody');
    expect(given({ recipient: COURT }, COURT)).to.equal('nobody');
    // What came to a court with permission it may use, whatever the purpose was.
    expect(given({ recipient: COURT, purpose: PURPOSES.prosecute }, COURT)).to.equal('nobody');
    expect(given({ recipient: COURT, purpose: PURPOSES.prosecute })).to.equal('DE-BKA');
    expect(given({ purpose: PURPOSES.prosecute })).to.equal('DE-BKA');
    expect(given({ status: 'withdrawn' })).to.equal('DE-BKA');
    expect(given({ recipient: BKA })).to.equal('DE-BKA');
    expect(given({ giver: PN })).to.equal('DE-BKA');
    expect(missing(bound, PN, [consent(wordOf(5))])).to.equal('DE-BKA');
  });
});
