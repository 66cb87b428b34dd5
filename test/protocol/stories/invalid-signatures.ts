/** What leaves no trace: sheets that don't parse, and signatures that prove nothing. */
import { concat, hexToBytes, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { signHash } from '../../../protocol/key.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { keyWords } from '../../../protocol/lists.ts';
import { POWER, SCHEME } from '../../../protocol/names.ts';
import { sheetHash } from '../../../protocol/sheet.ts';
import { digestOf, type Stated } from '../../../protocol/statement.ts';
import { encodeStatements } from '../../../protocol/wire.ts';
import { SCHEMES_CORE } from '../../../protocol/submission.ts';
import { actor, BKA, PJ, subjectOf, type Actor } from '../support/actors.ts';
import { signAs, type Departure, type Story } from '../support/story.ts';
import { assert, type Assertion } from '../support/webauthn.ts';
import { enrolled, type Tale } from './scenes.ts';

const ORDER = {
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
} as const;

/** The other signature that the same equation admits. */
function highS(signature: Hex, order: bigint): Hex {
  const s = order - BigInt(`0x${signature.slice(66, 130)}`);
  const v = signature.slice(130);
  const flipped = v === '' ? '' : v === '1b' ? '1c' : '1b';
  return `${signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${flipped}` as Hex;
}

function item(story: Story, by: Actor = BKA): Stated {
  return story.state(by, 'collect', 'seized', { subject: subjectOf(by.participant, 'phone') });
}

/** A sheet that is good but for its signature. */
function unsigned(file: string, about: string, sign: (hash: Hex, story: Story) => Hex): Tale {
  return {
    file: `invalid/unsigned-${file}`,
    about,
    tell(story) {
      story.send({ by: BKA, items: [item(story)], expected: 'silent', sign: (hash) => sign(hash, story) });
    },
  };
}

/** A sheet whose signature by an enrolled key of this scheme is not the right one. */
function unsignedBy(file: string, about: string, scheme: number, sign: (hash: Hex, by: Actor) => Hex): Tale {
  return {
    file: `invalid/unsigned-${file}`,
    about,
    tell(story) {
      const by = actor(BKA.participant, 'officer', { scheme });
      enrolled(story, BKA, by);
      story.send({ by, items: [item(story, by)], expected: 'silent', sign: (hash) => sign(hash, by) });
    },
  };
}

function asserted(file: string, about: string, assertion: (hash: Hex) => Assertion): Tale {
  return unsignedBy(`webauthn-${file}`, about, SCHEME.webauthn, (hash, by) =>
    assert(by.privateKey, hash, assertion(hash)),
  );
}

/** A sheet with other bytes than its statement's, signed as if they could be read. */
function unreadable(file: string, about: string, bytes: (right: Uint8Array, story: Story) => Uint8Array): Tale {
  return {
    file: `invalid/unreadable-${file}`,
    about,
    tell(story) {
      const stated = item(story);
      const right = encodeStatements([stated]);
      story.send({ by: BKA, items: [stated], expected: 'silent', bytes: bytes(right, story) });
    },
  };
}

function withByte(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const changed = bytes.slice();
  changed[offset] = value;
  return changed;
}

const WORD_HEX = keccakOfText('a word');
const WORD = hexToBytes(WORD_HEX);
const NO_WORD = hexToBytes(ZERO);
const ANOTHER: Departure = { sign: (hash) => signHash(SCHEME.secp256k1, keccakOfText('nobody'), hash) };

export const SIGNATURES: readonly Tale[] = [
  {
    file: 'invalid/unsigned-not-enrolled',
    about: 'The signature is right, its key is nobody’s',
    tell(story) {
      const stranger = actor(BKA.participant, 'stranger');
      story.send({ by: stranger, items: [item(story, stranger)], expected: 'silent' });
    },
  },
  unsigned('empty', 'There is no signature', () => '0x'),
  unsigned('by-another-key', 'Another key signed', (hash) => ANOTHER.sign!(hash)),
  unsigned('by-another-participant', 'Another participant’s key signed in the name of this one', (hash) =>
    signAs(PJ, hash),
  ),
  unsigned('another-sheet', 'The signature is over another sheet', (_, story) =>
    signAs(BKA, sheetHash([keccakOfText('another')], story.foundingHash)),
  ),
  unsigned('another-ledger', 'The signature is over this sheet on another ledger', (_, story) =>
    signAs(BKA, sheetHash([digestOf(item(story).statement)], keccakOfText('another founding'))),
  ),
  unsigned('high-s', 's lies in the upper half', (hash) => highS(signAs(BKA, hash), ORDER.secp256k1)),
  unsigned('wrong-recovery', 'v names the other point', (hash) => {
    const right = signAs(BKA, hash);
    return `${right.slice(0, 130)}${right.endsWith('1b') ? '1c' : '1b'}` as Hex;
  }),
  unsigned('recovery-zero-based', 'v is 0 or 1, not 27 or 28', (hash) => {
    const right = signAs(BKA, hash);
    return `${right.slice(0, 130)}${right.endsWith('1b') ? '00' : '01'}` as Hex;
  }),
  unsigned('without-recovery', 'v is missing', (hash) => signAs(BKA, hash).slice(0, 130) as Hex),
  unsigned('byte-left-over', 'A byte follows the signature', (hash) => `${signAs(BKA, hash)}00`),
  unsignedBy('p256-high-s', 's lies in the upper half', SCHEME.p256, (hash, by) => highS(signAs(by, hash), ORDER.p256)),
  unsignedBy('p256-byte-left-over', 'A byte follows the signature', SCHEME.p256, (hash, by) => `${signAs(by, hash)}00`),
  unsignedBy('p256-as-secp256k1', 'The signature is of another scheme', SCHEME.p256, (hash) => signAs(BKA, hash)),
  asserted('another-challenge', 'The assertion is over another hash', () => ({ challenge: keccakOfText('another') })),
  asserted('user-not-present', 'The user was not there', () => ({ flags: 0x04 })),
  asserted('user-not-verified', 'The user was not verified', () => ({ flags: 0x01 })),
  asserted('backup-state', 'Backed up, though not eligible', () => ({ flags: 0x15 })),
  asserted('registration', 'The assertion is of a registration', () => ({ type: 'webauthn.create' })),
  unsignedBy(
    'webauthn-cut-short',
    'The assertion does not parse',
    SCHEME.webauthn,
    (hash, by) => signAs(by, hash).slice(0, 2 + 2 * 300) as Hex,
  ),
  {
    file: 'invalid/unsigned-p256-without-verifier',
    about: 'A ledger without a verifier proves no signature of that scheme: the key can’t even be enrolled',
    setting: { schemes: SCHEMES_CORE },
    tell(story) {
      const card = actor(BKA.participant, 'card', { scheme: SCHEME.p256 });
      const subject = participantSubject(BKA.participant);
      const list = keyWords(card.key);
      story.say(BKA, 'enrol', 'enrolled', { subject, list }, 'KEY_UNPROVEN', { endorsers: [card] });
    },
  },
  {
    file: 'invalid/unsigned-key-for-encryption',
    about: 'A key for encryption only signs nothing but its own enrolment',
    tell(story) {
      const dossiers = actor(BKA.participant, 'dossiers', { powers: POWER.encryption });
      enrolled(story, BKA, dossiers);
      story.send({ by: dossiers, items: [item(story, dossiers)], expected: 'silent' });
      const subject = participantSubject(BKA.participant);
      const erase = story.state(dossiers, 'erase', 'erased', { subject, list: [WORD_HEX] });
      story.send({ by: dossiers, items: [erase], expected: 'silent', endorsers: [BKA] });
    },
  },
  {
    file: 'invalid/unsigned-by-endorser-only',
    about: 'Consortium: the first signature must prove, whoever else signed',
    tell(story) {
      const subject = participantSubject(BKA.participant);
      const erase = story.state(BKA, 'erase', 'erased', { subject, list: [WORD_HEX] });
      story.send({ by: BKA, items: [erase], expected: 'silent', sign: (hash) => hash, endorsers: [BKA, PJ] });
    },
  },
  {
    file: 'invalid/unreadable-two-for-the-consortium',
    about: 'Consortium: a sheet holds one statement',
    tell(story) {
      const subject = participantSubject(BKA.participant);
      const erase = story.state(BKA, 'erase', 'erased', { subject, list: [WORD_HEX] });
      story.send({ by: BKA, items: [erase, erase], expected: 'silent', endorsers: [] });
    },
  },
  {
    file: 'invalid/unreadable-257-statements',
    about: 'A sheet of 257 statements',
    tell(story) {
      const items = Array.from({ length: 257 }, (_, i) =>
        story.state(BKA, 'collect', 'seized', { subject: subjectOf(BKA.participant, `item ${i}`) }),
      );
      const bytes = concat(...items.map((each) => encodeStatements([each])));
      story.send({ by: BKA, items, expected: 'silent', bytes });
    },
  },
  {
    file: 'invalid/unreadable-257-positions',
    about: 'A statement and 256 digests',
    tell(story) {
      const stated = item(story);
      const digests = Array.from({ length: 256 }, (_, i) => keccakOfText(`digest ${i}`));
      const bytes = concat(
        encodeStatements([stated]),
        ...digests.map((digest) => concat(Uint8Array.of(0), hexToBytes(digest))),
      );
      story.send({ by: BKA, items: [stated, ...digests], expected: 'silent', bytes });
    },
  },
  unreadable('nothing', 'No bytes at all', () => new Uint8Array()),
  unreadable('digests-alone', 'Two digests and no statement', () =>
    concat(Uint8Array.of(0), WORD, Uint8Array.of(0), WORD),
  ),
  unreadable('present-bit-5', 'A present bit above 4', (right) => withByte(right, 1, 32)),
  unreadable('reference-and-list', 'A reference and a list', (right) =>
    concat(withByte(right, 1, 8 | 16), WORD, Uint8Array.of(1), WORD),
  ),
  unreadable('zero-recipient-key', 'A present recipientKey that is zero', (right) =>
    concat(withByte(right, 1, 1), NO_WORD),
  ),
  unreadable('zero-agreement', 'A present agreement that is zero', (right) => concat(withByte(right, 1, 2), NO_WORD)),
  unreadable('zero-request', 'A present request that is zero', (right) => concat(withByte(right, 1, 4), NO_WORD)),
  unreadable('zero-reference', 'A present reference that is zero', (right) => concat(withByte(right, 1, 8), NO_WORD)),
  unreadable('empty-list', 'A list of no words', (right) => concat(withByte(right, 1, 16), Uint8Array.of(0))),
  unreadable('list-cut-short', 'A list that lacks a byte of its words', (right) =>
    concat(withByte(right, 1, 16), Uint8Array.of(1), WORD.subarray(1)),
  ),
  unreadable('word-cut-short', 'A reference that lacks a byte', (right) =>
    concat(withByte(right, 1, 8), WORD.subarray(1)),
  ),
  unreadable('digest-cut-short', 'A digest that lacks a byte', (right) =>
    concat(right, Uint8Array.of(0), WORD.subarray(1)),
  ),
  unreadable('byte-missing', 'A statement that lacks its last byte', (right) => right.subarray(0, right.length - 1)),
  unreadable('byte-left-over', 'A byte follows the statement', (right) => concat(right, Uint8Array.of(1))),
];
