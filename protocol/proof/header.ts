/** Block headers, and what QBFT puts into them: the extra data as Hyperledger Besu and GoQuorum fill it. */
import { bytesToHex, equal, type Hex } from '../bytes.ts';
import { keccak256, keccakHex } from '../hashing.ts';
import { bytesOf, decodeRlp, encodeRlp, listOf, notProof, numberOf, type RlpItem } from './rlp.ts';

/** Room for some three hundred validators. */
export const HEADER_BYTES_MAX = 32_768;
/** Fields since Frontier, and as many as later forks may add. */
const FIELDS_LEAST = 15;
const FIELDS_MOST = 32;

const PARENT = 0;
const STATE_ROOT = 3;
const NUMBER = 8;
const TIME = 11;
const EXTRA = 12;
const MIX = 13;

/** "ctical byzantine fault tolerance", by which a header says that its extra data is QBFT's. */
const QBFT_MIX: Hex = '0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365';

export interface Header {
  readonly number: number;
  /** seconds */
  readonly time: number;
  readonly parent: Hex;
  readonly stateRoot: Hex;
  /** what the network calls the block */
  readonly hash: Hex;
  /** absent where no validators seal */
  readonly consensus?: Consensus;
}

export interface Consensus {
  /** addresses of those who may seal this block, as the header says */
  readonly validators: readonly Hex[];
  readonly round: number;
  /** what a validator signs */
  readonly sealHash: Hex;
  /** r ‖ s ‖ v */
  readonly seals: readonly Uint8Array[];
}

/**
 * @param raw the header's RLP, as `debug_getRawHeader` gives it
 * @throws ProtocolError PROOF
 */
export function parseHeader(raw: Uint8Array): Header {
  const fields = listOf(decodeRlp(raw, HEADER_BYTES_MAX)).map((field) => bytesOf(field));
  if (fields.length < FIELDS_LEAST || fields.length > FIELDS_MOST) throw notProof('not a header');
  // One form of each header, so that no byte of it can be changed unseen.
  if (!equal(encodeRlp(fields), raw)) throw notProof('the header is not in its canonical form');
  const shared = {
    number: numberOf(fields[NUMBER]),
    time: numberOf(fields[TIME]),
    parent: bytesToHex(bytesOf(fields[PARENT], 32)),
    stateRoot: bytesToHex(bytesOf(fields[STATE_ROOT], 32)),
  };
  if (bytesToHex(bytesOf(fields[MIX])) !== QBFT_MIX) return { ...shared, hash: bytesToHex(keccak256(raw)) };
  return { ...shared, ...readQbft(fields) };
}

/** The block's hash leaves out round and seals; what a validator signs leaves out the seals. */
function readQbft(fields: readonly Uint8Array[]): { readonly hash: Hex; readonly consensus: Consensus } {
  const extra = bytesOf(fields[EXTRA]);
  const parts = listOf(decodeRlp(extra, HEADER_BYTES_MAX), 5);
  if (!equal(encodeRlp(parts), extra)) throw notProof('the extra data is not in its canonical form');
  const [vanity, validators, vote, round, seals] = parts;
  const hashWith = (kept: RlpItem): Hex => {
    const changed = encodeRlp([vanity!, validators!, vote!, kept, []]);
    return keccakHex(encodeRlp(fields.map((field, i) => (i === EXTRA ? changed : field))));
  };
  return {
    hash: hashWith(new Uint8Array()),
    consensus: {
      validators: listOf(validators).map((address) => bytesToHex(bytesOf(address, 20))),
      round: numberOf(round),
      sealHash: hashWith(round!),
      seals: listOf(seals).map((seal) => bytesOf(seal, 65)),
    },
  };
}
