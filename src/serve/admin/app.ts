/**
 * The admin listener: health, metrics, status and the whole log, read only. Express, because nothing here is asked for
 * often. Errors are RFC 9457 problems without a stack; nothing may be cached but the log, which answers for itself.
 */
import type { RequestListener } from 'node:http';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { Refusal } from '../../errors.ts';
import { type Address, isLoopback } from '../../platform/listen.ts';
import type { Log } from '../../platform/log.ts';
import { httpProblem, problemOf, type Problem, statusOf } from '../problems.ts';
import type { AdminRoute, RequestCounts } from '../request-counts.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface AdminOptions {
  readonly health: Pick<Health, 'readiness'>;
  readonly metrics: Pick<Metrics, 'page'>;
  /** The document of /api/v1/status: what `countersign status --json` prints. */
  readonly status: () => Promise<object>;
  /** Answers below `/log/`, entries included. */
  readonly ledger: RequestListener;
  readonly counts: RequestCounts;
  readonly log: Log;
}

/** The application; give it to `listen` as the function that answers. */
export function createAdmin({ health, metrics, status, ledger, counts, log }: AdminOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.use((request, response, next) => {
    if (request.url.startsWith('/log/')) ledger(request, response);
    else next();
  });
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });

  const read = (
    path: string,
    route: AdminRoute,
    answer: (request: Request, response: Response) => Promise<void>,
  ): void => {
    const count: RequestHandler = (_request, response, next) => {
      response.once('finish', () => counts.count(route, response.statusCode));
      next();
    };
    app.route(path).all(count).get(answer).all(refuseMethod);
  };
  read('/livez', 'livez', async (_request, response) => {
    response.json({ live: true });
    await Promise.resolve();
  });
  read('/readyz', 'readyz', async (request, response) => {
    const readiness = await health.readiness();
    const { ready, reasons, repositories } = readiness;
    const isVerbose = request.query['verbose'] !== undefined;
    const shown = isVerbose ? repositories : repositories.filter(({ ok }) => !ok);
    response.status(ready ? 200 : statusOf('NOT_READY')).json({ ready, reasons, repositories: shown });
  });
  read('/metrics', 'metrics', async (_request, response) => {
    const { type, text } = await metrics.page();
    response.set('Content-Type', type).send(text);
  });
  read('/api/v1/status', 'api', async (_request, response) => {
    response.json(await status());
  });

  app.use((_request, response) => {
    counts.count('other', statusOf('NOT_FOUND'));
    sendProblem(response, httpProblem('NOT_FOUND'));
  });
  // Express knows an error handler by its four parameters.
  const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const problem = problemOf(error);
    const what = error instanceof Error ? error.message : String(error);
    if (problem.status >= 500) log.error('An admin request failed.', { code: problem.code, what });
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
  };
  app.use(answerError);
  return app;
}

/** @throws CONFIG_PLAINTEXT for an address that other machines reach, unless that was asked for by name (H-04) */
export function refusePlaintext(address: Address, allowPlaintext: boolean): void {
  if (isLoopback(address) || allowPlaintext) return;
  throw new Refusal('CONFIG_PLAINTEXT', `The admin listener was to be opened on ${address.host}.`, {
    details: { host: address.host, port: address.port },
  });
}

const refuseMethod: RequestHandler = (_request, response) => {
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, httpProblem('METHOD_NOT_ALLOWED'));
};

function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
