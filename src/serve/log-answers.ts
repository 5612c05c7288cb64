/**
 * The log with its entries, for auditors: `/log/checkpoint`, `/log/tile/…` and `/log/tile/entries/…`, so that any tool which
 * reads such logs can be pointed at the admin listener. Plain node:http, as on the public one, which has no entries.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../platform/log.ts';
import type { Moment } from './moment.ts';
import { problemOf } from './problems.ts';
import { refuse, refuseWith } from './refuse.ts';
import type { RequestCounts } from './request-counts.ts';
import { readHeaders } from './request-headers.ts';
import { splitPath } from './request-path.ts';
import { sendAnswer } from './send.ts';

export interface LogAnswersOptions {
  readonly trees: { readonly now: Moment };
  readonly counts: RequestCounts;
  readonly log: Log;
}

/** Answers every path below `/log/`. */
export function answerLog(options: LogAnswersOptions): RequestListener {
  return (request, response) => {
    options.counts.count('log', answer(options, request, response));
  };
}

function answer({ trees, log }: LogAnswersOptions, request: IncomingMessage, response: ServerResponse): number {
  const isHead = request.method === 'HEAD';
  if (!isHead && request.method !== 'GET') return refuse(response, 'METHOD_NOT_ALLOWED', isHead);
  const released = trees.now.log;
  // Not an absence: the log is there, and nobody has looked at it yet.
  if (!released) return refuse(response, 'STARTING', isHead);
  try {
    const found = released.find(splitPath(request.url ?? '')?.rest ?? '', 'auditors');
    if (!found) return refuse(response, 'NOT_FOUND', isHead);
    return sendAnswer(found, readHeaders(request.rawHeaders), response, isHead);
  } catch (error) {
    const problem = problemOf(error);
    const what = error instanceof Error ? error.message : String(error);
    log.error('The log cannot be shown.', { code: problem.code, what });
    return refuseWith(response, problem, isHead);
  }
}
