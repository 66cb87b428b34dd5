/**
 * A trail as CASE 1.5.0, in JSON-LD (https://caseontology.org). Each step is an investigative action that goes on from
 * the provenance record before it and comes to the next one. Made from a bundle, so it shows no more than that.
 */
import type { Bundle } from '../../protocol/bundle/form.ts';
import { tellBundle, type ToldStep } from '../../protocol/bundle/tell.ts';
import type { Hex } from '../../protocol/bytes.ts';
import type { Restriction } from '../../protocol/names.ts';
import { en } from '../words/en.ts';
import { dateTime, openGraph, type Graph, type Reference } from './graph.ts';
import { nodeName } from './naming.ts';
import { isOpening, readTrail, valueOf, valuesOf, type ExportedStep, type Trail } from './reading.ts';
import { isNodeName } from './iri.ts';

const CONTEXT = {
  'case-investigation': 'https://ontology.caseontology.org/case/investigation/',
  ...Object.fromEntries(
    ['action', 'core', 'identity', 'location', 'marking', 'observable', 'types'].map((module) => [
      `uco-${module}`,
      `https://ontology.unifiedcyberontology.org/uco/${module}/`,
    ]),
  ),
  unbroken: 'urn:unbroken:ontology:',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};

/**
 * What CASE documents call an action, by its act, or by its code where that says more; the import understands them.
 */
const NAMES: Readonly<Partial<Record<string, string>>> = {
  derive: 'derived',
  image: 'imaged',
  extraction: 'extracted',
  sample: 'sampled',
  report: 'reported',
  part: 'separated',
  copy: 'copied',
  release: 'released',
  accept: 'received',
  refuse: 'refused',
  return: 'custody intake',
  recall: 'recalled',
  correct: 'corrected',
  found: 'found',
};

/**
 * @returns a JSON-LD document
 * @throws ProtocolError BUNDLE, UNREADABLE or FOUNDING for what is no bundle
 */
export function caseOf(bundle: Bundle): object {
  const trail = readTrail(tellBundle(bundle), bundle.ledger.foundingHash);
  const graph = openGraph();
  sayInvestigation(graph, trail);
  const makers = new Map(trail.steps.map(({ result, action }) => [result, action]));
  for (const exported of trail.steps) {
    sayStep(graph, trail, exported);
    const before = exported.sources.flatMap((source) => makers.get(source) ?? []);
    graph.say(exported.action, [], {
      'case-investigation:wasInformedBy': before.filter((id) => id !== exported.action).map((id) => ({ '@id': id })),
    });
  }
  sayBases(graph, trail);
  return graph.document(CONTEXT);
}

function sayInvestigation(graph: Graph, { told, ledger, steps }: Trail): void {
  const [name] = steps.flatMap(({ step }) => valuesOf(step, 'case'));
  graph.say(nodeName('investigation', ledger, told.subject), ['case-investigation:Investigation'], {
    'uco-core:name': name ?? told.subject,
    'uco-core:object': unique(steps.map(({ result }) => result)).map((id) => ({ '@id': id })),
  });
}

