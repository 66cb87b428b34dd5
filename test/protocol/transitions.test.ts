/** Every cell of the table act × state × who (protocol.md 4.2), by everybody. */
import { expect } from 'chai';
import { judge } from '../../protocol/judge.ts';
import { TRANSITIONS, type Row } from '../../protocol/transitions.ts';
import { bring, reasonOfEmptyCell, ROLES, stateRow, STATUSES, WHO, type Role } from './support/table.ts';
import { newStory } from './support/story.ts';
import { subjectOf } from './support/actors.ts';

const REASON = { holder: 'NOT_HOLDER', recipient: 'NOT_RECIPIENT', 'holder or origin': 'NOT_AUTHOR' } as const;

describe('the table of acts, states and who', () => {
  for (const status of STATUSES) {
    const story = newStory(status);
    const item = bring(story, status);
    for (const row of Object.keys(TRANSITIONS) as Row[]) {
      for (const role of Object.keys(ROLES) as Role[]) {
        const cell = TRANSITIONS[row][status];
        // Lines are opened by the number in front of their subject.
        const opens = row === 'collect' || row === 'derive';
        const subject = opens && status === 'none' ? subjectOf(ROLES[role].participant, 'new') : item;
        it(`${row} in ${status} by the ${role}`, () => {
          const judged = judge(story.world, stateRow(story, row, ROLES[role], subject), { blockTime: story.now() });
          if ('reason' in cell) {
            const foreign = opens && role !== 'origin';
            expect(judged).to.deep.equal({ reason: foreign ? 'FOREIGN_NUMBER' : reasonOfEmptyCell(row, status) });
          } else if (row === 'derive') {
            // Its parent is none.
            expect(judged).to.deep.equal({ reason: 'PARENTS' });
          } else if (!WHO[cell.who].includes(role)) {
            expect(judged).to.deep.equal({ reason: REASON[cell.who as keyof typeof REASON] });
          } else {
            expect(judged).to.have.nested.property('changes[0].line.state.status', cell.to);
          }
        });
      }
    }
  }
});
