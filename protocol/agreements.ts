/** Judgement of what a release may rest on, consents, requests and agreements: protocol.md section 5. */
import { ACT, CODE } from './acts.ts';
import { followingFault, moved, opened, openingFault, reject, type Judgement, type Judging } from './judging.ts';
import type { AgreementState, LineOf } from './ledger.ts';
import { readTerms, readTime, type Party, type Terms } from './lists.ts';
import { jurisdictionNumber } from './names.ts';
import { participantOf, type World } from './world.ts';

export function judgeConsent(judging: Judging): Judgement {
  const { world, statement } = judging;
  const line = world.line('consent', statement.subject);
  if (statement.act === ACT.consent) {
    const fault = openingFault(judging, line);
    if (fault !== undefined) return reject(fault);
    if (participantOf(world, statement.recipient) === undefined) return reject('RECIPIENT');
    const given = opened(judging, 'consent', {
      status: 'given',
      purpose: statement.purpose,
      giver: statement.participant,
      recipient: statement.recipient,
      evidence: statement.reference,
      used: false,
    });
    return { changes: [given] };
  }
  if (line === undefined) return reject('LINE_UNKNOWN');
  const fault = followingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  if (line.state.status === 'withdrawn') return reject('CLOSED');
  if (line.state.giver !== statement.participant) return reject('NOT_AUTHOR');
  return { changes: [moved(judging, line, { ...line.state, status: 'withdrawn' })] };
}

export function judgeRequest(judging: Judging): Judgement {
  const { world, statement } = judging;
  const line = world.line('request', statement.subject);
  if (statement.act === ACT.request) return judgeDemand(judging, line);
  if (line === undefined) return reject('LINE_UNKNOWN');
  const fault = followingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  const { status, asked, requester } = line.state;
  if (statement.act === ACT.answer) {
    if (status !== 'open') return reject('CLOSED');
    if (asked !== statement.participant) return reject('NOT_RECIPIENT');
    const answered = statement.code === CODE.answerGranted ? 'granted' : 'refused';
    return { changes: [moved(judging, line, { ...line.state, status: answered })] };
  }
  if (status === 'withdrawn') return reject('CLOSED');
  if (requester !== statement.participant) return reject('NOT_AUTHOR');
  return { changes: [moved(judging, line, { ...line.state, status: 'withdrawn' })] };
}

function judgeDemand(judging: Judging, line: LineOf<'request'> | undefined): Judgement {
  const { world, statement, list } = judging;
  const fault = openingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  if (participantOf(world, statement.recipient)?.status !== 'active') return reject('RECIPIENT');
  const deadline = readTime(list[0]);
  if (deadline === undefined || deadline <= statement.time) return reject('MALFORMED');
  const demanded = opened(judging, 'request', {
    status: 'open',
    code: statement.code,
    purpose: statement.purpose,
    requester: statement.participant,
    asked: statement.recipient,
    deadline,
  });
  return { changes: [demanded] };
}

export function judgeAgreement(judging: Judging): Judgement {
  const { world, statement, list } = judging;
  const line = world.line('agreement', statement.subject);
  if (statement.act === ACT.conclude && list.length > 0) return judgeTerms(judging, line);
  if (line === undefined) return reject('LINE_UNKNOWN');
  const fault = followingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  return statement.act === ACT.conclude ? judgeSigning(judging, line) : judgeEnd(judging, line);
}

/** The first signature under new terms. */
function judgeTerms(judging: Judging, line: LineOf<'agreement'> | undefined): Judgement {
  const { world, statement, list, blockTime } = judging;
  const fault = openingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  const terms = readTerms(list);
  if (terms === undefined || terms.until <= blockTime) return reject('TERMS');
  if (!terms.parties.every((party) => isSignatoryFit(world, party))) return reject('TERMS');
  const mine = signsFor(terms, statement.participant);
  if (mine === 0) return reject('NOT_PARTY');
  const unsigned: AgreementState = {
    status: 'open',
    number: world.tally().agreements + 1,
    terms,
    termsHash: statement.reference,
    signed: 0,
    concludedAt: 0,
    endedAt: 0,
  };
  return { changes: [opened(judging, 'agreement', signed(unsigned, mine, blockTime))] };
}

/** The signature of another signatory. */
function judgeSigning(judging: Judging, line: LineOf<'agreement'>): Judgement {
  const { statement, blockTime } = judging;
  const { state } = line;
  if (state.status === 'ended') return reject('CLOSED');
  if (statement.reference !== state.termsHash) return reject('TERMS');
  const mine = signsFor(state.terms, statement.participant);
  if (mine === 0) return reject('NOT_PARTY');
  if ((state.signed & mine) !== 0) return reject('SIGNED_ALREADY');
  return { changes: [moved(judging, line, signed(state, mine, blockTime))] };
}

function judgeEnd(judging: Judging, line: LineOf<'agreement'>): Judgement {
  const { statement, blockTime } = judging;
  if (line.state.status === 'ended') return reject('CLOSED');
  // A participant that is a party signs itself, so that the signatories are all who may end an agreement.
  if (signsFor(line.state.terms, statement.participant) === 0) return reject('NOT_PARTY');
  return { changes: [moved(judging, line, { ...line.state, status: 'ended', endedAt: blockTime })] };
}

/** A participant signs itself; a jurisdiction through a participant of its own. */
function isSignatoryFit(world: World, party: Party): boolean {
  const signatory = participantOf(world, party.signatory);
  if (signatory?.status !== 'active') return false;
  const who = party.kind === 'participant' ? signatory.number : jurisdictionNumber(signatory.jurisdiction);
  return party.who === who;
}

/** For which parties a participant signs: bit i is the party at position i. */
function signsFor(terms: Terms, participant: number): number {
  return terms.parties.reduce((bits, party, i) => (party.signatory === participant ? bits | (1 << i) : bits), 0) >>> 0;
}

function signed(state: AgreementState, parties: number, blockTime: number): AgreementState {
  const bits = (state.signed | parties) >>> 0;
  if (bits !== 2 ** state.terms.parties.length - 1) return { ...state, signed: bits };
  return { ...state, status: 'concluded', signed: bits, concludedAt: blockTime };
}
