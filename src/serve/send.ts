/** Sends a prepared answer, or what a condition makes of it. */
import type { ServerResponse } from 'node:http';
import type { Sha256 } from '../tuf/names.ts';
import type { Answer } from './answer.ts';
import { settleByCondition } from './conditions.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Returns the status that was sent. */
export function sendAnswer(
  answer: Answer,
  headers: Readonly<RequestHeaders>,
  response: ServerResponse,
  isHead: boolean,
): number {
  const settled = settleByCondition(headers, answer.etag, answer.unchangedHeaders, response, isHead);
  return settled ?? sendBody(answer, response, isHead);
}

export function sendBody({ headers, body, text }: Answer, response: ServerResponse, isHead: boolean): number {
  response.writeHead(200, headers);
  if (isHead) response.end();
  else if (text === undefined) response.end(body);
  else response.end(text, 'latin1');
  return 200;
}

/**
 * Bodies on their way to clients, each in memory once: sixty clients that ask for one large file and never read must not
 * cost sixty copies of it. Held weakly, because only the responses know when the last byte has left.
 */
export class BodiesUnderWay {
  readonly #bodies = new Map<Sha256, WeakRef<Buffer>>();
  readonly #forgotten = new FinalizationRegistry<Sha256>((digest) => {
    if (this.#bodies.get(digest)?.deref() === undefined) this.#bodies.delete(digest);
  });

  /** @throws what `read` throws */
  get(digest: Sha256, read: () => Buffer): Buffer {
    const underWay = this.#bodies.get(digest)?.deref();
    if (underWay) return underWay;
    const body = read();
    this.#bodies.set(digest, new WeakRef(body));
    this.#forgotten.register(body, digest);
    return body;
  }
}
