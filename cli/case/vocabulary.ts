/**
 * The words of UCO and CASE that the import knows, as `module:name`, whatever prefix, host or version of the ontologies
 * the document uses. Source: UCO 1.x and CASE 1.x (and the namespaces of their drafts).
 */

/** Stands for a document's own words when it gives them no namespace; so that they are listed, and not dropped. */
export const LOCAL_NAMESPACE = 'urn:unbroken:case:term#';

/** Prefixes that a document may use without defining them. Its own definitions win. */
export const DEFAULT_CONTEXT: Readonly<Record<string, string>> = {
  '@vocab': LOCAL_NAMESPACE,
  'case-investigation': 'https://ontology.caseontology.org/case/investigation/',
  investigation: 'https://ontology.caseontology.org/case/investigation/',
  ...Object.fromEntries(
    [
      'action',
      'analysis',
      'configuration',
      'core',
      'identity',
      'location',
      'marking',
      'observable',
      'role',
      'time',
      'tool',
      'types',
      'victim',
    ].map((module) => [`uco-${module}`, `https://ontology.unifiedcyberontology.org/uco/${module}/`]),
  ),
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  owl: 'http://www.w3.org/2002/07/owl#',
  prov: 'http://www.w3.org/ns/prov#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  co: 'http://purl.org/co/',
};

const ONTOLOGY =
  /^https?:\/\/(?:www\.)?(?:ontology\.)?(?:unifiedcyberontology|caseontology)\.org\/(?:ontology\/)?(uco|case)\/([a-z-]+)(?:\/[0-9][0-9.]*)?[/#]([^/#]+)$/;

const NAMESPACES: readonly (readonly [string, string])[] = [
  ['http://www.w3.org/2000/01/rdf-schema#', 'rdfs:'],
  ['http://www.w3.org/1999/02/22-rdf-syntax-ns#', 'rdf:'],
  ['http://www.w3.org/2002/07/owl#', 'owl:'],
  ['http://www.w3.org/ns/shacl#', 'sh:'],
  ['http://www.w3.org/ns/prov#', 'prov:'],
  ['http://www.w3.org/2001/XMLSchema#', 'xsd:'],
  ['http://purl.org/co/', 'co:'],
];

/** Words that are understood without a namespace, and in the namespaces of the drafts of CASE. */
const BARE: ReadonlyMap<string, string> = new Map(
  [
    'case-investigation:Investigation',
    'case-investigation:InvestigativeAction',
    'case-investigation:ProvenanceRecord',
    'case-investigation:exhibitNumber',
    'case-investigation:rootExhibitNumber',
    'case-investigation:wasDerivedFrom',
    'case-investigation:wasInformedBy',
    'case-investigation:focus',
    'uco-action:Action',
    'uco-action:performer',
    'uco-action:participant',
    'uco-action:instrument',
    'uco-action:environment',
    'uco-action:result',
    'uco-action:startTime',
    'uco-action:endTime',
    'uco-action:location',
    'uco-core:name',
    'uco-core:description',
    'uco-core:hasFacet',
    'uco-core:Relationship',
    'uco-core:source',
    'uco-core:target',
    'uco-core:kindOfRelationship',
    'uco-core:isDirectional',
    'uco-core:Annotation',
    'uco-core:Bundle',
    'uco-core:createdBy',
    'uco-core:objectCreatedTime',
    'uco-core:object',
    'uco-identity:Person',
    'uco-identity:Organization',
    'uco-identity:Identity',
    'uco-location:Location',
    'uco-tool:Tool',
    'uco-tool:AnalyticTool',
    'uco-observable:FileFacet',
    'uco-observable:ContentDataFacet',
    'uco-observable:hash',
    'uco-observable:fileName',
    'uco-observable:filePath',
    'uco-observable:sizeInBytes',
    'uco-types:Hash',
    'uco-types:hashMethod',
    'uco-types:hashValue',
  ].map((term) => [localName(term), term]),
);

/** Older spellings of the same word. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['uco-core:facets', 'uco-core:hasFacet'],
  ['uco-core:facet', 'uco-core:hasFacet'],
  ['uco-core:hasPropertyBundle', 'uco-core:hasFacet'],
  ['uco-core:propertyBundle', 'uco-core:hasFacet'],
  ['uco-core:startTime', 'uco-action:startTime'],
  ['uco-core:endTime', 'uco-action:endTime'],
  ['uco-core:createdTime', 'uco-core:objectCreatedTime'],
  ['prov:wasDerivedFrom', 'case-investigation:wasDerivedFrom'],
  ['prov:wasInformedBy', 'case-investigation:wasInformedBy'],
]);

/** `module:name` for a known vocabulary, else the IRI itself. */
export function termOf(iri: string): string {
  const match = ONTOLOGY.exec(iri);
  if (match !== null) {
    const term = `${match[1]}-${match[2]}:${match[3]}`;
    return RENAMED.get(term) ?? term;
  }
  for (const [namespace, prefix] of NAMESPACES) {
    if (iri.startsWith(namespace)) {
      const term = prefix + iri.slice(namespace.length);
      return RENAMED.get(term) ?? term;
    }
  }
  if (iri.startsWith(LOCAL_NAMESPACE) || iri.startsWith('http://case.example.org/'))
    return BARE.get(localName(iri)) ?? iri;
  return iri;
}

/** The part of an IRI or term after its last `/`, `#` or `:`. */
export function localName(iri: string): string {
  return iri.slice(Math.max(iri.lastIndexOf('/'), iri.lastIndexOf('#'), iri.lastIndexOf(':')) + 1) || iri;
}

/** What a node is for a chain of custody. */
export type Family =
  | 'provenance'
  | 'case'
  | 'relationship'
  | 'investigative action'
  | 'action'
  | 'lifecycle'
  | 'facet'
  | 'value'
  | 'observable'
  | 'person'
  | 'role'
  | 'location'
  | 'tool'
  | 'annotation'
  | 'authorization'
  | 'grouping'
  | 'marking'
  | 'vocabulary'
  | 'unknown';

const CLASSES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['case-investigation:ProvenanceRecord', 'provenance'],
  ['case-investigation:Investigation', 'case'],
  ['case-investigation:InvestigativeAction', 'investigative action'],
  ['case-investigation:Authorization', 'authorization'],
  ['uco-core:Relationship', 'relationship'],
  ['uco-observable:ObservableRelationship', 'relationship'],
  ['uco-action:Action', 'action'],
  ['uco-observable:ObservableAction', 'action'],
  ['uco-analysis:Analysis', 'action'],
  ['uco-action:ArrayOfAction', 'lifecycle'],
  ['co:List', 'lifecycle'],
  ['co:ListItem', 'lifecycle'],
  ['uco-core:Annotation', 'annotation'],
  ['uco-core:Bundle', 'grouping'],
  ['uco-core:Grouping', 'grouping'],
  ['uco-core:Compilation', 'grouping'],
  ['uco-core:ContextualCompilation', 'grouping'],
  ['uco-core:EnclosingCompilation', 'grouping'],
  ['uco-analysis:AnalyticResult', 'observable'],
  ['uco-configuration:ConfiguredTool', 'tool'],
  ['uco-tool:ConfiguredTool', 'tool'],
  ['owl:Class', 'vocabulary'],
  ['rdfs:Class', 'vocabulary'],
  ['rdfs:Datatype', 'vocabulary'],
  ['rdf:Property', 'vocabulary'],
  ['owl:Ontology', 'vocabulary'],
  ['owl:ObjectProperty', 'vocabulary'],
  ['owl:DatatypeProperty', 'vocabulary'],
]);

