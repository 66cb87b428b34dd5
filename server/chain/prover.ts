/**
 * Proofs of what the ledger stores, from the node that this gateway uses (EIP-1186). What comes back is held against
 * the block's own hash by who uses it; here it is only gathered.
 */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Keeper } from '../../protocol/acts.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import type { ChainProver } from '../custody/ports.ts';
import { ChainError } from './errors.ts';
import { blockAt } from './ledger-check.ts';
import type { LedgerFile } from './ledger-file.ts';
import { rawHeaderAt } from './raw-header.ts';
import { quantity, type Rpc } from './rpc.ts';
import { headersOfChanges } from './validators.ts';

/** Slots in one call. */
const TOGETHER = 512;

interface Proof {
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly { readonly proof: readonly Hex[] }[];
}

/** @param base what the store adds to the numbers of this ledger's blocks */
export function openProver(rpc: Rpc, ledger: LedgerFile, base: number): ChainProver {
  async function proofsOf(keeper: Keeper, slots: readonly Hex[], block: string): Promise<Hex[]> {
    const nodes: Hex[] = [];
    for (let at = 0; at < slots.length; at += TOGETHER) {
      const parameters = [ledger.contracts[keeper].address, slots.slice(at, at + TOGETHER), block];
      const proof = await rpc.request<Proof>('eth_getProof', parameters);
      for (const each of [proof, ...proof.storageProof]) {
        nodes.push(...('accountProof' in each ? each.accountProof : each.proof));
      }
    }
    return nodes;
  }

  return {
    async prove(block, slots) {
      const own = block.number - base;
      const number = quantity(own);
      try {
        const header = await rawHeaderAt(rpc, own);
        const { hash } = parseHeader(hexToBytes(header));
        if (hash !== block.hash) return undefined;
        const nodes: Hex[] = [];
        for (const keeper of ['consortium', 'agreements', 'custody'] as const) {
          nodes.push(...(await proofsOf(keeper, slots[keeper], number)));
        }
        return { header, validators: await headersOfChanges(rpc, ledger, own), nodes };
      } catch (error) {
        if (isDropped(error)) return undefined;
        throw error;
      }
    },

    async blockHash(number) {
      try {
        return (await blockAt(rpc, number)).hash;
      } catch (error) {
        if (error instanceof ChainError && error.code === 'NODE') return undefined;
        throw error;
      }
    },
  };
}

/** What nodes say of states that they don't have any more has as many words as there are nodes. */
function isDropped(error: unknown): boolean {
  if (error instanceof ProtocolError) return error.code === 'PROOF';
  return error instanceof ChainError && error.code === 'NODE';
}