function sayStep(graph: Graph, trail: Trail, exported: ExportedStep): void {
  const { step, action, sources, used, result } = exported;
  const { ledger } = trail;
  const organisation = (number: number): Reference => sayParticipant(graph, trail, number);
  const markings = step.restrictions.map((restriction) => sayMarking(graph, ledger, restriction));
  const other = counterpartOf(trail, step);
  const performer = sayPerson(graph, trail, step) ?? organisation(step.participant);
  if (performer['@id'] !== organisation(step.participant)['@id']) {
    relate(graph, ledger, performer['@id'], 'Acted_For', organisation(step.participant)['@id']);
  }
  const place = valueOf(step, 'location');
  const until = valueOf(step, 'occurred.until');
  graph.say(action, ['case-investigation:InvestigativeAction'], {
    'uco-core:name': valueOf(step, 'action') ?? NAMES[step.code] ?? NAMES[step.act] ?? step.code,
    'uco-core:description': en.steps[step.act]({
      who: codeOf(trail, step.participant),
      to: step.recipient === 0 ? '' : codeOf(trail, step.recipient),
      code: en.codes[step.code] ?? step.code,
      purposes: step.purposes.map((purpose) => en.purposes[purpose]).join(', '),
      agreement: step.agreement ?? '',
    }),
    'uco-action:startTime': writtenTime(valueOf(step, 'occurred')) ?? dateTime(step.time),
    'uco-action:endTime': writtenTime(until),
    'uco-action:performer': performer,
    'uco-action:participant': other === undefined ? undefined : organisation(other),
    // Records and items both, so that the chain can be followed through either.
    'uco-action:object': [...sources, ...used].map((id) => ({ '@id': id })),
    'uco-action:result': [result, ...(isOpening(step) ? [...furtherRecords(step), exported.item] : [])].map((id) => ({
      '@id': id,
    })),
    'uco-action:location':
      place === undefined
        ? undefined
        : graph.say(nodeName('location', ledger, place), ['uco-location:Location'], { 'uco-core:name': place }),
  });
  sayRecord(graph, trail, exported, markings);
  if (isOpening(step)) sayItem(graph, trail, exported, markings);
  for (const basis of [step.agreement, step.request, ...(step.act === 'release' ? step.list : [])]) {
    if (basis !== undefined) relate(graph, ledger, action, 'Authorized_By', authorizationName(ledger, basis));
  }
  const authority = valueOf(step, 'authority');
  if (authority !== undefined) {
    const id = nodeName('authorization', ledger, authority);
    graph.say(id, ['case-investigation:Authorization'], {
      'case-investigation:authorizationType': 'order',
      'case-investigation:authorizationIdentifier': authority,
    });
    relate(graph, ledger, action, 'Authorized_By', id);
  }
}

/** The provenance record that a step comes to: what was shown of what people wrote, and where the ledger has it. */
function sayRecord(
  graph: Graph,
  { ledger }: Trail,
  { step, result, item }: ExportedStep,
  markings: readonly Reference[],
): void {
  const anchor = graph.say(nodeName('anchor', ledger, step.digest), ['uco-core:ExternalReference'], {
    'uco-core:definingContext': `Unbroken ledger ${ledger}, sheet ${step.sheet}`,
    'uco-core:externalIdentifier': step.digest,
  });
  const fields = (step.disclosure?.fields ?? []).map((field, at) =>
    graph.say(nodeName('field', ledger, `${step.digest} ${at}`), ['unbroken:Field'], {
      'unbroken:label': field.label,
      'unbroken:value': 'value' in field ? field.value : undefined,
      'unbroken:withheld': 'value' in field ? undefined : true,
    }),
  );
  const opening = isOpening(step);
  graph.say(result, ['case-investigation:ProvenanceRecord'], {
    'uco-core:description': opening ? valueOf(step, 'description') : undefined,
    'case-investigation:exhibitNumber': opening ? valueOf(step, 'exhibit') : undefined,
    'uco-core:object': { '@id': item },
    'uco-core:objectCreatedTime': dateTime(step.included),
    'uco-core:externalReference': anchor,
    'uco-core:objectMarking': markings,
    'unbroken:late': step.late ? true : undefined,
    'unbroken:field': fields,
  });
  if (!opening) return;
  const [, ...exhibits] = valuesOf(step, 'exhibit');
  furtherRecords(step).forEach((record, at) => {
    graph.say(record, ['case-investigation:ProvenanceRecord'], {
      'case-investigation:exhibitNumber': exhibits[at],
      'uco-core:object': { '@id': item },
    });
  });
}

/** Of an item that an imported document has several records of: the others. */
function furtherRecords(step: ToldStep): string[] {
  return valuesOf(step, 'source.record').slice(1).filter(isNodeName);
}

