/**
 * Requests under way: an id for each, a bound on how many, one line in the log.
 *
 * The log has no body, no query, no address and no token: the route by its pattern, the token by its id.
 */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Caller } from '../custody/gateway.ts';
import { PROBLEMS, problemOf, HttpError, writeProblem } from './problem.ts';

interface Seen {
  readonly id: string;
  readonly begun: number;
  route?: string;
  caller?: Caller;
}

export interface Traffic {
  begin(request: Request, response: Response, next: NextFunction): void;
  route(response: Response, pattern: string): void;
  identify(response: Response, caller: Caller): void;
  /** Whether the server is stopping: what takes long ends early. */
  isStopping(): boolean;
  stop(): void;
}

export function openTraffic(log: Logger, most: number): Traffic {
  let underWay = 0;
  let stopping = false;

  const end = (request: Request, response: Response): void => {
    underWay -= 1;
    // It began before the stop and was told nothing of it; idle, its connection would keep the server open.
    if (stopping) request.socket.destroySoon();
    if (!log.isLevelEnabled('info')) return;
    const { id, begun, route, caller } = seenOf(response);
    log.info(
      {
        request: id,
        method: request.method,
        route: route ?? 'none',
        status: response.statusCode,
        complete: response.writableFinished,
        milliseconds: Math.round((performance.now() - begun) * 10) / 10,
        ...(caller && { token: caller.token, participant: caller.participant, role: caller.role }),
      },
      'request',
    );
  };

  return {
    begin(request, response, next) {
      const id = randomUUID();
      response.locals['seen'] = { id, begun: performance.now() } satisfies Seen;
      underWay += 1;
      response.once('close', () => end(request, response));
      response.setHeader('X-Request-Id', id);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
      if (stopping) response.setHeader('Connection', 'close');
      if (underWay <= most) next();
      else
        writeProblem(
          response,
          problemOf(new HttpError('OVERLOADED', `Try again in ${PROBLEMS.OVERLOADED.retryAfter ?? 1} s.`), id),
        );
    },
    route(response, pattern) {
      seenOf(response).route = pattern;
    },
    identify(response, caller) {
      seenOf(response).caller = caller;
    },
    isStopping: () => stopping,
    stop() {
      stopping = true;
    },
  };
}

export function requestIdOf(response: Response): string {
  return seenOf(response).id;
}

function seenOf(response: Response): Seen {
  return response.locals['seen'] as Seen;
}
