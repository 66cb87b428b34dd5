/** Verifies a bundle from a file, with what the reader trusts. Nothing is asked of anybody but a node that was named. */
import { readFileSync, statSync } from 'node:fs';
import { hexToBytes, isHex, type Hex } from '../../protocol/bytes.ts';
import type { AskedBlock } from '../../protocol/bundle/chain-checks.ts';
import { BUNDLE_BYTES_MAX, decodeBundle, type Bundle } from '../../protocol/bundle/form.ts';
import { parseLedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { examineTimestamps } from '../../protocol/bundle/trusted-time.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { Failure, usage } from '../failure.ts';
import { hashFile, readJsonFile, unreadable } from '../files.ts';
import type { Output } from '../output/output.ts';

/** What the reader trusts, and what the records are to name. */
export interface Trusting {
  readonly ledger?: string;
  readonly rpc?: string;
  readonly authority?: readonly string[];
  readonly file?: readonly string[];
}

interface VerifiedBundle {
  readonly bundle: Bundle;
  readonly verification: BundleVerification;
}

const CERTIFICATE_BYTES_MAX = 65_536;

/** @throws Failure usage, unreachable; ProtocolError for what is no bundle */
export async function verifyBundleFile(path: string, trusting: Trusting, output: Output): Promise<VerifiedBundle> {
  const bundle = readBundleFile(path);
  const ledger = trusting.ledger === undefined ? undefined : parseLedgerFile(readJsonFile(trusting.ledger));
  const files: string[][] = [];
  for (const file of trusting.file ?? []) {
    const { sha256, sha3_256 } = await hashFile(file, output);
    files.push([sha256, sha3_256]);
  }
  const authorities = (trusting.authority ?? []).map(readCertificate);
  const stamps = authorities.length > 0 ? await examineTimestamps(bundle, authorities) : undefined;
  const asked = trusting.rpc === undefined ? undefined : await askNode(trusting.rpc, bundle);
  const verification = verifyBundle(bundle, {
    files,
    now: Math.floor(Date.now() / 1_000),
    ...(ledger && { ledger }),
    ...(stamps && { stamps }),
    ...(asked && { asked }),
  });
  return { bundle, verification };
}

/** @throws Failure usage; ProtocolError for what is no bundle */
export function readBundleFile(path: string): Bundle {
  return decodeBundle(readBytes(path, BUNDLE_BYTES_MAX));
}

function readBytes(path: string, most: number): Uint8Array {
  try {
    if (path !== '-' && statSync(path).size > most)
      throw usage(`${path} has more than ${most} bytes. Give the right file.`);
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** DER, or the same between the lines of PEM. */
function readCertificate(path: string): Uint8Array {
  const bytes = readBytes(path, CERTIFICATE_BYTES_MAX);
  const text = new TextDecoder('latin1').decode(bytes);
  const start = text.indexOf('-----BEGIN CERTIFICATE-----');
  if (start < 0) return bytes;
  const body = text.slice(start + 27, text.indexOf('-----END CERTIFICATE-----', start));
  return Uint8Array.from(Buffer.from(body, 'base64'));
}

/** Of a header that can't be read, verification says what is wrong. */
function heightOf(header: Hex): number | undefined {
  try {
    return parseHeader(hexToBytes(header)).number;
  } catch {
    return undefined;
  }
}

const NODE_MILLISECONDS = 30_000;

/** The block of the bundle's height, as the node has it; undefined where the bundle has no proof. */
async function askNode(url: string, { proof }: Bundle): Promise<AskedBlock | undefined> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw usage('--rpc takes the http or https address of a node.');
  }
  const number = proof && heightOf(proof.header);
  if (number === undefined) return undefined;
  const parameters = [`0x${number.toString(16)}`, false];
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: parameters });
  let answer: { result?: { hash?: unknown } | null; error?: unknown };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(NODE_MILLISECONDS),
    });
    answer = (await response.json()) as typeof answer;
  } catch (cause) {
    throw new Failure('unreachable', 'The node does not answer. Check --rpc, or leave it out to verify without one.', {
      cause,
    });
  }
  if (answer.result === undefined) {
    throw new Failure('unreachable', 'The node did not say which block it has. Check --rpc, or leave it out.');
  }
  const hash = answer.result?.hash;
  // One that has no such block has not the one of the bundle.
  return { number, hash: isHex(hash, 32) ? hash : '0x' };
}