function sayItem(graph: Graph, { ledger }: Trail, { step, item }: ExportedStep, markings: readonly Reference[]): void {
  const type = valueOf(step, 'type');
  const known =
    type !== undefined && /^uco-observable:[A-Za-z]+$/.test(type) ? type : 'uco-observable:ObservableObject';
  const files = filesOf(step);
  const [first] = files;
  const only = files.length === 1 ? first : undefined;
  const source = valueOf(step, 'source');
  // UCO 2 will make the one a kind of the other, and its tools ask for both already.
  const types = known === 'uco-observable:OperatingSystem' ? [known, 'uco-observable:Software'] : [known];
  graph.say(item, types, {
    // The name that a document gave it which was imported.
    'uco-core:externalReference':
      source === undefined || source === item
        ? undefined
        : graph.say(nodeName('source', ledger, step.subject), ['uco-core:ExternalReference'], {
            'uco-core:externalIdentifier': source,
          }),
    'uco-core:name': valueOf(step, 'exhibit'),
    'uco-core:description': valueOf(step, 'description'),
    'uco-core:objectMarking': markings,
    'uco-core:hasFacet': only === undefined ? undefined : facetsOf(graph, ledger, step.digest, only),
  });
  if (only !== undefined) return;
  files.forEach((file, at) => {
    const id = `${step.digest} ${at}`;
    const source = graph.say(nodeName('file', ledger, id), ['uco-observable:File'], {
      'uco-core:hasFacet': facetsOf(graph, ledger, id, file),
    });
    graph.say(nodeName('contained', ledger, id), ['uco-observable:ObservableRelationship'], {
      'uco-core:source': source,
      'uco-core:target': { '@id': item },
      'uco-core:kindOfRelationship': 'Contained_Within',
      'uco-core:isDirectional': true,
    });
  });
}

interface NamedFile {
  readonly name?: string;
  readonly size?: string;
  readonly hashes: readonly (readonly [string, string])[];
}

/** `file.name` of the only one, or `file.N.name` of each. */
function filesOf({ disclosure }: ToldStep): NamedFile[] {
  const files = new Map<string, Map<string, string>>();
  for (const field of disclosure?.fields ?? []) {
    const [, number = '', what] = /^file\.(?:(\d{1,6})\.)?(name|size|sha256|sha3-256)$/.exec(field.label) ?? [];
    if (what === undefined || !('value' in field)) continue;
    const file = files.get(number) ?? new Map<string, string>();
    files.set(number, file.set(what, field.value));
  }
  return [...files.values()].map((file) => {
    const [name, size] = [file.get('name'), file.get('size')];
    return {
      ...(name !== undefined && { name }),
      ...(size !== undefined && /^\d{1,18}$/.test(size) && { size }),
      hashes: [
        ['SHA256', file.get('sha256')],
        ['SHA3-256', file.get('sha3-256')],
      ].flatMap(([method, value]): (readonly [string, string])[] =>
        value !== undefined && /^(?:[0-9a-fA-F]{2})+$/.test(value) ? [[method!, value]] : [],
      ),
    };
  });
}

function facetsOf(graph: Graph, ledger: Hex, of: string, { name, size, hashes }: NamedFile): Reference[] {
  const content =
    hashes.length === 0 && size === undefined
      ? []
      : [
          graph.say(nodeName('content', ledger, of), ['uco-observable:ContentDataFacet'], {
            'uco-observable:sizeInBytes': size === undefined ? undefined : { '@type': 'xsd:integer', '@value': size },
            'uco-observable:hash': hashes.map(([method, value]) =>
              graph.say(nodeName('hash', ledger, `${of} ${method}`), ['uco-types:Hash'], {
                'uco-types:hashMethod': method,
                'uco-types:hashValue': { '@type': 'xsd:hexBinary', '@value': value.toUpperCase() },
              }),
            ),
          }),
        ];
  if (name === undefined) return content;
  const file = graph.say(nodeName('file-facet', ledger, of), ['uco-observable:FileFacet'], {
    'uco-observable:fileName': name,
  });
  return [file, ...content];
}

