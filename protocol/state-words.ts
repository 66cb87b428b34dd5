/** The state words of lines and keys, byte for byte as the contracts store them: protocol.md 7, storage.md. */
import { hexToBytes, readHex, readUint, writeUint, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import {
  AGREEMENT_STATUS,
  CONSENT_STATUS,
  CONSORTIUM_STATUS,
  HOLD_STATUS,
  REQUEST_STATUS,
  unpackNumbers,
  unpackOrigins,
  type AgreementState,
  type ConsentState,
  type ConsortiumState,
  type EvidenceState,
  type HoldState,
  type KeyState,
  type LineState,
  type ParticipantState,
  type RequestState,
} from './ledger.ts';
import type { Terms } from './lists.ts';
import { jurisdictionCode, jurisdictionNumber, KIND, nameOf, ONWARD, PARTICIPANT_STATUS } from './names.ts';
import { EVIDENCE_STATUS } from './transitions.ts';

/** A field of a word: offset from the most significant byte, size, value. */
type Part = readonly [offset: number, size: number, value: number];

function pack(...parts: readonly Part[]): Hex {
  const bytes = new Uint8Array(32);
  for (const [offset, size, value] of parts) writeUint(bytes, offset, value, size);
  return readHex(bytes, 0, 32);
}

/** Reads fields out of a word, and makes sure that nothing else stands in it. */
function unpack<T>(
  word: Hex,
  read: (field: (offset: number, size: number) => number) => T,
  repack: (state: T) => Hex,
): T {
  const bytes = hexToBytes(word);
  let state: T;
  try {
    state = read((offset, size) => readUint(bytes, offset, size));
  } catch (cause) {
    throw new ProtocolError('STATE', `${word} is no such state`, { cause });
  }
  if (repack(state) !== word) throw new ProtocolError('STATE', `${word} is no such state`);
  return state;
}

/** The state word of any line. */
export function stateWord(line: LineState): Hex {
  switch (line.kind) {
    case 'evidence':
      return packEvidence(line.state);
    case 'hold':
      return packHold(line.state);
    case 'consent':
      return packConsent(line.state);
    case 'request':
      return packRequest(line.state);
    case 'agreement':
      return packAgreement(line.state);
    case 'participant':
      return packParticipant(line.state);
    case 'consortium':
      return packConsortium(line.state);
  }
}

function packConsortium({ status, tag = `0x${'0'.repeat(16)}` }: ConsortiumState): Hex {
  const word = pack([0, 1, CONSORTIUM_STATUS[status]]);
  return `0x${word.slice(2, 4)}${tag.slice(2)}${word.slice(20)}`;
}

export function packEvidence(state: EvidenceState): Hex {
  return pack(
    [0, 1, EVIDENCE_STATUS[state.status]],
    [1, 1, state.marks],
    [2, 1, state.holds],
    [3, 1, state.crossing ? 1 : 0],
    [4, 4, state.holder],
    [8, 2, state.restrictions],
    [10, 2, state.purposes],
    [12, 4, state.recipient],
    [16, 4, state.recipientKey],
    [20, 4, state.releaseKey],
    [24, 4, state.agreement],
    [28, 2, state.purpose],
    [30, 2, state.releaseRestrictions],
  );
}

/**
 * The state of an evidence line from its three words.
 * @throws ProtocolError STATE
 */
export function unpackEvidence(subject: Hex, word: Hex, originsWord: Hex, basesWord: Hex): EvidenceState {
  const origins = unpackOrigins(subject, originsWord);
  const bases = unpackNumbers(basesWord);
  return unpack(
    word,
    (field): EvidenceState => ({
      status: nameOf(EVIDENCE_STATUS, field(0, 1)),
      marks: field(1, 1),
      holds: field(2, 1),
      crossing: field(3, 1) === 1,
      holder: field(4, 4),
      restrictions: field(8, 2),
      purposes: field(10, 2),
      recipient: field(12, 4),
      recipientKey: field(16, 4),
      releaseKey: field(20, 4),
      agreement: field(24, 4),
      purpose: field(28, 2),
      releaseRestrictions: field(30, 2),
      origins,
      bases,
    }),
    packEvidence,
  );
}

export function packHold(state: Pick<HoldState, 'status' | 'participant'>): Hex {
  return pack([0, 1, HOLD_STATUS[state.status]], [4, 4, state.participant]);
}

export function unpackHold(word: Hex): Pick<HoldState, 'status' | 'participant'> {
  const read = (field: (offset: number, size: number) => number) => ({
    status: nameOf(HOLD_STATUS, field(0, 1)),
    participant: field(4, 4),
  });
  return unpack(word, read, packHold);
}

/** What the word of a consent's state has; evidence and use are kept beside. */
export type ConsentWord = Omit<ConsentState, 'evidence' | 'used'>;

export function packConsent(state: ConsentWord): Hex {
  return pack(
    [0, 1, CONSENT_STATUS[state.status]],
    [2, 2, state.purpose],
    [4, 4, state.giver],
    [8, 4, state.recipient],
  );
}

export function unpackConsent(word: Hex): ConsentWord {
  return unpack(
    word,
    (field): ConsentWord => ({
      status: nameOf(CONSENT_STATUS, field(0, 1)),
      purpose: field(2, 2),
      giver: field(4, 4),
      recipient: field(8, 4),
    }),
    packConsent,
  );
}

export function packRequest(state: RequestState): Hex {
  return pack(
    [0, 1, REQUEST_STATUS[state.status]],
    [1, 1, state.code],
    [2, 2, state.purpose],
    [4, 4, state.requester],
    [8, 4, state.asked],
    [12, 5, state.deadline],
  );
}

export function unpackRequest(word: Hex): RequestState {
  return unpack(
    word,
    (field): RequestState => ({
      status: nameOf(REQUEST_STATUS, field(0, 1)),
      code: field(1, 1),
      purpose: field(2, 2),
      requester: field(4, 4),
      asked: field(8, 4),
      deadline: field(12, 5),
    }),
    packRequest,
  );
}

/** What the word of an agreement's state has. */
export interface AgreementWord extends Omit<AgreementState, 'terms' | 'termsHash'> {
  readonly parties: number;
}

export function packAgreement(state: AgreementState): Hex {
  return packAgreementWord({ ...state, parties: state.terms.parties.length });
}

function packAgreementWord(state: AgreementWord): Hex {
  return pack(
    [0, 1, AGREEMENT_STATUS[state.status]],
    [1, 1, state.parties],
    [4, 4, state.number],
    [8, 4, state.signed],
    [12, 5, state.concludedAt],
    [17, 5, state.endedAt],
  );
}

export function unpackAgreement(word: Hex): AgreementWord {
  return unpack(
    word,
    (field): AgreementWord => ({
      status: nameOf(AGREEMENT_STATUS, field(0, 1)),
      parties: field(1, 1),
      number: field(4, 4),
      signed: field(8, 4),
      concludedAt: field(12, 5),
      endedAt: field(17, 5),
    }),
    packAgreementWord,
  );
}

/** What the gate needs of an agreement's terms, as stored by the agreement's number. */
export function packTerms(terms: Terms): Hex {
  return pack(
    [0, 2, terms.purposes],
    [2, 2, terms.restrictions],
    [4, 1, ONWARD[terms.onward]],
    [5, 1, terms.courtPermission ? 1 : 0],
    [6, 5, terms.from],
    [11, 5, terms.until],
  );
}

/** What the word of a participant's state has; its number is in the subject, its code beside. */
export type ParticipantWord = Omit<ParticipantState, 'number' | 'code'>;

export function packParticipant(state: ParticipantWord): Hex {
  return pack(
    [0, 1, PARTICIPANT_STATUS[state.status]],
    [1, 1, KIND[state.kind]],
    [2, 2, jurisdictionNumber(state.jurisdiction)],
    [4, 4, state.sponsor],
  );
}

export function unpackParticipant(word: Hex): ParticipantWord {
  return unpack(
    word,
    (field): ParticipantWord => ({
      status: nameOf(PARTICIPANT_STATUS, field(0, 1)),
      kind: nameOf(KIND, field(1, 1)),
      jurisdiction: jurisdictionCode(field(2, 2)),
      sponsor: field(4, 4),
    }),
    packParticipant,
  );
}

/** What the word of a key has; its public key is kept beside. */
export type KeyWord = Omit<KeyState, 'id' | 'x' | 'y'>;

export function packKey(key: KeyWord): Hex {
  return pack(
    [0, 4, key.participant],
    [4, 4, key.number],
    [8, 1, key.scheme],
    [9, 1, key.powers],
    [10, 4, key.acts],
    [14, 5, key.from],
    [19, 5, key.until],
    [24, 5, key.revokedAt],
    [29, 1, key.marks],
  );
}

export function unpackKey(word: Hex): KeyWord {
  return unpack(
    word,
    (field): KeyWord => ({
      participant: field(0, 4),
      number: field(4, 4),
      scheme: field(8, 1),
      powers: field(9, 1),
      acts: field(10, 4),
      from: field(14, 5),
      until: field(19, 5),
      revokedAt: field(24, 5),
      marks: field(29, 1),
    }),
    packKey,
  );
}
