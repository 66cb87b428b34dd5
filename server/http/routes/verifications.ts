/** Verification for everyone: no account is needed, so it is limited by address. */
import { z } from 'zod';
import { openEndpoint, type Call, type Endpoint } from '../endpoint.ts';
import { parseJson, readJsonBytes } from '../body.ts';
import { HttpError } from '../problem.ts';
import { verification } from '../schemas/answers.ts';
import { bundle, bundleVerification } from '../schemas/bundles.ts';
import { disclosure } from '../schemas/submission.ts';
import { digestHex, fileDigest, word } from '../schemas/values.ts';
import { validated } from '../validation.ts';
import { bundleVerificationView } from '../views/bundle-view.ts';
import { verificationView } from './evidence.ts';

const verificationRequest = z
  .strictObject({
    digest: word.meta({ description: 'Digest of the statement that the record belongs to' }),
    disclosure,
    fileDigest: fileDigest.exactOptional(),
  })
  .meta({ id: 'VerificationRequest', description: 'A disclosed record, and perhaps the digest of a file' });

const FILES_MAX = 64;

const query = z.strictObject({
  files: z
    .string()
    .max(8_192)
    .exactOptional()
    .meta({ description: 'With a bundle: digests of files that its records must name, separated by commas' }),
});

export const verificationRoutes: readonly Endpoint[] = [
  openEndpoint({
    method: 'post',
    path: '/v1/verifications',
    tag: 'Verification',
    summary: 'Verify a bundle, or a disclosed record, against the ledger',
    description:
      'The body is the bundle as it was given, or a disclosed record. Hash files yourself: only their digests are sent. Whoever can’t take this gateway’s word verifies the bundle offline.',
    query,
    stream: { media: 'application/json', schema: z.union([bundle, verificationRequest]) },
    answers: {
      200: {
        description: 'Named checks, each with a plain sentence',
        schema: z.union([bundleVerification, verification]),
      },
    },
    problems: ['TOO_MANY_REQUESTS', 'TOO_LARGE', 'UNSUPPORTED_MEDIA', 'BUNDLE_TOO_LARGE', 'OVERLOADED', 'UNAVAILABLE'],
    admit: ({ context, request }) => context.anonymous.admit(request),
    async handle(call) {
      const { context, request } = call;
      const { bodyBytes } = context.limits;
      // Of unknown length is as good as long.
      const length = Number(request.headers['content-length'] ?? Infinity);
      return length > bodyBytes ? context.bundles.take(() => verifyBody(call)) : verifyBody(call);
    },
  }),
];

async function verifyBody({
  gateway,
  context,
  request,
  query: { files },
}: Call<undefined, z.infer<typeof query>, undefined>) {
  const { limits } = context;
  const bytes = await readJsonBytes(request, limits.bundleBytes, limits.bodySeconds * 1_000);
  // What is larger can only be a bundle, and is never parsed here.
  const small = bytes.length <= limits.bodyBytes ? parseJson(bytes) : undefined;
  if (isDisclosed(small)) {
    const { digest, disclosure: shown, fileDigest: given } = validated(verificationRequest, small);
    const file = given === undefined ? undefined : digestHex(given);
    return { status: 200, body: verificationView(await gateway.verifyDisclosure(digest, shown, file)) };
  }
  const digests =
    files === undefined ? [] : files.split(',').map((digest) => validated(fileDigest, digest.trim(), '?files'));
  if (digests.length > FILES_MAX) throw new HttpError('INVALID', `?files: at most ${FILES_MAX} digests.`);
  return { status: 200, body: bundleVerificationView(await gateway.verifyBundle(bytes, digests)) };
}

function isDisclosed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('sheets' in value);
}
