/** A block's header as the bytes that its hash is of. */
import { bytesToHex, hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { encodeRlp } from '../../protocol/proof/rlp.ts';
import { ChainError } from './errors.ts';
import { quantity, type Rpc } from './rpc.ts';

/** A block as eth_getBlockByNumber gives it. */
export type RpcBlock = Readonly<Record<string, unknown>> & { readonly hash: Hex; readonly timestamp: Hex };

/** Fields of a header in their order, by the fork that brought them: Frontier, London, Shanghai, Cancun, Prague. */
const FIELDS = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom'],
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce'],
  ...['baseFeePerGas', 'withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot', 'requestsHash'],
] as const;
const FIRST = 15;
/** What RLP writes as a number: without leading zeros. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed', 'excessBlobGas'],
]);

/** @throws ChainError NODE if there is no such block, or its header can't be had */
export async function rawHeaderAt(rpc: Rpc, number: number): Promise<Hex> {
  const block = await rpc.request<RpcBlock | null>('eth_getBlockByNumber', [quantity(number), false]);
  if (block === null) throw new ChainError('NODE', `The node has no block ${number}.`);
  const built = headerOf(block);
  if (built !== undefined) return built;
  // A fork that this list does not know: some nodes give the bytes themselves.
  const raw = await rpc.request<Hex>('debug_getRawHeader', [quantity(number)]);
  if (!isHeaderOf(raw, block.hash))
    throw new ChainError('NODE', `The header of block ${number} is not what its hash is of.`);
  return raw;
}

/** The header that the fields of a block add up to; undefined if its hash is of something else. */
export function headerOf(block: RpcBlock): Hex | undefined {
  const present = FIELDS.filter((name, at) => at < FIRST || typeof block[name] === 'string');
  for (let count = present.length; count >= FIRST; count--) {
    const fields = present.slice(0, count).map((name) => fieldOf(name, block[name]));
    if (fields.some((field) => field === undefined)) return undefined;
    const raw = bytesToHex(encodeRlp(fields as Uint8Array[]));
    if (isHeaderOf(raw, block.hash)) return raw;
  }
  return undefined;
}

function isHeaderOf(raw: Hex, hash: Hex): boolean {
  try {
    return parseHeader(hexToBytes(raw)).hash === hash;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

function fieldOf(name: string, value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  if (!NUMBERS.has(name)) return hexToBytes(value as Hex);
  const digits = value.slice(2).replace(/^0+/, '');
  return hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`);
}