function sayParticipant(graph: Graph, { told, ledger }: Trail, number: number): Reference {
  const member = told.participants.find((each) => each.number === number);
  return graph.say(nodeName('participant', ledger, String(number)), ['uco-identity:Organization'], {
    'uco-core:name': member?.code ?? String(number),
    'unbroken:jurisdiction': member?.jurisdiction,
  });
}

/** Who did it, where a document that was imported named somebody. */
function sayPerson(graph: Graph, { ledger }: Trail, step: ToldStep): Reference | undefined {
  const name = valueOf(step, 'performer.id');
  if (name === undefined || step.act === 'release') return undefined;
  const id = isNodeName(name) ? name : nodeName('person', ledger, name);
  return graph.say(id, ['uco-identity:Identity'], { 'uco-core:name': valueOf(step, 'performer') });
}

/** Of an acceptance, who gave; of any other step, whom it names. */
function counterpartOf({ told }: Trail, step: ToldStep): number | undefined {
  if (step.recipient !== 0) return step.recipient;
  if (step.act !== 'accept' && step.act !== 'refuse') return undefined;
  const before = told.steps.filter(({ subject, act }) => subject === step.subject && act === 'release');
  return before.findLast(({ included }) => included <= step.included)?.participant;
}

function sayMarking(graph: Graph, ledger: Hex, restriction: Restriction): Reference {
  const model = graph.say(nodeName('statement', ledger, restriction), ['uco-marking:StatementMarking'], {
    'uco-marking:definitionType': 'statement',
    'uco-marking:statement': en.restrictions[restriction],
  });
  return graph.say(nodeName('marking', ledger, restriction), ['uco-marking:MarkingDefinition'], {
    'uco-core:name': restriction,
    'uco-marking:definitionType': 'statement',
    'uco-marking:definition': model,
  });
}

function relate(graph: Graph, ledger: Hex, source: string, kind: string, target: string): void {
  graph.say(nodeName('relation', ledger, `${source} ${kind} ${target}`), ['uco-core:Relationship'], {
    'uco-core:source': { '@id': source },
    'uco-core:target': { '@id': target },
    'uco-core:kindOfRelationship': kind,
    'uco-core:isDirectional': true,
  });
}

function authorizationName(ledger: Hex, subject: Hex): string {
  return nodeName('authorization', ledger, subject);
}

/** Agreements, requests and consents that a step names. */
function sayBases(graph: Graph, { told, ledger, steps }: Trail): void {
  const named = new Set(steps.flatMap(({ step }) => [step.agreement, step.request, ...step.list]));
  for (const { subject, terms, number } of told.agreements) {
    if (!named.has(subject)) continue;
    graph.say(authorizationName(ledger, subject), ['case-investigation:Authorization'], {
      'uco-core:name': `Agreement ${number}`,
      'case-investigation:authorizationType': 'agreement',
      'case-investigation:authorizationIdentifier': subject,
      'uco-core:startTime': dateTime(terms.from),
      'uco-core:endTime': dateTime(terms.until),
    });
  }
  for (const step of told.steps) {
    if ((step.act !== 'consent' && step.act !== 'request') || !named.has(step.subject)) continue;
    graph.say(authorizationName(ledger, step.subject), ['case-investigation:Authorization'], {
      'case-investigation:authorizationType': step.act === 'consent' ? 'consent' : (en.codes[step.code] ?? step.code),
      'case-investigation:authorizationIdentifier': step.subject,
      'uco-core:startTime': dateTime(step.time),
    });
  }
}

/** A time as a document had it, if it is one. */
function writtenTime(text: string | undefined) {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/.test(text))
    return undefined;
  return { '@type': 'xsd:dateTime', '@value': text };
}

function codeOf({ told }: Trail, number: number): string {
  return told.participants.find((each) => each.number === number)?.code ?? String(number);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
