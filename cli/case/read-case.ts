import { account } from './account.ts';
import { repeatedExhibits } from './details.ts';
import { readGraph } from './graph.ts';
import type { ImportPlan, Remark } from './plan.ts';
import { inOrder } from './order.ts';
import { readerOf } from './reader.ts';
import { survey as surveyOf, type Survey } from './survey.ts';
import { tell } from './telling.ts';

export { CaseError } from './error.ts';
export { describePlan } from './describe.ts';
export type * from './plan.ts';

/**
 * Reads a CASE/UCO document (JSON-LD, parsed) into what it comes to on the ledger. Pure: no clock, no network.
 *
 * @param options.base makes identifiers without a scheme absolute; give the same base to documents that belong together
 * @throws CaseError if the document as a whole can't be read
 */
export async function readCase(document: unknown, options: { readonly base?: string } = {}): Promise<ImportPlan> {
  const graph = await readGraph(document, options.base);
  const reader = readerOf(graph);
  const survey = surveyOf(reader);
  const order = inOrder(survey);
  const told = tell(reader, survey, order);
  const items = new Set(told.items.map((item) => item.iri));
  const dropped = graph.dropped.map(({ what, why }) => ({
    iri: '',
    types: [],
    property: what,
    item: null,
    reason: 'left-out-by-json-ld' as const,
    text: why,
  }));
  const { context, unmapped } = account(graph, reader, { items, actions: told.stated }, [...dropped, ...told.unmapped]);
  return {
    cases: survey.cases,
    parties: [...survey.parties.values()],
    items: told.items,
    statements: told.statements,
    context,
    unmapped,
    remarks: [
      ...told.remarks,
      ...order.early.map(({ action, item }): Remark => ({
        code: 'out-of-order',
        iri: action.id,
        text: `The document dates "${action.name}" before ${item} came to be; it is stated after.`,
      })),
      ...remarksOnTimes(survey),
      ...[...repeatedExhibits(survey)].map(([number, iris]): Remark => ({
        code: 'exhibit-repeated',
        iri: iris[0] ?? '',
        text: `Exhibit number ${number} is given to ${iris.length} items: ${iris.slice(0, 5).join(', ')}${iris.length > 5 ? ', ...' : ''}.`,
      })),
      ...remarksOnIdentifiers(graph.relativeBase, [...items, ...told.stated]),
    ],
  };
}

function remarksOnTimes(survey: Survey): Remark[] {
  return survey.actions.flatMap(({ id, name, occurred }): Remark[] => {
    if (occurred.from === null && occurred.until === null)
      return [
        { code: 'time-missing', iri: id, text: `"${name}" has no time; it is stated where the document puts it.` },
      ];
    return [occurred.from, occurred.until].flatMap((moment) =>
      moment !== null && moment.at === null
        ? [
            {
              code: 'time-unreadable' as const,
              iri: id,
              text: `"${moment.text}" is kept as it is written, and not understood as a time.`,
            },
          ]
        : [],
    );
  });
}

function remarksOnIdentifiers(relativeBase: string | undefined, iris: readonly string[]): Remark[] {
  const remarks: Remark[] = [];
  const blank = iris.find((iri) => iri.startsWith('_:'));
  if (relativeBase !== undefined)
    remarks.push({
      code: 'relative-identifiers',
      iri: relativeBase,
      text: 'Some identifiers have no scheme and are taken as relative to this base. Give the base yourself if other documents speak of the same things.',
    });
  if (blank !== undefined)
    remarks.push({
      code: 'identity-by-content',
      iri: blank,
      text: 'Some evidence or actions have no identifier. They are known by what the document says about them: if that changes, they count as new.',
    });
  return remarks;
}
