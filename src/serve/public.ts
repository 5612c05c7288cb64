/**
 * The read path: node:http and Maps, nothing else. GET and HEAD; exactly 404 for what does not exist, because clients
 * end their search for the next root on it (H-01); no redirect, no content encoding, always Content-Length.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../platform/log.ts';
import type { BlobStore } from '../publish/blobs.ts';
import { type Answer, etagOf, prepareAnswer, type Route, unchangedHeaders } from './answer.ts';
import type { RecordBodies } from './bodies.ts';
import { settleByCondition } from './conditions.ts';
import { type HttpProblem, problemOf } from './problems.ts';
import type { Published } from './published.ts';
import { refuse, refuseWith } from './refuse.ts';
import type { RequestCounts } from './request-counts.ts';
import { readHeaders, type RequestHeaders } from './request-headers.ts';
import { splitPath } from './request-path.ts';
import { TargetAnswers } from './target-answer.ts';
import type { FoundMetadata } from './metadata-names.ts';
import type { Found } from './tree.ts';

export interface PublicOptions {
  readonly trees: { readonly now: Published };
  readonly bodies: RecordBodies;
  readonly blobs: Pick<BlobStore, 'check' | 'open'>;
  readonly counts: RequestCounts;
  readonly log: Log;
}

/** The client left before its answer was through; nginx’s number, for counting only. */
const CLIENT_LEFT = 499;

export class PublicAnswers {
  readonly #options: PublicOptions;
  readonly #targets: TargetAnswers;
  #isReady = false;

  constructor(options: PublicOptions) {
    this.#options = options;
    this.#targets = new TargetAnswers(options.blobs);
  }

  /** Until this is called every answer is 503: after a long stop, renew first, answer second. */
  setReady(): void {
    this.#isReady = true;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The listener’s function. */
  readonly answer: RequestListener = (request, response) => {
    const { counts, trees } = this.#options;
    const isHead = request.method === 'HEAD';
    const headers = readHeaders(request.rawHeaders);
    const objection = this.#objectTo(request, headers);
    if (objection) {
      counts.count('other', refuse(response, objection, isHead));
      return;
    }
    const url = request.url ?? '';
    // One read of the current state per request: a swap in between cannot mix two.
    const published = trees.now;
    const hot = published.hot.get(url);
    if (hot) counts.count(hot.route, sendMetadata(hot, headers, response, isHead));
    else this.#answerByName(published, url, headers, request, response);
  };

  #objectTo({ method }: IncomingMessage, headers: Readonly<RequestHeaders>): HttpProblem | undefined {
    if (method !== 'GET' && method !== 'HEAD') return 'METHOD_NOT_ALLOWED';
    if (headers.hasBody === true) return 'BAD_REQUEST';
    return this.#isReady ? undefined : 'STARTING';
  }

  #answerByName(
    published: Published,
    url: string,
    headers: Readonly<RequestHeaders>,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { counts } = this.#options;
    const isHead = request.method === 'HEAD';
    const path = splitPath(url);
    const found = path && published.repositories.get(path.repository)?.find(path.rest);
    if (!found) counts.count('other', refuse(response, 'NOT_FOUND', isHead));
    else if (found.kind === 'metadata') counts.count(found.route, this.#sendStored(found, headers, response, isHead));
    else {
      void this.#targets
        .send(found, request, headers, response)
        .catch((error: unknown) => this.#fail(found, error, response, isHead))
        .then((status) => counts.count(found.route, status));
    }
  }

  #sendStored(
    found: FoundMetadata & { readonly route: Route },
    headers: Readonly<RequestHeaders>,
    response: ServerResponse,
    isHead: boolean,
  ): number {
    const { route, sha256, caching } = found;
    const etag = etagOf(sha256);
    const settled = settleByCondition(headers, etag, unchangedHeaders(etag, caching), response, isHead);
    if (settled !== undefined) return settled;
    try {
      return sendBody(prepareAnswer(route, sha256, this.#options.bodies.read(sha256), caching), response, isHead);
    } catch (error) {
      return this.#fail(found, error, response, isHead);
    }
  }

  /** Damaged bytes are a 5xx and never a 200 (W-10); what has been begun is cut off, so that it cannot look whole. */
  #fail({ sha256 }: Found, error: unknown, response: ServerResponse, isHead: boolean): number {
    if (hasClientLeft(error)) return CLIENT_LEFT;
    const problem = problemOf(error);
    const what = error instanceof Error ? error.message : String(error);
    this.#options.log.error('A file cannot be served.', { code: problem.code, sha256, what });
    if (!response.headersSent) return refuseWith(response, problem, isHead);
    response.destroy();
    return problem.status;
  }
}

function sendMetadata(
  answer: Answer,
  headers: Readonly<RequestHeaders>,
  response: ServerResponse,
  isHead: boolean,
): number {
  const settled = settleByCondition(headers, answer.etag, answer.unchangedHeaders, response, isHead);
  return settled ?? sendBody(answer, response, isHead);
}

function sendBody({ headers, body, text }: Answer, response: ServerResponse, isHead: boolean): number {
  response.writeHead(200, headers);
  if (isHead) response.end();
  else if (text === undefined) response.end(body);
  else response.end(text, 'latin1');
  return 200;
}

function hasClientLeft(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return (
    code !== undefined && ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE'].includes(code)
  );
}
