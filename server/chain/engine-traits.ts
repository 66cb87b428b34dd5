/** What the sender must know of the engine that it sends to. */
import { P256_SIGNATURE, TRANSACTION_GAS_CAP } from './gas.ts';
import type { Rpc } from './rpc.ts';

export interface EngineTraits {
  /** Gas that one transaction may use. */
  readonly transactionGas: number;
  /** Gas that one block may use. */
  readonly blockGas: number;
  /** Gas of a P-256 signature. */
  readonly p256: number;
}

/** A signature that proves: a test vector of EIP-7951 (Wycheproof, ecdsa_secp256r1_sha256, the first valid one). */
const PRECOMPILE = '0x0000000000000000000000000000000000000100';
const PROVES =
  '0xbb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023' +
  '2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18' +
  '4cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76' +
  '2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838' +
  'c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e';

export async function readTraits(rpc: Rpc): Promise<EngineTraits> {
  const [block, proves] = await Promise.all([
    rpc.request<{ gasLimit: string }>('eth_getBlockByNumber', ['latest', false]),
    rpc.request<string>('eth_call', [{ to: PRECOMPILE, data: PROVES }, 'latest']),
  ]);
  const blockGas = Number(block.gasLimit);
  return {
    transactionGas: Math.min(blockGas, TRANSACTION_GAS_CAP),
    blockGas,
    p256: Number(proves) === 1 ? P256_SIGNATURE.precompile : P256_SIGNATURE.solidity,
  };
}
