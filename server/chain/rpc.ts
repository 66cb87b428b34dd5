/** A JSON-RPC client for an Ethereum node, with errors by code instead of by text where the protocol has codes. */
import { ChainError } from './errors.ts';

export interface Rpc {
  /** @throws ChainError */
  request<Result>(method: string, parameters?: readonly unknown[]): Promise<Result>;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** @param timeout of one request, in milliseconds */
export function openRpc(url: string, timeout = 30_000): Rpc {
  let id = 0;
  return {
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      const answer = await post(url, JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params: parameters }), timeout);
      if (answer.error) throw errorOf(method, answer.error);
      return answer.result as Result;
    },
  };
}

async function post(url: string, body: string, timeout: number): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(timeout),
    });
    const text = await response.text();
    try {
      const answer: unknown = JSON.parse(text);
      if (typeof answer === 'object' && answer !== null && ('result' in answer || 'error' in answer)) return answer as Answer;
    } catch {
      // said below
    }
    throw new ChainError('UNREACHABLE', `${url} answered ${response.status} and no JSON-RPC`);
  } catch (error) {
    if (error instanceof ChainError) throw error;
    throw new ChainError('UNREACHABLE', `${url} does not answer: ${String(error)}`, { cause: error });
  }
}

/** Codes of EIP-1474, of Besu (docs: "RPC error codes"), and the words of engines that give -32000 or -32003 for all. */
function errorOf(method: string, { code, message, data }: NonNullable<Answer['error']>): ChainError {
  const text = `${method}: ${message} (${code})`;
  if (code === 3 || data !== undefined) return new ChainError('REVERTED', text);
  if (code === -32001 || /nonce (is )?too low/i.test(message)) return new ChainError('NONCE_USED', text);
  if (/already (known|imported)|known transaction/i.test(message)) return new ChainError('KNOWN', text);
  if (/nonce is too distant|nonce too high|nonce gap/i.test(message)) return new ChainError('NONCE_AHEAD', text);
  if (code === -32601 || code === -32007) return new ChainError('REFUSED', text);
  return new ChainError('NODE', text);
}

export function quantity(value: number): string {
  return `0x${value.toString(16)}`;
}
