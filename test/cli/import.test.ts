import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { gateway, json, unbroken, workFolder } from './support/command.ts';

interface Imported {
  readonly items: readonly { readonly iri: string; readonly evidence?: string }[];
  readonly statements: readonly {
    readonly item: string;
    readonly planned: string;
    readonly statement?: { readonly digest: string };
  }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly unmapped: readonly unknown[];
}
interface Found {
  readonly items: readonly { readonly subject: string }[];
}
interface Trail {
  readonly items: readonly { readonly act: string; readonly participant: { readonly code: string } }[];
}

const DOCUMENTS = path.resolve(import.meta.dirname, '../documents');
const PUBLISHED = path.resolve(import.meta.dirname, '../../../shared/data/forensic_lifecycle.json');

describe('command line: import', function () {
  this.timeout(60_000);
  before(async function () {
    this.timeout(200_000);
    await gateway();
  });

  it('shows what a document comes to and states nothing', async () => {
    const before = await json<Found>('lucia', ['search', '--holder', 'ES-GC', '--limit', '1000']);
    const { code, output } = await unbroken('lucia', [
      'import',
      'case',
      path.join(DOCUMENTS, 'oddities.jsonld'),
      '--dry-run',
    ]);
    expect(code).to.equal(0);
    expect(output).to.include('items').and.to.include('Not mapped');
    expect(await json<Found>('lucia', ['search', '--holder', 'ES-GC', '--limit', '1000'])).to.deep.equal(before);
  });

  for (const file of [
    path.join(DOCUMENTS, 'oddities.jsonld'),
    path.join(DOCUMENTS, 'drug-samples.jsonld'),
    PUBLISHED,
  ]) {
    const title = `states ${path.basename(file)} once, though it is imported twice`;
    // The published example lies beside the project, not in it.
    (existsSync(file) ? it : it.skip)(title, async () => {
      const first = await json<Imported>('lucia', ['import', 'case', file]);
      expect(first.summary['final']).to.equal(first.summary['statements']);
      expect(first.items.every(({ evidence }) => evidence !== undefined)).to.be.true;
      const count = (await json<Found>('lucia', ['search', '--holder', 'ES-GC', '--limit', '1000'])).items.length;
      const second = await json<Imported>('lucia', ['import', 'case', file]);
      expect(second.items).to.deep.equal(first.items);
      expect(second.statements.map(({ statement }) => statement?.digest)).to.deep.equal(
        first.statements.map(({ statement }) => statement?.digest),
      );
      expect((await json<Found>('lucia', ['search', '--holder', 'ES-GC', '--limit', '1000'])).items).to.have.length(
        count,
      );
    });
  }

  it('goes on where it was interrupted', async () => {
    const file = path.join(DOCUMENTS, 'two-agencies.jsonld');
    const { url, tokens } = await gateway();
    const cut = await cutOff(url, 4);
    const { code, errors } = await unbroken('nadia', ['import', 'case', file], {
      environment: { UNBROKEN_URL: cut.url, UNBROKEN_PATIENCE: '1' },
    });
    cut.close();
    expect(code).to.equal(3);
    expect(errors).to.include('nothing is stated twice');
    expect(tokens).to.have.property('nadia');
    const whole = await json<Imported>('nadia', ['import', 'case', file]);
    expect(whole.summary).to.include({ statements: 10, final: 10, refused: 0, leftOut: 0 });
    const trail = await json<Trail>('nadia', ['trail', whole.items[0]!.evidence!]);
    expect(trail.items).to.have.length(9);
  });

  it('keeps what was stated before in other words', async () => {
    const document = (note: string) => ({
      '@context': {
        '@vocab': 'http://example.org/kb/',
        'uco-core': 'https://ontology.unifiedcyberontology.org/uco/core/',
        'uco-action': 'https://ontology.unifiedcyberontology.org/uco/action/',
        'case-investigation': 'https://ontology.caseontology.org/case/investigation/',
        'uco-observable': 'https://ontology.unifiedcyberontology.org/uco/observable/',
      },
      '@graph': [
        { '@id': 'urn:test:phone', '@type': 'uco-observable:Device', 'uco-core:description': note },
        {
          '@id': 'urn:test:record',
          '@type': 'case-investigation:ProvenanceRecord',
          'case-investigation:exhibitNumber': 'AGAIN-1',
          'uco-core:object': { '@id': 'urn:test:phone' },
        },
        {
          '@id': 'urn:test:seizure',
          '@type': 'case-investigation:InvestigativeAction',
          'uco-core:name': 'seized',
          'uco-action:object': { '@id': 'urn:test:phone' },
          'uco-action:result': { '@id': 'urn:test:record' },
        },
      ],
    });
    const file = path.join(workFolder(), 'again.jsonld');
    writeFileSync(file, JSON.stringify(document('A phone')));
    const first = await json<Imported>('lucia', ['import', 'case', file]);
    writeFileSync(file, JSON.stringify(document('A telephone')));
    const second = await json<Imported>('lucia', ['import', 'case', file]);
    expect(second.summary).to.include({ statedBefore: 1, refused: 0, leftOut: 0 });
    expect(second.items[0]!.evidence).to.equal(first.items[0]!.evidence);
  });

  it('hands over between participants that --as names', async () => {
    const { tokens } = await gateway();
    const file = path.join(DOCUMENTS, 'two-agencies.jsonld');
    const parameters = [
      'import',
      'case',
      file,
      '--as',
      'https://police.example/kb/north=NL-POL',
      '--as',
      'https://police.example/kb/south=DE-ZOLL',
    ];
    const missing = await unbroken('joost', parameters);
    expect(missing.code).to.equal(2);
    expect(missing.errors).to.include('UNBROKEN_TOKEN_DE_ZOLL');

    const { items } = await json<{ items: { subject: string }[] }>('joost', ['agreements']);
    const environment = { UNBROKEN_TOKEN_DE_ZOLL: tokens['dieter']! };
    const crossing = [...parameters, '--agreement', items[0]!.subject, '--purpose', 'forensics'];
    const imported = await json<Imported>('joost', crossing, { environment });
    expect(imported.summary).to.include({ statements: 10, final: 10, refused: 0, leftOut: 0 });
    const trail = await json<Trail>('joost', ['trail', imported.items[0]!.evidence!]);
    expect(trail.items.map(({ act, participant }) => `${act} ${participant.code}`)).to.deep.equal([
      'collect NL-POL',
      'release NL-POL',
      'refuse DE-ZOLL',
      'return NL-POL',
      'release NL-POL',
      'accept DE-ZOLL',
      'release DE-ZOLL',
      'accept NL-POL',
      'dispose NL-POL',
    ]);
    const again = await json<Imported>('joost', crossing, { environment });
    expect(again.items).to.deep.equal(imported.items);
  });

  it('ends with 2 for what is no document', async () => {
    const file = path.join(workFolder(), 'no-document.json');
    writeFileSync(file, '{"@context": "https://remote.example/context"}');
    expect((await unbroken('lucia', ['import', 'case', file])).code).to.equal(2);
    writeFileSync(file, 'not json');
    expect((await unbroken('lucia', ['import', 'case', file])).code).to.equal(2);
  });
});

/** A way to the gateway that is cut off after so many sheets: their answers are lost, not the sheets. */
async function cutOff(target: string, sheets: number): Promise<{ url: string; close(): void }> {
  let left = sheets;
  const server = createServer((request, response) => {
    const isSheet = request.url === '/v1/sheets';
    if (left <= 0) {
      request.socket.destroy();
      server.close();
      return;
    }
    if (isSheet) left -= 1;
    const onward = httpRequest(
      `${target}${request.url}`,
      { method: request.method, headers: request.headers },
      (answer) => {
        if (isSheet && left <= 0) {
          answer.resume().on('end', () => request.socket.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
