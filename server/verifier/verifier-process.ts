/** The process that verifies a bundle: bytes from anybody in, a verification out. */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { decodeBundle } from '../../protocol/bundle/form.ts';
import type { AskedBlock } from '../../protocol/bundle/chain-checks.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import type { BundleVerifier } from '../custody/ports.ts';

interface Question extends Omit<Parameters<BundleVerifier['verify']>[1], 'blockHash'> {
  readonly bytes: Uint8Array;
}

export type ToProcess = Question | { readonly hash: Hex | undefined };

export type Verdict =
  | { readonly verification: BundleVerification }
  /** why the bytes are no bundle */
  | { readonly unusable: string };

export type FromProcess = Verdict | { readonly ask: number };

/** Takes what the gateway's node said of the block that was asked about. */
let heard: (hash: Hex | undefined) => void = () => undefined;

process.on('message', (message: ToProcess) => {
  if ('bytes' in message) void answer(message).then(say);
  else heard(message.hash);
});
process.on('disconnect', () => process.exit());

function say(message: FromProcess): void {
  process.send!(message);
}

async function answer({ bytes, ...options }: Question): Promise<Verdict> {
  try {
    const bundle = decodeBundle(bytes);
    const asked = await askAbout(bundle.proof?.header);
    return { verification: verifyBundle(bundle, { ...options, ...(asked && { asked }) }) };
  } catch (error) {
    if (error instanceof ProtocolError) return { unusable: error.message };
    throw error;
  }
}

async function askAbout(header: Hex | undefined): Promise<AskedBlock | undefined> {
  if (header === undefined) return undefined;
  const number = numberOf(header);
  if (number === undefined) return undefined;
  const hash = await new Promise<Hex | undefined>((resolve) => {
    heard = resolve;
    say({ ask: number });
  });
  return hash === undefined ? undefined : { number, hash };
}

/** Of a header that can't be read, verification says what is wrong. */
function numberOf(header: Hex): number | undefined {
  try {
    return parseHeader(hexToBytes(header)).number;
  } catch {
    return undefined;
  }
}
