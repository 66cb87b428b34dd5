/** Bundles: what proves a trail offline. */
import { z } from 'zod';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { fromCursor } from '../paging.ts';
import { bundle, provenPage } from '../schemas/bundles.ts';
import { cursor, queryLimit, word } from '../schemas/values.ts';
import { blockView } from '../views/statement-view.ts';
import { utcOf } from '../views/names.ts';

const query = z.strictObject({
  show: z
    .string()
    .max(8_192)
    .exactOptional()
    .meta({
      description:
        'Labels of fields to show, or beginnings that end in *, separated by commas; all that the caller may see if left out, none if empty',
      examples: ['exhibit,file.*'],
    }),
  purpose: z.enum(['court']).exactOptional().meta({
    description: 'What it is for. Where an origin’s permission is needed for that, it must have consented',
  }),
});

const page = z.strictObject({ cursor: cursor.exactOptional(), limit: queryLimit(25, 50) });

export const bundleRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/evidence/{subject}/bundle',
    tag: 'Verification',
    summary: 'Everything that proves its trail offline, in one file',
    description:
      'Made at the newest final block; if the node can’t be reached, with the newest proof that is kept here. `Unbroken-Complete-As-Of` says up to which block nothing is left out.',
    roles: ['officer', 'auditor', 'court'],
    params: z.strictObject({ subject: word }),
    query,
    answers: { 200: { description: 'The bundle (docs/protocol.md, section 13)', schema: bundle } },
    problems: ['NOT_FOUND', 'COURT_PERMISSION', 'BUNDLE_TOO_LARGE', 'UNAVAILABLE'],
    async handle({ gateway, caller, params, query: { show, purpose } }) {
      const made = await gateway.bundle(caller, params.subject, {
        ...(show !== undefined && { show: show.split(',').map((label) => label.trim()) }),
        ...(purpose !== undefined && { purpose }),
      });
      const { asOf, kept } = made;
      return {
        status: 200,
        headers: {
          'Content-Disposition': `attachment; filename="${params.subject.slice(2, 18)}.bundle.json"`,
          'Unbroken-Complete-As-Of': `block ${asOf.number}, ${utcOf(asOf.time)}${kept ? ', kept' : ''}`,
        },
        body: made.bundle,
      };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/proofs',
    tag: 'Verification',
    summary: 'Prove trails, and keep the proofs, as before a chain retires',
    description:
      'Takes a page of all items that are known here, proves those whose newest proof is not complete any more, and says where to go on. May be repeated and broken off at any time.',
    roles: ['operator'],
    query: page,
    answers: { 200: { description: 'What is proven', schema: provenPage } },
    problems: ['UNAVAILABLE', 'OVERLOADED'],
    async handle({ gateway, query: { cursor: after, limit } }) {
      const { items, next } = await fromCursor(after, gateway.proveTrails(after, limit ?? 25));
      const body = items.map((item) =>
        'trouble' in item ? { ...item } : { subject: item.subject, block: blockView(item.block), fresh: item.fresh },
      );
      return { status: 200, body: { items: body, ...(next !== undefined && { next }) } };
    },
  }),
];
