/** A trail as W3C PROV, in JSON-LD (PROV-O): records are entities, steps activities, participants agents. */
import type { Bundle } from '../../protocol/bundle/form.ts';
import { tellBundle } from '../../protocol/bundle/tell.ts';
import { dateTime, openGraph, type Reference } from './graph.ts';
import { nodeName } from './naming.ts';
import { isOpening, readTrail } from './reading.ts';

const CONTEXT = {
  prov: 'http://www.w3.org/ns/prov#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  unbroken: 'urn:unbroken:ontology:',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};

/**
 * @returns a JSON-LD document
 * @throws ProtocolError BUNDLE, UNREADABLE or FOUNDING for what is no bundle
 */
export function provOf(bundle: Bundle): object {
  const { foundingHash } = bundle.ledger;
  const told = tellBundle(bundle);
  const { steps } = readTrail(told, foundingHash);
  const graph = openGraph();
  const makers = new Map(steps.map(({ result, action }) => [result, action]));
  for (const { step, action, item, sources, used: items, result } of steps) {
    const member = told.participants.find(({ number }) => number === step.participant);
    const agent = graph.say(
      nodeName('participant', foundingHash, String(step.participant)),
      ['prov:Agent', 'prov:Organization'],
      { 'rdfs:label': member?.code ?? String(step.participant) },
    );
    const used = orNothing(sources);
    if (isOpening(step)) graph.say(item, ['prov:Entity'], { 'prov:wasDerivedFrom': orNothing(items) });
    graph.say(action, ['prov:Activity'], {
      'rdfs:label': `${step.act} (${step.code})`,
      'prov:startedAtTime': dateTime(step.time),
      'prov:wasAssociatedWith': agent,
      'prov:used': used,
      'prov:wasInformedBy': sources.flatMap((source) => {
        const maker = makers.get(source);
        return maker === undefined || maker === action ? [] : [{ '@id': maker }];
      }),
    });
    graph.say(result, ['prov:Entity'], {
      'prov:wasGeneratedBy': { '@id': action },
      'prov:wasAttributedTo': agent,
      'prov:wasDerivedFrom': used,
      'prov:specializationOf': { '@id': item },
      'prov:generatedAtTime': dateTime(step.included),
      'unbroken:digest': step.digest,
    });
  }
  return graph.document(CONTEXT);
}

/** What comes into custody comes from nothing that the trail knows. */
function orNothing(names: readonly string[]): Reference[] {
  return (names.length === 0 ? ['prov:EmptyCollection'] : names).map((id) => ({ '@id': id }));
}