const MODULES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['uco-identity', 'person'],
  ['uco-role', 'role'],
  ['uco-victim', 'role'],
  ['uco-location', 'location'],
  ['uco-tool', 'tool'],
  ['uco-types', 'value'],
  ['uco-marking', 'marking'],
  ['uco-observable', 'observable'],
]);

/** The most telling first: a node of several types is what comes first here. */
const PRECEDENCE: readonly Family[] = [
  'provenance',
  'case',
  'relationship',
  'investigative action',
  'action',
  'lifecycle',
  'facet',
  'value',
  'observable',
  'role',
  'person',
  'location',
  'tool',
  'annotation',
  'authorization',
  'grouping',
  'marking',
  'vocabulary',
  'unknown',
];

function familyOfType(type: string): Family {
  const known = CLASSES.get(type);
  if (known !== undefined) return known;
  const name = localName(type);
  if (name.endsWith('Facet')) return 'facet';
  if (name.endsWith('ActionLifecycle')) return 'lifecycle';
  const module = type.slice(0, type.indexOf(':'));
  if (module === 'case-investigation') return 'role';
  if (module === 'sh') return 'vocabulary';
  return MODULES.get(module) ?? 'unknown';
}

/** @param superclasses what the document itself declares by rdfs:subClassOf */
export function familyOf(types: Iterable<string>, superclasses: ReadonlyMap<string, readonly string[]>): Family {
  const seen = new Set<string>(types);
  let best = PRECEDENCE.length - 1;
  // A Set iterates over what is added on the way, so this walks up the declared classes, each once.
  for (const type of seen) {
    best = Math.min(best, PRECEDENCE.indexOf(familyOfType(type)));
    for (const parent of superclasses.get(type) ?? []) seen.add(parent);
  }
  return PRECEDENCE[best] ?? 'unknown';
}
