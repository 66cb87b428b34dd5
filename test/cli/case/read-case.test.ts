import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import jsonld from 'jsonld';
import {
  CaseError,
  describePlan,
  readCase,
  type ImportPlan,
  type PlannedStatement,
} from '../../../cli/case/read-case.ts';

const DOCUMENTS = new URL('../../documents/', import.meta.url);
const PUBLISHED = new URL('../../../../shared/data/forensic_lifecycle.json', import.meta.url);

const parsed = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));
const own = (name: string): unknown => parsed(new URL(name, DOCUMENTS));
const short = (iri: string): string => iri.slice(Math.max(iri.lastIndexOf('/'), iri.lastIndexOf('#')) + 1);
const told = (plan: ImportPlan, item: string): string[] =>
  plan.statements.filter((statement) => short(statement.item) === item).map(({ act, code }) => `${act} ${code}`);
const statement = (plan: ImportPlan, item: string, act: PlannedStatement['act']): PlannedStatement => {
  const found = plan.statements.find((one) => short(one.item) === item && one.act === act);
  if (found === undefined) throw new Error(`no ${act} of ${item}`);
  return found;
};
const field = (one: PlannedStatement, label: string): string | undefined =>
  one.fields.find((entry) => entry.label === label)?.value;
const remarks = (plan: ImportPlan): string[] => [...new Set(plan.remarks.map((remark) => remark.code))].sort();

const refusal = async (document: unknown): Promise<string> => {
  try {
    await readCase(document);
  } catch (error) {
    if (error instanceof CaseError) return error.code;
    throw error;
  }
  return 'read';
};

/** Laws that hold of every plan. */
function expectLawful(plan: ImportPlan): void {
  const status = new Map<string, string>();
  const keys = new Set<string>();
  for (const one of plan.statements) {
    expect(keys.has(one.idempotencyKey), 'a key stands once').to.equal(false);
    keys.add(one.idempotencyKey);
    expect(one.idempotencyKey).to.match(/^[0-9a-f]{64}$/);
    expect(one.fields.length).to.be.at.most(256);
    expect(new Set(one.fields.map((entry) => entry.label)).size, 'labels are unique').to.equal(one.fields.length);
    for (const { label, value } of one.fields) {
      expect(Buffer.byteLength(label)).to.be.at.most(128);
      expect(Buffer.byteLength(value)).to.be.at.most(65_536);
      expect(value.isWellFormed() && value.normalize('NFC') === value).to.equal(true);
    }
    const before = status.get(one.item) ?? 'none';
    const [allowed, after] = {
      collect: [['none'], 'held'],
      derive: [['none'], 'held'],
      release: [['held'], 'in transit'],
      accept: [['in transit'], 'held'],
      refuse: [['in transit'], 'returning'],
      return: [['returning'], 'held'],
      record: [['held'], 'held'],
      dispose: [['held', 'in transit'], one.code === 'lost' ? 'lost' : 'disposed'],
      found: [['lost'], 'held'],
    }[one.act] as [string[], string];
    expect(allowed, `${one.act} of ${one.item} when ${before}`).to.include(before);
    status.set(one.item, after);
    if (one.act === 'derive') {
      expect(one.parents.length).to.be.within(1, 8);
      expect(new Set(one.parents).size).to.equal(one.parents.length);
      for (const parent of one.parents)
        expect(status.get(parent), `${parent} is held when ${one.item} is derived`).to.equal('held');
    }
    if (one.act === 'release') expect(one.giver.iri).not.to.equal(one.receiver.iri);
  }
  expect([...status.keys()].sort()).to.deep.equal(plan.items.map((item) => item.iri).sort());
}

/** Every named node of the input, gathered by another implementation, is somewhere in the plan. */
async function expectNothingDropped(document: unknown, plan: ImportPlan): Promise<void> {
  const accounted = new Set<string>([
    ...plan.items.map((item) => item.iri),
    ...plan.statements.flatMap((one) => one.sources),
    ...plan.context.map((node) => node.iri),
    ...plan.unmapped.map((entry) => entry.iri),
  ]);
  const named = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === '@id' && typeof inner === 'string') named.add(inner);
        else visit(inner);
      }
    }
  };
  visit(await jsonld.expand(document as jsonld.JsonLdDocument));
  const missing = [...named].filter((iri) => /^[a-z][a-z0-9+.-]*:/i.test(iri) && !accounted.has(iri));
  expect(missing).to.deep.equal([]);
}

