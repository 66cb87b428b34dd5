/** Requests and consents: what people ask each other for, and what origins permit. */
import { z } from 'zod';
import { codeNumber } from '../../../protocol/acts.ts';
import type { Gateway } from '../../custody/gateway.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { fromCursor } from '../paging.ts';
import { HttpError } from '../problem.ts';
import { consentPage, consentQuery, requestDetails, requestPage, requestQuery } from '../schemas/bases.ts';
import { word } from '../schemas/values.ts';
import { consentView, requestDetailsView, requestView } from '../views/basis-view.ts';
import { readNames } from '../views/names.ts';

const READERS = ['officer', 'auditor', 'court'] as const;

export const basisRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/requests',
    tag: 'Requests',
    summary: 'Requests for evidence, newest first',
    roles: READERS,
    query: requestQuery,
    answers: { 200: { description: 'Requests, and where each stands now', schema: requestPage } },
    async handle({ gateway, caller, query: { from, to, instrument, state, cursor, limit } }) {
      const numberOf = await numbers(gateway);
      const filter = {
        ...(from !== undefined && { requester: numberOf(from) }),
        ...(to !== undefined && { asked: numberOf(to) }),
        ...(instrument !== undefined && { code: codeNumber('request', instrument) }),
        ...(state !== undefined && { standing: state }),
      };
      const [page, names] = await Promise.all([
        fromCursor(cursor, gateway.requests(caller, filter, cursor, limit ?? 50)),
        readNames(gateway),
      ]);
      return { status: 200, body: { ...page, items: page.items.map((each) => requestView(each, names)) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/requests/{subject}',
    tag: 'Requests',
    summary: 'One request with its answer and the transfers that answer it',
    roles: READERS,
    params: z.strictObject({ subject: word }),
    answers: { 200: { description: 'The request', schema: requestDetails } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params: { subject } }) {
      const [found, names] = await Promise.all([gateway.request(caller, subject), readNames(gateway)]);
      if (!found) throw new HttpError('NOT_FOUND', 'No such request is on the ledger yet; /v1/requests has them all.');
      return { status: 200, body: requestDetailsView(found, names) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/consents',
    tag: 'Requests',
    summary: 'Consents of origins, newest first',
    roles: READERS,
    query: consentQuery,
    answers: { 200: { description: 'Consents, used and withdrawn ones too', schema: consentPage } },
    async handle({ gateway, caller, query: { evidence, from, to, cursor, limit } }) {
      const numberOf = await numbers(gateway);
      const filter = {
        ...(evidence !== undefined && { evidence }),
        ...(from !== undefined && { giver: numberOf(from) }),
        ...(to !== undefined && { recipient: numberOf(to) }),
      };
      const [page, names] = await Promise.all([
        fromCursor(cursor, gateway.consents(caller, filter, cursor, limit ?? 50)),
        readNames(gateway),
      ]);
      return { status: 200, body: { ...page, items: page.items.map((each) => consentView(each, names)) } };
    },
  }),
];

async function numbers(gateway: Pick<Gateway, 'participants'>): Promise<(code: string) => number> {
  const byCode = new Map((await gateway.participants()).map(({ code, number }) => [code, number]));
  return (code) => {
    const number = byCode.get(code);
    if (number === undefined) throw new HttpError('INVALID', `There is no participant ${code}; see /v1/participants.`);
    return number;
  };
}
