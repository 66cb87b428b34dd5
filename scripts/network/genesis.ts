/** The first block of a QBFT network, as Besu and GoQuorum want to be told it. */
import { bytesToHex, hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { encodeRlp } from '../../protocol/proof/rlp.ts';

export interface GenesisPlan {
  readonly chainId: number;
  /** Addresses. */
  readonly validators: readonly Hex[];
}

/** "ctical byzantine fault tolerance", which makes a header one of QBFT. */
const MIX = '0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365';
/** So much as small machines execute in a second: a block that takes longer than the period stalls the validators. */
export const BLOCK_GAS = 30_000_000;

const CONSENSUS = { epochlength: 30_000, blockperiodseconds: 1, requesttimeoutseconds: 2 };

/** RLP of vanity, validators in order, no vote, round 0, no seals. */
export function genesisExtraData(validators: readonly Hex[]): Hex {
  const sorted = validators.toSorted().map((address) => hexToBytes(address));
  return bytesToHex(encodeRlp([new Uint8Array(32), sorted, [], new Uint8Array(), []]));
}

/** Berlin, the newest that it knows. */
export function goquorumGenesis(plan: GenesisPlan): unknown {
  return {
    config: {
      chainId: plan.chainId,
      ...blocks('homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg'),
      ...blocks('istanbul', 'berlin'),
      isQuorum: true,
      // KB; a call of the ledger may have more than the 64 that are the default.
      txnSizeLimit: 128,
      qbft: { ...CONSENSUS, policy: 0, ceil2Nby3Block: 0 },
      // Without it no block may have a limit below 700 million.
      transitions: [{ block: 0, 'miner.gaslimit': BLOCK_GAS }],
    },
    ...block(plan),
  };
}

/** Osaka from the beginning, and no fee. */
export function besuGenesis(plan: GenesisPlan): unknown {
  return {
    config: {
      chainId: plan.chainId,
      ...blocks('berlin', 'london'),
      ...{ shanghaiTime: 0, cancunTime: 0, pragueTime: 0, osakaTime: 0 },
      zeroBaseFee: true,
      qbft: CONSENSUS,
    },
    ...block(plan),
    // Left out, block 0 would report a fee of 1 gwei.
    baseFeePerGas: '0x0',
  };
}

function blocks(...forks: readonly string[]): Record<string, number> {
  return Object.fromEntries(forks.map((fork) => [`${fork}Block`, 0]));
}

function block({ validators }: GenesisPlan): Record<string, unknown> {
  return {
    nonce: '0x0',
    timestamp: '0x0',
    extraData: genesisExtraData(validators),
    gasLimit: `0x${BLOCK_GAS.toString(16)}`,
    difficulty: '0x1',
    mixHash: MIX,
    coinbase: `0x${'00'.repeat(20)}`,
    alloc: {},
  };
}
