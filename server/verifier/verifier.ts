/** Verifies bundles that anybody sends, and makes the gateway's own, each in a process beside it. */
import type { Hex } from '../../protocol/bytes.ts';
import type { SlotsToProve } from '../../protocol/bundle/make.ts';
import type { ChainProof } from '../../protocol/bundle/form.ts';
import { CustodyError } from '../custody/gateway.ts';
import type { BundleMaker, BundleVerifier } from '../custody/ports.ts';
import type { Outcome } from './bundle-process.ts';
import { openHelper, type HelperLimits } from './helper.ts';

interface Closing {
  close(): Promise<void>;
}

const VERIFYING: HelperLimits = { seconds: 30, askSeconds: 5, waiting: 8, mebibytes: 1_024 };
/** Those who ask have an account. */
const MAKING: HelperLimits = { seconds: 120, askSeconds: 5, waiting: 64, mebibytes: 2_048 };

export function openVerifier(limits: HelperLimits = VERIFYING): BundleVerifier & Closing {
  const helper = openHelper(limits);
  return {
    async verify(bytes, { blockHash, ...options }) {
      const outcome = await helper.run({ job: 'verify', bytes, options }, blockHash);
      if ('verification' in outcome) return outcome.verification;
      throw new CustodyError('INVALID', 'unusable' in outcome ? `${outcome.unusable}.` : 'This is no bundle.');
    },
    close: helper.close,
  };
}

export function openMaker(limits: HelperLimits = MAKING): BundleMaker & Closing {
  const helper = openHelper(limits);
  return {
    async slots(bundle): Promise<SlotsToProve> {
      const outcome = await helper.run({ job: 'slots', bundle });
      if ('slots' in outcome) return outcome.slots;
      throw unexpected(outcome);
    },
    async prove(bundle, slots, answer): Promise<ChainProof | undefined> {
      const outcome = await helper.run({ job: 'prove', bundle, slots, answer });
      return 'proof' in outcome ? outcome.proof : undefined;
    },
    async faults(bundle, { block, now }): Promise<readonly string[]> {
      const outcome = await helper.run({ job: 'check', bundle, asked: block satisfies { hash: Hex }, now });
      if ('faults' in outcome) return outcome.faults;
      throw unexpected(outcome);
    },
    close: helper.close,
  };
}

function unexpected(outcome: Outcome): CustodyError {
  const why = 'unusable' in outcome ? outcome.unusable : 'no outcome';
  return new CustodyError(
    'UNAVAILABLE',
    `What was followed makes no bundle: ${why}. Try again; if it stays, tell the operator.`,
  );
}
