/** Whether a statement has the form of its act: protocol.md section 4, step 2 of section 5. */
import { ACT, CODE, type ActRule, type Field } from './acts.ts';
import { ZERO } from './bytes.ts';
import { ALL_PURPOSES, ALL_RESTRICTIONS } from './names.ts';
import { listHash, type Stated, type Statement } from './statement.ts';

const FIELDS: readonly Field[] = [
  'recipient',
  'recipientKey',
  'agreement',
  'request',
  'reference',
  'list',
  'purpose',
  'restrictions',
];

/** The number of words of an enrolled key, and of a new member with its first key. */
const KEY_WORDS = 7;
const MEMBER_WORDS = 11;

export function isWellFormed(rule: ActRule, { statement, list }: Stated): boolean {
  if (statement.code < 1 || statement.code > rule.codes.length) return false;
  for (const field of FIELDS) {
    if (carries(statement, list.length, field)) {
      if (!rule.must.includes(field) && !rule.may.includes(field)) return false;
    } else if (rule.must.includes(field)) {
      return false;
    }
  }
  if (list.length > 0) {
    if (list.length < rule.words[0] || list.length > rule.words[1]) return false;
    if (listHash(list) !== statement.reference) return false;
  }
  if ((statement.purpose & ~ALL_PURPOSES) !== 0 || (statement.restrictions & ~ALL_RESTRICTIONS) !== 0) return false;
  return isWellFormedFor(rule.number, statement, list.length);
}

/** What the table does not say. */
function isWellFormedFor(act: number, statement: Statement, words: number): boolean {
  switch (act) {
    case ACT.consent:
      return (statement.purpose & (statement.purpose - 1)) === 0;
    case ACT.conclude:
      return words > 0 || statement.reference !== ZERO;
    case ACT.enrol:
      return words === (statement.subject === ZERO ? KEY_WORDS + 1 : KEY_WORDS);
    case ACT.admit:
      return words === (statement.code === CODE.admitNew ? MEMBER_WORDS : 1);
    default:
      return true;
  }
}

function carries(statement: Statement, words: number, field: Field): boolean {
  switch (field) {
    case 'list':
      return words > 0;
    case 'reference':
      return words === 0 && statement.reference !== ZERO;
    case 'recipientKey':
    case 'agreement':
    case 'request':
      return statement[field] !== ZERO;
    case 'recipient':
    case 'purpose':
    case 'restrictions':
      return statement[field] !== 0;
  }
}
