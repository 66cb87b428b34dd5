/** What came of the verification of a bundle. */
import type { z } from 'zod';
import type { BundleVerification } from '../../../protocol/bundle/verify.ts';
import type { bundleVerification } from '../schemas/bundles.ts';
import { utcOf } from './names.ts';

export function bundleVerificationView(found: BundleVerification): z.infer<typeof bundleVerification> {
  const { verdict, trust, stands, checks, completeAsOf, subject, head } = found;
  return {
    ...{ verdict, verified: verdict === 'verified', trust, subject },
    ...(head !== undefined && { head }),
    stands: [...stands],
    checks: checks.map(({ name, result, sentence, meaning }) => ({ name, result, sentence, meaning })),
    ...(completeAsOf && { completeAsOf, completeAsOfTime: utcOf(completeAsOf.time) }),
  };
}
