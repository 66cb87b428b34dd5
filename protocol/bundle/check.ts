/** One named check of a verification. */

export type CheckName =
  | 'ledger'
  | 'succession'
  | 'signatures'
  | 'keys'
  | 'line'
  | 'rules'
  | 'borders'
  | 'times'
  | 'corrections'
  | 'records'
  | 'files'
  | 'proof'
  | 'contracts'
  | 'anchors'
  | 'states'
  | 'sealed'
  | 'validators'
  | 'node'
  | 'trusted time';

export interface BundleCheck {
  readonly name: CheckName;
  readonly result: 'passed' | 'failed' | 'not applicable';
  /** what was found */
  readonly sentence: string;
  /** what that means for the reader */
  readonly meaning: string;
}

/** What a check means, whatever comes of it. */
const MEANINGS: Readonly<Record<CheckName, string>> = {
  ledger: 'Whose keys and contracts these are rests on a ledger file that you had from someone you trust.',
  succession:
    'More than two thirds of the agencies signed what their retired ledger left, and nothing was changed on the way to the next.',
  signatures: 'Nobody but who holds a key can have stated what it signed; nobody can have changed a word of it since.',
  keys: 'Each signer was entitled by its participant to sign this, at that time.',
  line: 'Nothing is missing between the statements of a line, and none is out of place.',
  rules: 'Each step was open to who took it: only a holder releases, only the recipient accepts, a handoff takes two.',
  borders: 'Nothing crossed a border but under an agreement that was in force and covered it, or it is marked as late.',
  times: 'When something happened is the word of who signed; anchoring proves nothing about the time before it.',
  corrections: 'Who corrects, corrects what it said itself on this line; nobody corrects another.',
  records: 'What is shown is word for word what was signed, and what is withheld is named as withheld.',
  files: 'A file is the one that was taken into the records, bit for bit.',
  proof: 'What is said of the ledger is what its block says, not what the maker of this bundle says.',
  contracts: 'The ledger’s rules were applied by the programs that the consortium published, and by no others.',
  anchors:
    'Every statement was included at the time that is given, and the newest is here: none is left out at the end.',
  states: 'Who holds the item, in which state, with which restrictions and holds, is what the ledger stores.',
  sealed: 'The validators of the network vouch for the block; no single one of them can.',
  validators: 'Those who sealed the block are those whom you trust to, or follow from them.',
  node: 'A node that you asked has this block; you rely on that node.',
  'trusted time':
    'What a timestamp is over existed by its time: keys of validators that leak after it can’t have made it.',
};

export function passed(name: CheckName, sentence: string): BundleCheck {
  return { name, result: 'passed', sentence, meaning: MEANINGS[name] };
}

export function failed(name: CheckName, sentence: string): BundleCheck {
  return { name, result: 'failed', sentence, meaning: MEANINGS[name] };
}

export function notApplicable(name: CheckName, sentence: string): BundleCheck {
  return { name, result: 'not applicable', sentence, meaning: MEANINGS[name] };
}

export function decide(name: CheckName, holds: boolean, sentences: { passed: string; failed: string }): BundleCheck {
  return holds ? passed(name, sentences.passed) : failed(name, sentences.failed);
}

/** `1 statement`, `2 statements`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
