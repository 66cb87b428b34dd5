/** The process that works on bundles: one job in, its outcome out. What is to be verified comes from anybody. */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import type { AskedBlock } from '../../protocol/bundle/chain-checks.ts';
import { decodeBundle, type Bundle, type ChainProof } from '../../protocol/bundle/form.ts';
import { slotsToProve, withProof, type ChainAnswer, type SlotsToProve } from '../../protocol/bundle/make.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import type { BundleVerifier } from '../custody/ports.ts';

export type Job =
  | {
      readonly job: 'verify';
      readonly bytes: Uint8Array;
      readonly options: Omit<Parameters<BundleVerifier['verify']>[1], 'blockHash'>;
    }
  | { readonly job: 'slots'; readonly bundle: Bundle }
  | { readonly job: 'prove'; readonly bundle: Bundle; readonly slots: SlotsToProve; readonly answer: ChainAnswer }
  | { readonly job: 'check'; readonly bundle: Bundle; readonly asked: AskedBlock; readonly now: number };

export type Outcome =
  | { readonly verification: BundleVerification }
  | { readonly slots: SlotsToProve }
  | { readonly proof: ChainProof }
  | { readonly faults: readonly string[] }
  /** why it is no bundle */
  | { readonly unusable: string };

export type ToProcess = Job | { readonly hash: Hex | undefined };
export type FromProcess = Outcome | { readonly ask: number };

/** Takes what the gateway's node said of the block that was asked about. */
let heard: (hash: Hex | undefined) => void = () => undefined;

process.on('message', (message: ToProcess) => {
  if ('job' in message) void answer(message).then(say);
  else heard(message.hash);
});
process.on('disconnect', () => process.exit());

function say(message: FromProcess): void {
  process.send!(message);
}

async function answer(job: Job): Promise<Outcome> {
  try {
    return await perform(job);
  } catch (error) {
    if (error instanceof ProtocolError) return { unusable: error.message };
    throw error;
  }
}

async function perform(job: Job): Promise<Outcome> {
  switch (job.job) {
    case 'verify': {
      const bundle = decodeBundle(job.bytes);
      const asked = await askAbout(bundle.proof?.header);
      return { verification: verifyBundle(bundle, { ...job.options, ...(asked && { asked }) }) };
    }
    case 'slots':
      return { slots: slotsToProve(job.bundle) };
    case 'prove':
      return { proof: withProof(job.bundle, job.slots, job.answer).proof! };
    case 'check':
      return { faults: faultsOf(job.bundle, job.asked, job.now) };
  }
}

/** Of a bundle of the gateway's own. Its signatures were verified when they were followed. */
function faultsOf(bundle: Bundle, asked: AskedBlock, now: number): readonly string[] {
  const { checks } = verifyBundle(bundle, { ledger: bundle.ledger, asked, now, verify: () => true });
  return checks.flatMap(({ result, sentence }) => (result === 'failed' ? [sentence] : []));
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
