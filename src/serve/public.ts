/**
 * The read path: node:http and Maps, nothing else. GET and HEAD; exactly 404 for what does not exist, because clients
 * end their search for the next root on it (H-01); no redirect, no content encoding, always Content-Length.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../platform/log.ts';
import type { BlobStore } from '../publish/blobs.ts';
import { etagOf, prepareAnswer, type Route, unchangedHeaders } from './answer.ts';
import type { RecordBodies } from './bodies.ts';
import { CollectionHealth } from './collection-health.ts';
import { settleByCondition } from './conditions.ts';
import { type Found, type Moment, routeOf } from './moment.ts';
import { isKeyPath, isNotaryPath, refuseAbsent, refuseReader, refuseWriting } from './notary-refusals.ts';
import { PreparedAnswers } from './prepared-answers.ts';
import { type HttpProblem, problemOf } from './problems.ts';
import type { Readers } from './readers.ts';
import { refuse, refuseWith, sendObjection } from './refuse.ts';
import type { RequestCounts } from './request-counts.ts';
import { readHeaders, type RequestHeaders } from './request-headers.ts';
import { BodiesUnderWay, sendAnswer, sendBody } from './send.ts';
import { TargetAnswers } from './target-answer.ts';
import { printable } from '../tuf/names.ts';
import type { FoundMetadata } from './metadata-names.ts';

export interface PublicOptions {
  readonly trees: { readonly now: Moment };
  readonly bodies: RecordBodies;
  readonly blobs: Pick<BlobStore, 'check' | 'open'>;
  readonly counts: RequestCounts;
  readonly log: Log;
  /** Present where not everybody may read collections. */
  readonly readers?: Readers | undefined;
  /** What Notary’s watchers ask; absent where nobody judges. */
  readonly health?: CollectionHealth;
}

interface Stored extends FoundMetadata {
  readonly route: Route;
  /** Further headers. */
  readonly marks?: readonly string[];
  /** Absent: by the memory of the read path. */
  readonly read?: () => Buffer;
}

/** The client left before its answer was through; nginx’s number, for counting only. */
const CLIENT_LEFT = 499;

export class PublicAnswers {
  readonly #options: PublicOptions;
  readonly #targets: TargetAnswers;
  readonly #underWay = new BodiesUnderWay();
  readonly #prepared = new PreparedAnswers();
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
    const url = request.url ?? '';
    if (objection) {
      const isWriting = objection === 'METHOD_NOT_ALLOWED' && isNotaryPath(url);
      counts.count('other', isWriting ? refuseWriting(response, isHead) : refuse(response, objection, isHead));
      return;
    }
    // One read of the current state per request: a swap in between cannot mix two.
    const moment = trees.now;
    const hot = moment.hot.get(url);
    if (hot) counts.count(hot.route, sendAnswer(hot, headers, response, isHead));
    else this.#answerByName(moment, url, headers, request, response);
  };

  #objectTo({ method }: IncomingMessage, headers: Readonly<RequestHeaders>): HttpProblem | undefined {
    if (method !== 'GET' && method !== 'HEAD') return 'METHOD_NOT_ALLOWED';
    if (headers.hasBody === true) return 'BAD_REQUEST';
    return this.#isReady ? undefined : 'STARTING';
  }

  #answerByName(
    moment: Moment,
    url: string,
    headers: Readonly<RequestHeaders>,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { counts, health, readers } = this.#options;
    const isHead = request.method === 'HEAD';
    if (health && CollectionHealth.isAt(url)) {
      void health
        .answer(response, isHead)
        .catch((error: unknown) => this.#fail({ path: printable(url) }, error, response, isHead))
        .then((status) => counts.count('health', status));
      return;
    }
    const access = readers ? readers.judge(moment, url, headers.authorization) : 'open';
    if (typeof access === 'object') {
      counts.count('other', refuseReader(response, access, isHead));
      return;
    }
    let found: Found | undefined;
    try {
      found = access === 'open' ? moment.find(url) : restricted(moment.find(url));
    } catch (error) {
      counts.count('other', this.#fail({ path: printable(url) }, error, response, isHead));
      return;
    }
    if (!found) counts.count('other', refuseMissing(url, response, isHead));
    else if (found.kind === 'target') {
      const { route, sha256 } = found;
      void this.#targets
        .send(found, request, headers, response)
        .catch((error: unknown) => this.#fail({ sha256 }, error, response, isHead))
        .then((status) => counts.count(route, status));
    } else counts.count(routeOf(found), this.#send(found, headers, response, isHead));
  }

  #send(
    found: Exclude<Found, { readonly kind: 'target' }>,
    headers: Readonly<RequestHeaders>,
    response: ServerResponse,
    isHead: boolean,
  ): number {
    switch (found.kind) {
      case 'answer':
        return sendAnswer(found.answer, headers, response, isHead);
      case 'objection':
        return sendObjection(response, found.body, isHead);
      case 'metadata':
        return this.#sendStored(found, headers, response, isHead);
    }
  }

  #sendStored(found: Stored, headers: Readonly<RequestHeaders>, response: ServerResponse, isHead: boolean): number {
    const { route, sha256, caching, marks = [], read = () => this.#options.bodies.read(sha256) } = found;
    const etag = etagOf(sha256);
    const unchanged = [...unchangedHeaders(etag, caching), ...marks];
    const settled = settleByCondition(headers, etag, unchanged, response, isHead);
    if (settled !== undefined) return settled;
    try {
      const body = (): Buffer => this.#underWay.get(sha256, read);
      const answer = found.read
        ? prepareAnswer(route, sha256, body(), caching, { marks })
        : this.#prepared.get(found, body);
      return sendBody(answer, response, isHead);
    } catch (error) {
      return this.#fail({ sha256 }, error, response, isHead);
    }
  }

  /** Damaged bytes are a 5xx and never a 200 (W-10); what has been begun is cut off, so that it cannot look whole. */
  #fail(what: Readonly<Record<string, string>>, error: unknown, response: ServerResponse, isHead: boolean): number {
    if (hasClientLeft(error)) return CLIENT_LEFT;
    const problem = problemOf(error);
    const message = error instanceof Error ? error.message : String(error);
    this.#options.log.error('A file cannot be served.', { code: problem.code, ...what, what: message });
    if (!response.headersSent) return refuseWith(response, problem, isHead);
    response.destroy();
    return problem.status;
  }
}

/** What a token was shown for, no cache between here and its reader may show to others. */
function restricted(found: Found | undefined): Found | undefined {
  return found && 'caching' in found && found.caching === 'immutable' ? { ...found, caching: 'restricted' } : found;
}

function refuseMissing(url: string, response: ServerResponse, isHead: boolean): number {
  if (!isNotaryPath(url)) return refuse(response, 'NOT_FOUND', isHead);
  return isKeyPath(url) ? refuseWriting(response, isHead) : refuseAbsent(response, isHead);
}

function hasClientLeft(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return (
    code !== undefined && ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE'].includes(code)
  );
}
