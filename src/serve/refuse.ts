/** Short refusals on the public listener: a status that clients understand, a code for people, nothing to cache (H-01). */
import type { ServerResponse } from 'node:http';
import { httpProblem, type HttpProblem, type Problem, shortBody, statusOf } from './problems.ts';

interface PreparedRefusal {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

/** Beyond what every refusal says. */
const EXTRA_HEADERS: Readonly<Partial<Record<HttpProblem, readonly string[]>>> = {
  METHOD_NOT_ALLOWED: ['Allow', 'GET, HEAD', 'Connection', 'close'],
  // The body that was announced is not read, so nothing behind it may be taken for the next request (H-05).
  BAD_REQUEST: ['Connection', 'close'],
  STARTING: ['Retry-After', '2'],
};

const prepared = new Map<HttpProblem, PreparedRefusal>();

/** Answers with one of HTTP’s own problems, as HEAD when `isHead`; returns its status. */
export function refuse(
  response: ServerResponse,
  code: HttpProblem,
  isHead: boolean,
  extra?: readonly string[],
): number {
  let refusal = prepared.get(code);
  if (!refusal) prepared.set(code, (refusal = prepare(httpProblem(code), EXTRA_HEADERS[code])));
  return send(response, extra ? { ...refusal, headers: [...refusal.headers, ...extra] } : refusal, isHead);
}

/** Answers with a problem; returns its status. */
export function refuseWith(response: ServerResponse, problem: Problem, isHead: boolean): number {
  return send(response, prepare(problem), isHead);
}

/** Answers as Notary does to parameters that it does not understand. */
export function sendObjection(response: ServerResponse, body: Buffer, isHead: boolean): number {
  const headers = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(body.length)];
  headers.push('Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff');
  return send(response, { status: statusOf('BAD_REQUEST'), headers, body }, isHead);
}

function prepare(problem: Problem, extra: readonly string[] = []): PreparedRefusal {
  const body = shortBody(problem);
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length)];
  headers.push('Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff', ...extra);
  return { status: problem.status, headers, body };
}

function send(response: ServerResponse, { status, headers, body }: PreparedRefusal, isHead: boolean): number {
  response.writeHead(status, headers);
  response.end(isHead ? undefined : body);
  return status;
}
