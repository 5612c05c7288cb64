/**
 * Sends a target file, whole or one range of it. The blob’s content is compared with its name before the first byte
 * leaves (W-10), and an answer that turns out shorter or longer than announced is cut off, never ended.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { BlobStore, ByteRange } from '../publish/blobs.ts';
import type { Sha256 } from '../tuf/names.ts';
import { BYTES_TYPE, contentHeaders, etagOf, unchangedHeaders } from './answer.ts';
import { settleByCondition } from './conditions.ts';
import { readRange } from './range.ts';
import { refuse } from './refuse.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { FoundTarget } from './target-names.ts';

export class TargetAnswers {
  readonly #blobs: Pick<BlobStore, 'check' | 'open'>;
  /** Checks under way: a thousand clients that ask for one file after a start must not hash it a thousand times. */
  readonly #checks = new Map<Sha256, Promise<void>>();

  constructor(blobs: Pick<BlobStore, 'check' | 'open'>) {
    this.#blobs = blobs;
  }

  /**
   * Sends the answer and returns its status once the answer is through.
   * @throws STATE_DAMAGED, or what the disk says, while nothing has been sent
   */
  async send(
    target: FoundTarget & { readonly marks?: readonly string[] },
    request: IncomingMessage,
    headers: Readonly<RequestHeaders>,
    response: ServerResponse,
  ): Promise<number> {
    const { marks = [] } = target;
    const etag = etagOf(target.sha256);
    const isHead = request.method === 'HEAD';
    const unchanged = [...unchangedHeaders(etag, target.caching), ...marks];
    const settled = settleByCondition(headers, etag, unchanged, response, isHead);
    if (settled !== undefined) return settled;
    const range = isHead ? 'whole' : rangeOf(headers, target.length, etag);
    if (range === 'unsatisfiable') {
      return refuse(response, 'RANGE_NOT_SATISFIABLE', isHead, ['Content-Range', `bytes */${String(target.length)}`]);
    }
    await this.#check(target.sha256);
    const part = range === 'whole' ? undefined : range;
    const length = part ? part.end - part.start + 1 : target.length;
    const list = [...contentHeaders(BYTES_TYPE, length, etag, target.caching), ...['Accept-Ranges', 'bytes'], ...marks];
    if (part) list.push('Content-Range', `bytes ${String(part.start)}-${String(part.end)}/${String(target.length)}`);
    const status = part ? 206 : 200;
    if (isHead) response.writeHead(status, list).end();
    else await this.#stream(target.sha256, part, length, response, () => response.writeHead(status, list));
    return status;
  }

  async #stream(
    digest: Sha256,
    range: ByteRange | undefined,
    length: number,
    response: ServerResponse,
    begin: () => void,
  ): Promise<void> {
    const chunks = exactly(length, await this.#blobs.open(digest, range));
    // The file is opened by the first read, and that can fail (too many open files): the status comes after it.
    const first = await chunks.next();
    begin();
    if (first.done !== true) response.write(first.value);
    await pipeline(chunks, response).catch((error: unknown) => {
      // A client may close as soon as it has the last byte, before node:http has seen it leave.
      if (!response.writableEnded) throw error;
    });
  }

  async #check(digest: Sha256): Promise<void> {
    const underWay = this.#checks.get(digest);
    if (underWay) return underWay;
    const check = this.#blobs.check(digest).finally(() => this.#checks.delete(digest));
    this.#checks.set(digest, check);
    return check;
  }
}

/** A range counts only against the very bytes it was begun on, so that no download is spliced from two (H-08). */
function rangeOf(
  { range, ifRange }: Readonly<RequestHeaders>,
  length: number,
  etag: string,
): ReturnType<typeof readRange> {
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return 'whole';
  return readRange(range, length);
}

/** Passes on exactly `length` bytes or throws: a shorter answer must not look like a whole one. */
async function* exactly(length: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const chunk of source) {
    passed += chunk.length;
    if (passed > length) throw new Error('a blob grew while it was sent');
    yield chunk;
  }
  if (passed !== length) throw new Error('a blob shrank while it was sent');
}
