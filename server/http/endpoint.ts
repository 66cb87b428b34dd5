/**
 * What an endpoint is: one piece of data from which Express gets a route and OpenAPI its description, so that
 * neither can know what the other does not.
 */
import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import type { Caller, Gateway } from '../custody/gateway.ts';
import type { Clock, Role, TokenStore } from '../custody/ports.ts';
import { allowRole, type Door } from './auth.ts';
import { readJson } from './body.ts';
import { idempotencyKeyOf } from './idempotency.ts';
import type { AddressLimit, Limits, Places } from './limits.ts';
import { HttpError, type Problem, type ProblemCode } from './problem.ts';
import { requestIdOf, type Traffic } from './traffic.ts';
import { validated } from './validation.ts';

/** What every route works with. */
export interface Context {
  readonly gateway: Gateway;
  readonly door: Door;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly anonymous: AddressLimit;
  /** Other gateways, which need no account either. */
  readonly gateways: AddressLimit;
  /** For bundles that come in. */
  readonly bundles: Places;
  readonly traffic: Traffic;
  /** The problem of what was thrown while a part of a request was answered; in the log if it was unexpected. */
  problem(error: unknown, requestId: string): Problem;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Call<Params, Query, Body> {
  readonly context: Context;
  readonly gateway: Gateway;
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly idempotencyKey: string | undefined;
}

export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly media?: string;
  /** Other forms of it, for those who ask. */
  readonly also?: readonly { readonly media: string; readonly schema: z.ZodType }[];
}

interface Definition<Params, Query, Body> {
  readonly method: 'get' | 'post' | 'delete';
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Where the body is not JSON and the route reads it. */
  readonly stream?: { readonly media: string; readonly schema: z.ZodType };
  readonly bodyLimit?: keyof Limits & ('bodyBytes' | 'sheetBytes' | 'dossierBytes');
  /** Looks at the request before its body is read; throws to refuse it. */
  admit?(call: Pick<Call<unknown, unknown, unknown>, 'context' | 'request'>): void;
  readonly idempotent?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** What may be refused besides what follows from the rest. */
  readonly problems?: readonly ProblemCode[];
}

type Handled = Promise<Reply | 'answered'>;

/** An endpoint with its types taken away, for lists. */
export interface Endpoint extends Definition<unknown, unknown, unknown> {
  /** Empty: no account is needed. */
  readonly roles: readonly Role[];
  run(call: Call<unknown, unknown, unknown>): Handled;
}

/** An endpoint for callers with one of these roles. */
export function endpoint<Params = undefined, Query = undefined, Body = undefined>(
  definition: Definition<Params, Query, Body> & {
    readonly roles: readonly Role[];
    /** By which door its callers come in; the usual one if left out. */
    identify?(door: Door, request: Request): Promise<Caller>;
    handle(call: Call<Params, Query, Body> & { readonly caller: Caller }): Handled;
  },
): Endpoint {
  const { handle, identify, ...described } = definition;
  return {
    ...described,
    async run(call) {
      const { door } = call.context;
      const caller = await (identify ? identify(door, call.request) : door.caller(call.request));
      call.context.traffic.identify(call.response, caller);
      allowRole(caller, definition.roles);
      return handle({ ...((await read(described, call)) as Call<Params, Query, Body>), caller });
    },
  };
}

/** An endpoint that needs no account. */
export function openEndpoint<Params = undefined, Query = undefined, Body = undefined>(
  definition: Definition<Params, Query, Body> & { handle(call: Call<Params, Query, Body>): Handled },
): Endpoint {
  const { handle, ...described } = definition;
  return {
    ...described,
    roles: [],
    async run(call) {
      definition.admit?.(call);
      return handle((await read(described, call)) as Call<Params, Query, Body>);
    },
  };
}

async function read(
  { params, query, body, bodyLimit, idempotent }: Omit<Definition<unknown, unknown, unknown>, 'handle'>,
  call: Call<unknown, unknown, unknown>,
): Promise<Call<unknown, unknown, unknown>> {
  const { request, context } = call;
  const readBody = async (schema: z.ZodType): Promise<unknown> => {
    const { limits } = context;
    return validated(schema, await readJson(request, limits[bodyLimit ?? 'bodyBytes'], limits.bodySeconds * 1000));
  };
  return {
    ...call,
    params: params && validated(params, request.params, 'path: '),
    query: validatedQuery(query, request.query),
    idempotencyKey: idempotent === true ? idempotencyKeyOf(request) : undefined,
    body: body && (await readBody(body)),
  };
}

function validatedQuery(schema: z.ZodType | undefined, query: Request['query']): unknown {
  if (schema) return validated(schema, query, '?');
  const [stray] = Object.keys(query);
  if (stray !== undefined) throw new HttpError('INVALID', 'This path takes no query.');
  return undefined;
}

export function mount(app: Express, endpoints: readonly Endpoint[], context: Context): void {
  const methods = new Map<string, string[]>();
  for (const each of endpoints) {
    const path = each.path.replace(/\{(\w+)\}/g, ':$1');
    app[each.method](path, (request, response) => serve(each, context, request, response));
    const names = each.method === 'get' ? ['GET', 'HEAD'] : [each.method.toUpperCase()];
    methods.set(path, [...(methods.get(path) ?? []), ...names]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, () => {
      const headers = { Allow: allowed.join(', ') };
      throw new HttpError('METHOD_NOT_ALLOWED', `This path takes ${allowed.join(', ')}.`, { headers });
    });
  }
}

async function serve(each: Endpoint, context: Context, request: Request, response: Response): Promise<void> {
  context.traffic.route(response, each.path);
  const reply = await each.run({
    context,
    gateway: context.gateway,
    request,
    response,
    requestId: requestIdOf(response),
    params: undefined,
    query: undefined,
    body: undefined,
    idempotencyKey: undefined,
  });
  if (reply === 'answered') return;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  response.statusCode = reply.status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(reply.body));
}
