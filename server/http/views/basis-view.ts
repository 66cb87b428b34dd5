/** Requests, consents and field policies as they are shown. */
import type { z } from 'zod';
import { codeName } from '../../../protocol/acts.ts';
import type { FieldPolicy } from '../../../protocol/field-policy.ts';
import type { LineOf } from '../../../protocol/ledger.ts';
import { nameOf, PURPOSES } from '../../../protocol/names.ts';
import type { RequestStanding } from '../../custody/bases.ts';
import type { RequestView } from '../../custody/gateway.ts';
import type { consentPage, fieldPolicy, requestDetails, requestView as schema } from '../schemas/bases.ts';
import { bitNames, utcOf, type Names } from './names.ts';
import { statementView } from './statement-view.ts';
import { transferView } from './tracing-view.ts';

export function requestView(
  { line: { subject, state }, standing }: { readonly line: LineOf<'request'>; readonly standing: RequestStanding },
  names: Names,
): z.infer<typeof schema> {
  return {
    subject,
    instrument: codeName('request', state.code),
    from: names.participant(state.requester),
    to: names.participant(state.asked),
    purpose: bitNames(PURPOSES, state.purpose),
    deadline: utcOf(state.deadline),
    state: standing,
  };
}

export function requestDetailsView(request: RequestView, names: Names): z.infer<typeof requestDetails> {
  const { executeBy, statements, transfers } = request;
  return {
    ...requestView(request, names),
    ...(executeBy !== undefined && { executeBy: utcOf(executeBy) }),
    statements: statements.map((entry) => statementView(entry, names)),
    transfers: transfers.items.map((transfer) => transferView(transfer, names)),
    moreTransfers: transfers.next !== undefined,
  };
}

export function consentView(
  { subject, state }: LineOf<'consent'>,
  names: Names,
): z.infer<typeof consentPage>['items'][number] {
  return {
    subject,
    evidence: state.evidence,
    from: names.participant(state.giver),
    to: names.participant(state.recipient),
    purpose: nameOf(PURPOSES, state.purpose),
    state: state.used ? 'used' : state.status,
  };
}

export function policyView({ version, permit }: FieldPolicy): z.infer<typeof fieldPolicy> {
  return { version, permit: permit.map(({ schema, labels }) => ({ schema, labels: [...labels] })) };
}