describe('CASE import', () => {
  for (const name of readdirSync(DOCUMENTS).filter((file) => file.endsWith('.jsonld'))) {
    it(`gives a lawful plan of ${name} that accounts for every node`, async () => {
      const plan = await readCase(own(name));
      expectLawful(plan);
      await expectNothingDropped(own(name), plan);
      expect(describePlan(plan).length).to.be.above(plan.items.length);
    });

    it(`opens the same lines for ${name} whatever the order of its nodes`, async () => {
      const keys = (plan: ImportPlan): string[] => plan.items.map((item) => item.idempotencyKey).sort();
      const document = own(name) as Record<string, unknown>;
      const reordered = {
        ...document,
        ...('@graph' in document ? { '@graph': [...(document['@graph'] as unknown[])].reverse() } : {}),
      };
      const base = { base: 'https://base.example/' };
      expect(keys(await readCase(reordered, base))).to.deep.equal(keys(await readCase(document, base)));
    });
  }

  describe('a drug case with other prefixes, nested, without a graph', () => {
    let plan: ImportPlan;
    before(async () => {
      plan = await readCase(own('drug-samples.jsonld'));
    });

    it('tells each line', () => {
      expect(told(plan, 'package')).to.deep.equal([
        'collect seized',
        'record sealed',
        'release handoff',
        'accept clean',
        'record stored',
        'dispose destroyed',
      ]);
      expect(told(plan, 'sample-a')).to.deep.equal(['derive sample', 'dispose consumed']);
      expect(told(plan, 'sample-b')).to.deep.equal(['derive sample', 'record stored']);
      expect(told(plan, 'report')).to.deep.equal(['derive report']);
    });

    it('does not take the place where something was seized for evidence', () => {
      expect(plan.unmapped.map((entry) => short(entry.iri))).to.include('lorry');
    });

    it('carries what it has no word for', () => {
      expect(field(statement(plan, 'package', 'record'), 'action.tamperSeal')).to.equal('S-000123');
      expect(field(statement(plan, 'package', 'collect'), 'item.massInGrams')).to.equal('1020');
      expect(field(statement(plan, 'package', 'collect'), 'occurred.until')).to.equal('2031-03-02T07:15:00+01:00');
    });

    it('reads people, places, tools, cases and files', () => {
      const seizure = statement(plan, 'package', 'collect');
      expect(seizure.performer?.name).to.equal('Ada Meer');
      expect(seizure.location?.name).to.equal('Border Road 1 AT');
      expect(seizure.occurred.from?.at).to.equal(Date.parse('2031-03-02T05:40:00Z') / 1000);
      expect(statement(plan, 'report', 'derive').instruments.map((tool) => tool.name)).to.deep.equal(['GC-MS 7']);
      const report = plan.items.find((item) => short(item.iri) === 'report');
      expect(report?.caseName).to.equal('2031-77');
      expect(report?.exhibitNumbers).to.deep.equal(['77/2']);
      expect(report?.file).to.deep.include({ name: '77-2.pdf', size: 20480 });
      expect(report?.file?.digests).to.deep.equal({
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        'sha3-256': '36f028580bb02cc8272a9a020f4200e346e276ae664e45ee80745574e2f5ab80',
      });
    });
  });

  describe('a handover between two agencies', () => {
    let plan: ImportPlan;
    before(async () => {
      plan = await readCase(own('two-agencies.jsonld'));
    });

    it('refuses, hands over, sends back and returns', () => {
      expect(told(plan, 'laptop')).to.deep.equal([
        'collect seized',
        'release handoff',
        'refuse other',
        'return returned',
        'release handoff',
        'accept clean',
        'release handoff',
        'accept clean',
        'dispose returned',
      ]);
    });

    it('knows giver and receiver, through their roles, and whom they work for', () => {
      const accept = statement(plan, 'laptop', 'accept');
      if (accept.act !== 'accept') throw new Error('unreachable');
      expect([accept.giver.name, accept.giver.organisation?.name]).to.deep.equal(['Ines', 'Northern Police']);
      expect([accept.receiver.iri, accept.receiver.organisation?.name]).to.deep.equal([
        'https://police.example/kb/omar',
        'Southern Police',
      ]);
      expect(field(accept, 'exhibit')).to.equal('S-77');
    });

    it('lists what can not follow', () => {
      expect(
        plan.unmapped.map(({ iri, reason, item }) => [short(iri), reason, item === null ? null : short(item)]),
      ).to.deep.equal([['too-late', 'cannot-follow', 'laptop']]);
    });

    it('leaves the first exhibit number primary', () => {
      expect(plan.items[0]?.exhibitNumbers).to.deep.equal(['N-1', 'S-77']);
    });
  });

  describe('a document with many oddities', () => {
    let plan: ImportPlan;
    before(async () => {
      plan = await readCase(own('oddities.jsonld'));
    });

    it('knows a declared subclass, and states a collection before what rests on it', () => {
      expect(told(plan, 'tablet')).to.deep.equal(['collect seized', 'record examined']);
      expect(told(plan, 'tablet-image')).to.deep.equal(['derive image']);
    });

    it('gathers more than eight sources, so that none is left out', () => {
      const timeline = plan.items.find((item) => short(item.iri) === 'timeline');
      const gathered = (timeline?.parents ?? []).flatMap(
        (parent) => plan.items.find((item) => item.iri === parent)?.parents ?? [],
      );
      expect(gathered.map(short)).to.have.members(['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10']);
      expect(plan.items.filter((item) => item.gathering).length, 'one set for both results').to.equal(2);
    });

    it('breaks a circle, says so, and brings lost things back', () => {
      expect(told(plan, 'hen')).to.deep.equal(['collect produced', 'record examined']);
      expect(told(plan, 'egg')).to.deep.equal(['derive extraction', 'record examined']);
      expect(told(plan, 'never-collected')).to.deep.equal([
        'collect produced',
        'dispose lost',
        'found found',
        'record moved',
      ]);
    });

    it('takes what is derived from evidence, by reverse and older words too', () => {
      expect(told(plan, 'excerpt')).to.deep.equal(['derive extraction']);
      expect(told(plan, 'exported')).to.deep.equal(['derive extraction']);
    });

    it('tells apart what has no identifier', () => {
      expect(plan.items.filter((item) => item.description === 'Nameless stick').length).to.equal(2);
    });

    it('remarks on every decision', () => {
      expect(remarks(plan)).to.deep.equal([
        'collection-not-told',
        'cycle',
        'exhibit-repeated',
        'identity-by-content',
        'out-of-order',
        'parents-gathered',
        'reception-not-told',
        'relative-identifiers',
        'time-missing',
        'time-unreadable',
      ]);
    });

    it('leaves the suspect and his own actions alone', () => {
      const reasons = new Map(plan.unmapped.map((entry) => [short(entry.iri), entry.reason]));
      expect(reasons.get('suspect-copies')).to.equal('not-investigative');
      expect(reasons.get('suspects-file')).to.equal('not-evidence');
      expect(reasons.get('nothing')).to.equal('names-no-evidence');
      expect(plan.unmapped.some((entry) => entry.reason === 'left-out-by-json-ld')).to.equal(true);
    });

    it('keeps words without a namespace, and languages', () => {
      const relative = plan.statements.find((one) => one.item.endsWith('#relative'));
      expect(relative === undefined ? undefined : field(relative, 'item.word-without-namespace')).to.equal('kept');
      expect(field(statement(plan, 'tablet-image', 'derive'), 'action.note')).to.equal('vor der Beschlagnahme (de)');
    });
  });

  describe('identity', () => {
    const document = (names: readonly string[], base = {}): object => ({
      '@context': { kb: 'https://id.example/' },
      '@graph': names.map((name) => ({
        '@id': `kb:action-${name}`,
        '@type': 'case-investigation:InvestigativeAction',
        'uco-core:name': name,
        'uco-action:performer': { '@id': 'kb:p' },
        ...(name === 'seized'
          ? { 'uco-action:result': { '@id': 'kb:disk' } }
          : { 'uco-action:object': { '@id': 'kb:disk' } }),
        ...base,
      })),
    });

    it('is the same for the same action and item in overlapping documents', async () => {
      const first = await readCase(document(['seized', 'stored']));
      const second = await readCase(document(['stored', 'sealed']));
      const keys = (plan: ImportPlan) =>
        new Map(plan.statements.map((one) => [one.act === 'record' ? one.code : 'open', one.idempotencyKey]));
      expect(keys(second).get('open')).to.equal(keys(first).get('open'));
      expect(keys(second).get('stored')).to.equal(keys(first).get('stored'));
      expect(keys(second).get('sealed')).not.to.equal(keys(first).get('stored'));
    });

    it('does not mix up relative identifiers of two documents, unless they are given one base', async () => {
      const relative = (note: string) => ({
        '@id': '#a',
        '@type': 'case-investigation:InvestigativeAction',
        'uco-core:name': 'seized',
        'uco-core:description': note,
        'uco-action:result': { '@id': '#phone' },
      });
      const key = async (note: string, base?: string) =>
        (await readCase(relative(note), base === undefined ? {} : { base })).items[0]?.idempotencyKey;
      expect(await key('one')).not.to.equal(await key('two'));
      expect(await key('one', 'https://b.example/')).to.equal(await key('two', 'https://b.example/'));
    });

    it('reads a document without any context', async () => {
      const plan = await readCase({
        '@graph': [
          {
            '@id': 'urn:a',
            '@type': 'InvestigativeAction',
            name: 'seized',
            performer: 'urn:p',
            result: { '@id': 'urn:phone' },
          },
          { '@id': 'urn:p', '@type': 'Person', name: 'P' },
        ],
      });
      expect(plan.statements.map(({ act, code, performer }) => [act, code, performer?.name])).to.deep.equal([
        ['collect', 'seized', 'P'],
      ]);
    });
  });

  describe('hostile documents', () => {
    const hostile = (name: string): unknown => own(`hostile/${name}.jsonld`);

    it('loads no context, wherever it is named', async () => {
      expect(await refusal(hostile('remote-context'))).to.equal('REMOTE_CONTEXT');
      expect(await refusal(hostile('remote-import'))).to.equal('REMOTE_CONTEXT');
      expect(await refusal(hostile('nested-remote-context'))).to.equal('REMOTE_CONTEXT');
    });

    it('refuses unsafe keys, circles, depth and what is no document', async () => {
      const circle: Record<string, unknown> = { '@id': 'urn:x' };
      circle['urn:p'] = [circle];
      let deep: unknown = { '@id': 'urn:x' };
      for (let level = 0; level < 100_000; level++) deep = { 'urn:p': deep };
      expect(await refusal(hostile('proto-key'))).to.equal('UNSAFE_KEY');
      expect(await refusal(circle)).to.equal('CIRCULAR');
      expect(await refusal(deep)).to.equal('TOO_DEEP');
      expect(await refusal(hostile('circular-terms'))).to.equal('INVALID_JSON_LD');
      for (const nothing of [null, undefined, 'https://contexts.example/', 7, new Map(), { p: () => 1 }])
        expect(await refusal(nothing)).to.equal('NOT_A_DOCUMENT');
    });

    it('takes names of object members for names', async () => {
      const plan = await readCase(hostile('names-of-objects'));
      expectLawful(plan);
      expect(plan.items.map((item) => short(item.iri))).to.have.members(['toString', '__proto__']);
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    });

    it('keeps to the limits of records', async () => {
      const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`urn:p:${index}`, 'x']));
      const plan = await readCase({
        '@id': 'urn:a',
        '@type': 'case-investigation:InvestigativeAction',
        'uco-core:name': 'seized',
        'uco-action:result': { '@id': 'urn:i', ...many, 'urn:long': 'ä'.repeat(40_000), 'urn:lone': '\ud800' },
      });
      expectLawful(plan);
      expect(new Set(plan.unmapped.map((entry) => entry.reason))).to.deep.equal(
        new Set(['too-many-fields', 'too-long']),
      );
    });
  });

  it('is linear: ten thousand items with one action over all of them', async function () {
    this.timeout(60_000);
    const ids = (prefix: string) =>
      Array.from({ length: 10_000 }, (_, index) => ({
        '@id': `urn:${prefix}:${index}`,
        '@type': 'uco-observable:File',
      }));
    const plan = await readCase({
      '@id': 'urn:a',
      '@type': 'case-investigation:InvestigativeAction',
      'uco-core:name': 'parsed',
      'uco-action:object': ids('o'),
      'uco-action:result': ids('r'),
    });
    expect(plan.items.filter((item) => !item.gathering).length).to.equal(20_000);
  });

  it('gives a lawful plan of whatever actions do to whatever items', async function () {
    this.timeout(60_000);
    const id = (prefix: string, count: number) =>
      fc.integer({ min: 0, max: count }).map((number) => ({ '@id': `urn:${prefix}:${number}` }));
    const action = fc.record(
      {
        'uco-core:name': fc.constantFrom(
          'seized',
          'collected',
          'custody-receive',
          'custody-transfer',
          'shipped',
          'refused',
          'imaged',
          'sampled',
          'parsed',
          'examined',
          'stored',
          'returned',
          'destroyed',
          'lost',
          'found',
          'something',
        ),
        'uco-action:object': fc.array(id('item', 14), { maxLength: 12 }),
        'uco-action:result': fc.array(id('item', 14), { maxLength: 4 }),
        'uco-action:performer': id('person', 3),
        'uco-action:participant': id('person', 3),
        'uco-action:startTime': fc.integer({ min: 2000, max: 2020 }).map(String),
      },
      { requiredKeys: ['uco-core:name'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const document = {
          '@graph': actions.map((one, index) => ({
            '@id': `urn:action:${index}`,
            '@type': 'case-investigation:InvestigativeAction',
            ...one,
          })),
        };
        const plan = await readCase(document);
        expectLawful(plan);
        const told = new Set([
          ...plan.statements.flatMap((one) => one.sources),
          ...plan.unmapped.map((entry) => entry.iri),
        ]);
        for (const node of document['@graph']) expect(told.has(node['@id']), node['@id']).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  describe('the published example of the forensic lifecycle', () => {
    let plan: ImportPlan;
    before(async function () {
      if (!existsSync(PUBLISHED)) {
        console.log(`      ${PUBLISHED.pathname} is not there: its tests are skipped`);
        return this.skip();
      }
      plan = await readCase(parsed(PUBLISHED));
    });
    const byExhibit = (number: string) => plan.items.find((item) => item.exhibitNumbers.includes(number));

    it('is lawful and accounts for every node', async () => {
      expectLawful(plan);
      await expectNothingDropped(parsed(PUBLISHED), plan);
    });

    it('opens twenty lines, each once: the phone is collected, all else derived', () => {
      expect(plan.items.length).to.equal(20);
      expect(plan.items.filter((item) => item.origin === 'collect').map((item) => item.description)).to.deep.equal([
        'Android Smartphone',
      ]);
      const codes = plan.items.map((item) => item.code);
      expect(codes.filter((code) => code === 'image').length).to.equal(2);
      expect(codes.filter((code) => code === 'extraction').length).to.equal(15);
      expect(byExhibit('DFL-20140712-001B')?.code).to.equal('part');
      expect(byExhibit('DFL-20140712-001E')?.code).to.equal('report');
    });

    it('keeps both exhibit numbers of the phone, that of the seizure first', () => {
      expect(byExhibit('ACME-676553402357')?.exhibitNumbers).to.deep.equal(['ACME-676553402357', 'DFL-20140712-001A']);
    });

    it('hands the phone over from the investigator to the examiner', () => {
      const phone = byExhibit('ACME-676553402357')?.iri ?? '';
      expect(told(plan, short(phone))).to.deep.equal(['collect seized', 'release handoff', 'accept clean']);
      const accept = statement(plan, short(phone), 'accept');
      if (accept.act !== 'accept') throw new Error('unreachable');
      expect(accept.giver.name).to.match(/^investigator-/);
      expect(accept.receiver.name).to.match(/^examiner-fef59198/);
      expect(field(accept, 'action.annotation')).to.equal('Receive evidence via FedEx from Jon Graves. [forensic]');
      expect(remarks(plan)).to.deep.equal(['giver-concluded', 'part-concluded']);
    });

    it('derives by what the actions take and give', () => {
      const parents = (number: string) =>
        byExhibit(number)?.parents.map((iri) =>
          plan.items.find((item) => item.iri === iri)?.exhibitNumbers[0]?.slice(-4),
        );
      expect(parents('DFL-20140712-001C')).to.deep.equal(['2357']);
      expect(parents('DFL-20140712-001D')).to.deep.equal(['001B']);
      expect(parents('DFL-20140712-0022')).to.deep.equal(['001C', '001D']);
      expect(parents('DFL-20140712-002D')).to.deep.equal(['0021', '0022', '0023']);
    });

    it('keeps the arguments of the tools', () => {
      const image = statement(plan, short(byExhibit('DFL-20140712-001C')?.iri ?? ''), 'derive');
      expect(field(image, 'action.UFEDArgumentsFacet.method')).to.equal('ADB');
      expect(field(image, 'occurred')).to.equal('2010-01-15T17:59:43.25Z');
    });
  });
});
