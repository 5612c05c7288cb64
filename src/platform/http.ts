/**
 * The door to other people's web servers. One door belongs to one upstream: its proxy, its authorities, its client
 * certificate. It answers `get` with the bytes of a plain 200 or a named refusal, and `post` with whatever was answered, within
 * bounds of size and time that the other side cannot stretch. It never goes to an origin that was not asked for
 * (H-02, H-03).
 */
import type { Readable } from 'node:stream';
import { Refusal } from '../errors.ts';
import {
  type Bounds,
  redirectRefusal,
  redirectTarget,
  refuseBody,
  refuseRedirect,
  refuseUnlessPlainFile,
} from './http-answer.ts';
import { HttpConnections, type HttpOptions } from './http-connections.ts';
import { readBody } from './http-download.ts';
import { explainNoAnswer } from './http-trouble.ts';
import type { Patience } from './http-watch.ts';

export type { Patience };

export interface HttpAnswer {
  /** Always 200: every other status is a refusal. */
  readonly status: number;
  /** The bytes as they arrive, at most `maxBytes`. To be read once; leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** What somebody said to what was sent: any status, the whole body. */
export interface PostedAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

export interface HttpDoor {
  /**
   * Fetches one file.
   * @throws SOURCE_* here for everything up to the headers, and from the body while it is read; USAGE_OPTION for an
   * address with credentials or another scheme.
   */
  get(url: URL, bounds: Bounds): Promise<HttpAnswer>;
  /**
   * Sends a short text and reads a short answer. Redirects are refused.
   * @throws SOURCE_* when there is no answer or it does not fit; USAGE_OPTION as above.
   */
  post(url: URL, text: string, bounds: Pick<Bounds, 'maxBytes'>): Promise<PostedAnswer>;
  /** Ends everything under way and closes all connections. */
  close(): Promise<void>;
}

const MOST_REDIRECTS = 5;
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * Opens a door; makes no connection yet.
 * @throws CONFIG_TLS for unusable TLS files, CONFIG_INVALID for an unusable proxy address.
 */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  return new UndiciDoor(await HttpConnections.open(options));
}

class UndiciDoor implements HttpDoor {
  readonly #connections: HttpConnections;

  constructor(connections: HttpConnections) {
    this.#connections = connections;
  }

  async get(url: URL, bounds: Bounds): Promise<HttpAnswer> {
    refuseCredentials(url);
    const download = this.#connections.begin(url);
    let at = url;
    let body: Readable | undefined;
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await this.#connections.send(at, download);
        body = answer.body;
        const next = redirectTarget(answer.statusCode, answer.headers, at);
        if (next === undefined) {
          refuseUnlessPlainFile(answer.statusCode, answer.headers, at, bounds);
          const arrival = { url: at, body, maxBytes: bounds.maxBytes };
          return { status: answer.statusCode, body: readBody(arrival, download, this.#connections.circumstances) };
        }
        // Not read to its end: what a redirect says besides its address does not matter, and may be endless.
        body.destroy();
        if (redirects === MOST_REDIRECTS) throw redirectRefusal(url, `redirects more than ${MOST_REDIRECTS} times`);
        at = next;
      }
    } catch (error) {
      body?.destroy();
      download.end();
      throw explainNoAnswer(error, at, this.#connections.circumstances);
    }
  }

  async post(url: URL, text: string, { maxBytes }: Pick<Bounds, 'maxBytes'>): Promise<PostedAnswer> {
    refuseCredentials(url);
    const download = this.#connections.begin(url);
    let body: Readable | undefined;
    try {
      const answer = await this.#connections.send(url, download, { text, headers: TEXT });
      body = answer.body;
      const { statusCode: status, headers } = answer;
      refuseRedirect(status, url);
      refuseBody(status, headers, url, maxBytes);
      const chunks: Uint8Array[] = [];
      for await (const chunk of readBody({ url, body, maxBytes }, download, this.#connections.circumstances))
        chunks.push(chunk);
      const type = headers['content-type'];
      return { status, contentType: typeof type === 'string' ? type : undefined, body: Buffer.concat(chunks) };
    } catch (error) {
      body?.destroy();
      download.end();
      throw explainNoAnswer(error, url, this.#connections.circumstances);
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}

/** A name and password in an address would end up in records and logs, and `https://good@evil/` misleads people (H-02). */
function refuseCredentials(url: URL): void {
  if (url.username === '' && url.password === '' && /^https?:$/.test(url.protocol)) return;
  throw new Refusal('USAGE_OPTION', `The address at ${url.host} has credentials in it or is not http(s).`, {
    details: { host: url.host },
  });
}
