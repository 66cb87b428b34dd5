/** Bundles: what proves a trail offline. */
import { z } from 'zod';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { bundle } from '../schemas/bundles.ts';
import { word } from '../schemas/values.ts';
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
];
