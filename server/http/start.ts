/** The API as an Express application, and the server that listens for it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import type { Gateway } from '../custody/gateway.ts';
import type { Clock, TokenStore } from '../custody/ports.ts';
import { openDoor } from './auth.ts';
import { courtPage } from '../../papers/court-page.ts';
import { mount, type Endpoint } from './endpoint.ts';
import { addressLimit, DEFAULT_LIMITS, openPlaces, type Limits } from './limits.ts';
import { openApiOf } from './openapi.ts';
import { docsPage, DOCS_POLICY } from './pages/docs-page.ts';
import { HttpError, loggedProblem, sendProblem, type Problem } from './problem.ts';
import { basisRoutes } from './routes/bases.ts';
import { bundleRoutes } from './routes/bundles.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { dossierRoutes } from './routes/dossiers.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { healthRoutes } from './routes/health.ts';
import { lateRoutes } from './routes/late.ts';
import { memberRoutes } from './routes/members.ts';
import { policyRoutes } from './routes/policies.ts';
import { statementRoutes } from './routes/statements.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { tracingRoutes } from './routes/tracing.ts';
import { verificationRoutes } from './routes/verifications.ts';
import { openTraffic, requestIdOf, type Traffic } from './traffic.ts';

/** Every endpoint of the API, in the order of the documentation. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...statementRoutes,
  ...bulkRoutes,
  ...lateRoutes,
  ...evidenceRoutes,
  ...tracingRoutes,
  ...basisRoutes,
  ...bundleRoutes,
  ...verificationRoutes,
  ...dossierRoutes,
  ...memberRoutes,
  ...policyRoutes,
  ...tokenRoutes,
  ...healthRoutes,
];

export interface HttpParts {
  readonly gateway: Gateway;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  /** Seconds of a clock that nobody sets; that of this process unless a test has another. */
  readonly steady?: () => number;
  readonly log: Logger;
  readonly limits?: Limits;
}

export interface HttpServer {
  readonly url: string;
  /** Takes no new work, finishes what is under way, then closes; who takes too long is cut off. */
  close(): Promise<void>;
}

function createApp(parts: HttpParts, traffic: Traffic, limits: Limits): Express {
  const { gateway, tokens, clock, log, steady = () => performance.now() / 1000 } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(traffic.begin);
  const openApi = openApiOf(ENDPOINTS);
  const openApiText = JSON.stringify(openApi);
  const docs = docsPage(openApi);
  app.get('/', (_request, response) => response.redirect('/docs'));
  app.get('/openapi.json', (_request, response) => response.type('application/json').send(openApiText));
  app.get('/docs', (_request, response) => {
    response.setHeader('Content-Security-Policy', DOCS_POLICY);
    response.type('html').send(docs);
  });
  app.get('/verify', async (_request, response) => {
    const { html, policy } = await courtPage();
    response.setHeader('Content-Security-Policy', `${policy}; frame-ancestors 'none'`);
    response.type('html').send(html);
  });
  const anonymous = addressLimit(limits.anonymousPerMinute, steady);
  const gateways = addressLimit(limits.dossiersPerMinute, steady);
  const door = openDoor(tokens, steady);
  const problem = (error: unknown, requestId: string): Problem => loggedProblem(error, requestId, log);
  const bundles = openPlaces(limits.bundles);
  mount(app, ENDPOINTS, { gateway, door, tokens, clock, limits, anonymous, gateways, bundles, traffic, problem });
  app.use(() => {
    throw new HttpError('UNKNOWN_PATH', 'See /docs for what there is.');
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    sendProblem(response, error, requestIdOf(response), log),
  );
  return app;
}

export async function startHttp(
  parts: HttpParts,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const limits = parts.limits ?? DEFAULT_LIMITS;
  const traffic = openTraffic(parts.log, limits.requests);
  const server = createServer(createApp(parts, traffic, limits));
  server.headersTimeout = limits.headerSeconds * 1000;
  // Later than bulk ends by itself.
  server.requestTimeout = (limits.bulkSeconds + limits.idleSeconds) * 1000;
  server.keepAliveTimeout = limits.idleSeconds * 1000;
  server.timeout = limits.idleSeconds * 1000;
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw portTaken(error, port) ?? error;
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    async close() {
      traffic.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const impatient = setTimeout(() => server.closeAllConnections(), limits.closeSeconds * 1000);
      await closed;
      clearTimeout(impatient);
    },
  };
}

function portTaken(error: unknown, port: number): Error | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') return undefined;
  return new Error(`Port ${port} is in use. Set PORT to another one, or to 0 for a free one.`, { cause: error });
}
