/**
 * The browsable documentation, written from the OpenAPI document: one page, no script, nothing from elsewhere.
 */
import { createHash } from 'node:crypto';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
}

interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
    >
  >;
}

interface Document {
  readonly info: { readonly title: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
summary { padding: .5rem .75rem; cursor: pointer; }
details > div { padding: 0 .75rem .75rem; }
code, pre { font: .9em/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .25rem .5rem; border-top: 1px solid var(--line); }
.method { display: inline-block; width: 3.5rem; font-weight: 700; text-transform: uppercase; }
.soft { opacity: .7; }
`;

/** The page's own style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function docsPage(openApi: object): string {
  const document = openApi as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? 'Other');
  const sections = [...byTag].map(
    ([tag, own]) =>
      `<h2 id="${escape(tag)}">${escape(tag)}</h2>${own.map(({ path, method, operation }) => operationHtml(path, method, operation)).join('')}`,
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code> <span class="soft">${escape(schema.description ?? '')}</span></summary><div>${schemaHtml(schema)}</div></details>`,
  );
  const tags = [...byTag.keys(), 'Schemas'].map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' · ');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(document.info.title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(document.info.title)}</h1><p>${escape(document.info.description)}</p>
<p>Send <code>Authorization: Bearer TOKEN</code>. The same for programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav>${tags}</nav>${sections.join('')}<h2 id="Schemas">Schemas</h2>${schemas.join('')}</body></html>`;
}

function operationHtml(path: string, method: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: where, required, description, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td class="soft">${escape(where)}${required ? ', required' : ''}</td><td>${typeHtml(schema)} ${escape(description ?? schema.description ?? '')}</td></tr>`,
  );
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(
    ([media, { schema }]) => `<h4>Body <span class="soft">${escape(media)}</span></h4>${schemaHtml(schema)}`,
  );
  const responses = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const types = Object.values(content ?? {}).map(({ schema }) => typeHtml(schema));
    return `<tr><td><code>${escape(status)}</code></td><td>${escape(description)}</td><td>${types.join(', ')}</td></tr>`;
  });
  return `<details id="${escape(operation.operationId)}"><summary><span class="method">${escape(method)}</span><code>${escape(path)}</code> ${escape(operation.summary)}${operation.security.length === 0 ? ' <span class="soft">(no account)</span>' : ''}</summary><div>
<p>${escape(operation.description ?? '')}</p>${parameters.length > 0 ? `<table>${parameters.join('')}</table>` : ''}${bodies.join('')}<h4>Answers</h4><table>${responses.join('')}</table></div></details>`;
}

function schemaHtml(schema: Schema): string {
  const example = schema.examples?.[0];
  const shown = example === undefined ? '' : `<pre>${escape(JSON.stringify(example, null, 2))}</pre>`;
  if (!schema.properties) return `<p>${typeHtml(schema)}</p>${shown}`;
  const rows = Object.entries(schema.properties).map(
    ([name, property]) =>
      `<tr><td><code>${escape(name)}</code>${schema.required?.includes(name) ? '' : ' <span class="soft">optional</span>'}</td><td>${typeHtml(property)}</td><td>${escape(property.description ?? '')}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>${shown}`;
}

function typeHtml(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
  }
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map(typeHtml).join(' or ');
  if (schema.enum) return schema.enum.map((value) => `<code>${escape(String(value))}</code>`).join(' ');
  if (schema.const !== undefined) return `<code>${escape(String(schema.const))}</code>`;
  if (schema.items) return `list of ${typeHtml(schema.items)}`;
  return escape([schema.type ?? 'anything'].flat().join(' or '));
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
