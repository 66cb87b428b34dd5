/** A JSON-RPC client for an Ethereum node, with errors by code instead of by text where nodes have codes. */
import pLimit from 'p-limit';
import { ChainError, type NodeError } from './errors.ts';

/** Requests under way at once. Besu closes sockets at some two hundred, and others ask it too. */
const AT_ONCE = 48;

export interface Rpc {
  /** @throws ChainError */
  request<Result>(method: string, parameters?: readonly unknown[]): Promise<Result>;
  /** Where several nodes are behind it: one of them answers all that `work` asks; if it fails, another does it anew. */
  ofOneNode?<Result>(work: (node: Rpc) => Promise<Result>): Promise<Result>;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: NodeError;
}

/** @param timeout of one request, in milliseconds */
export function openRpc(url: string, timeout = 30_000): Rpc {
  let last = 0;
  const places = pLimit(AT_ONCE);
  return {
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      const id = ++last;
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: parameters });
      const answer = await places(() => post(url, body, timeout));
      if (answer.error) throw errorOf(method, answer.error);
      return answer.result as Result;
    },
  };
}

/** Fetch keeps connections open by itself. */
async function post(url: string, body: string, timeout: number): Promise<Answer> {
  let status: number;
  let text: string;
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeout) });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new ChainError('UNREACHABLE', `${url} does not answer: ${reasonOf(error)}`, { cause: error });
  }
  const answer = parse(text);
  if (answer) return answer;
  throw new ChainError('UNREACHABLE', `${url} answered ${status} and no JSON-RPC`);
}

function parse(text: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && ('result' in answer || isNodeError((answer as Answer).error)))
      return answer;
  } catch {
    // a proxy's page, or an answer that was cut short
  }
  return undefined;
}

function isNodeError(error: unknown): error is NodeError {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message } = error as Partial<NodeError>;
  return typeof code === 'number' && typeof message === 'string';
}

/** Fetch itself says only that it failed; why is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/**
 * By the codes of EIP-1474 and of Besu ("RPC error codes"). Engines that say -32000 or -32003 for everything leave only
 * their words, of which those on nonces are the same everywhere.
 */
function errorOf(method: string, answer: NodeError): ChainError {
  const { code, message } = answer;
  const error = (as: ConstructorParameters<typeof ChainError>[0]): ChainError =>
    new ChainError(as, `${method}: ${message} (${code})`, { answer });
  if (code === -32001 || /nonce (is )?too low/i.test(message)) return error('NONCE_USED');
  if (/already (known|imported)|known transaction/i.test(message)) return error('KNOWN');
  if (/nonce is too distant|nonce too high|nonce gap/i.test(message)) return error('NONCE_AHEAD');
  // Besu has the same number for "Transaction gas limit exceeds block gas limit" and for too many logs.
  if (/gas limit|gas cap/i.test(message)) return error('GAS');
  if (code === -32005 || /(range|limit|results?) (is )?(exceed|too)|exceeds? .*(range|limit)/i.test(message))
    return error('TOO_MUCH');
  if (code === -32601 || code === -32007) return error('REFUSED');
  if (code === 3 || /execution reverted/i.test(message)) return error('REVERTED');
  return error('NODE');
}

export function quantity(value: number): string {
  return `0x${value.toString(16)}`;
}
