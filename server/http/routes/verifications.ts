/** Verification for everyone: no account is needed, so it is limited by address. */
import { z } from 'zod';
import { openEndpoint, type Endpoint } from '../endpoint.ts';
import { verification } from '../schemas/answers.ts';
import { disclosure } from '../schemas/submission.ts';
import { digestHex, fileDigest, word } from '../schemas/values.ts';
import { verificationView } from './evidence.ts';

const verificationRequest = z
  .strictObject({
    digest: word.meta({ description: 'Digest of the statement that the record belongs to' }),
    disclosure,
    fileDigest: fileDigest.exactOptional(),
  })
  .meta({ id: 'VerificationRequest', description: 'A disclosed record, and perhaps the digest of a file' });

export const verificationRoutes: readonly Endpoint[] = [
  openEndpoint({
    method: 'post',
    path: '/v1/verifications',
    tag: 'Verification',
    summary: 'Verify a disclosed record, or a file, against the ledger',
    description: 'Hash the file yourself: only its digest is sent.',
    body: verificationRequest,
    answers: { 200: { description: 'Named checks, each with a plain sentence', schema: verification } },
    problems: ['TOO_MANY_REQUESTS'],
    async handle({ gateway, context, request, body }) {
      context.anonymous.admit(request);
      const file = body.fileDigest === undefined ? undefined : digestHex(body.fileDigest);
      return {
        status: 200,
        body: verificationView(await gateway.verifyDisclosure(body.digest, body.disclosure, file)),
      };
    },
  }),
];
