/** Between gateways: dossiers come in, and operators see which ones wait. Erasures of others, for those they concern. */
import { z } from 'zod';
import { endpoint, openEndpoint, type Endpoint } from '../endpoint.ts';
import { HttpError } from '../problem.ts';
import { dossierList, dossierReceived, erasureNotices } from '../schemas/dossiers.ts';
import { readNames, utcOf } from '../views/names.ts';
import { word } from '../schemas/values.ts';

const sealedDossier = z
  .strictObject({
    dossier: z
      .string()
      .regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/, 'must be a JWE in compact form')
      .meta({
        description: 'JWE (RFC 7516), ECDH-ES and A256GCM, to an encryption key of the recipient on the ledger',
      }),
  })
  .meta({ id: 'SealedDossier', description: 'A part of a dossier (docs/protocol.md, section 11)' });

export const dossierRoutes: readonly Endpoint[] = [
  openEndpoint({
    method: 'post',
    path: '/v1/dossiers',
    tag: 'Dossiers',
    summary: 'Take a dossier from another gateway',
    description:
      'Needs no account: it is signed inside by the participant that released the evidence. Stored only if every ' +
      'field adds up to a root on the ledger that this gateway followed; the same dossier again is stored once.',
    body: sealedDossier,
    bodyLimit: 'dossierBytes',
    answers: { 200: { description: 'It is durable here', schema: dossierReceived } },
    problems: [
      'DOSSIER_UNREADABLE',
      'DOSSIER_MISDIRECTED',
      'DOSSIER_FORGED',
      'DOSSIER_TAMPERED',
      'UNAVAILABLE',
      'TOO_MANY_REQUESTS',
    ],
    admit: ({ context, request }) => context.gateways.admit(request),
    async handle({ gateway, body }) {
      const { release, part } = await gateway.receiveDossier(body.dossier);
      return { status: 200, body: { release, part } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/dossiers',
    tag: 'Dossiers',
    summary: 'Dossiers that participants of this gateway owe, those that wait first',
    roles: ['operator'],
    answers: { 200: { description: 'At most 1,000; of each why it waits', schema: dossierList } },
    async handle({ gateway }) {
      const [owed, names] = await Promise.all([gateway.owedDossiers(), readNames(gateway)]);
      const items = owed.map(({ release, sender, recipient, progress, attempts, trouble, ...times }) => ({
        release,
        sender: names.participant(sender),
        recipient: names.participant(recipient),
        progress,
        attempts,
        owedAt: utcOf(times.owedAt),
        ...(times.nextAt !== undefined && { nextAt: utcOf(times.nextAt) }),
        ...(times.settledAt !== undefined && { settledAt: utcOf(times.settledAt) }),
        ...(trouble && { trouble }),
      }));
      return { status: 200, body: { items } };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/dossiers/{release}/again',
    tag: 'Dossiers',
    summary: 'Send a dossier again, as when its recipient lost what it had',
    roles: ['operator'],
    params: z.strictObject({ release: word.meta({ description: 'Digest of the release' }) }),
    answers: {
      202: { description: 'It is under way; a second copy changes nothing', schema: z.strictObject({ release: word }) },
    },
    problems: ['NOT_FOUND'],
    async handle({ gateway, params: { release } }) {
      if (!(await gateway.sendDossierAgain(release))) {
        throw new HttpError('NOT_FOUND', 'No dossier of this release is owed here; see /v1/dossiers.');
      }
      return { status: 202, body: { release } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/erasures',
    tag: 'Dossiers',
    summary: 'Erasures by those who disclosed records to your participant',
    description:
      'Nothing is erased here until your participant states `erase` itself; `kept` says what still is there.',
    roles: ['officer', 'operator'],
    answers: { 200: { description: 'At most 1,000, the newest first', schema: erasureNotices } },
    async handle({ gateway, caller }) {
      const [notices, names] = await Promise.all([gateway.erasureNotices(caller), readNames(gateway)]);
      const items = notices.map(({ erasure, from, records, kept }) => ({
        erasure,
        from: names.participant(from),
        records: [...records],
        kept,
      }));
      return { status: 200, body: { items } };
    },
  }),
];
