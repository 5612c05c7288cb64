/**
 * The door to other people's web servers. One door belongs to one upstream: its proxy, its authorities, its client
 * certificate. It answers `get` with the bytes of a plain 200 or a named refusal, and `post` with whatever was answered, within
 * bounds of size and time that the other side cannot stretch. It never goes to an origin that was not asked for
 * (H-02, H-03).
 *
 * undici parses HTTP and speaks TLS. Its own timeouts are off where ours, on the injected clock, do the same.
 */
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Refusal } from '../errors.ts';
import type { Clock } from './clock.ts';
import {
  type Bounds,
  redirectRefusal,
  redirectTarget,
  refuseBody,
  refuseRedirect,
  refuseUnlessPlainFile,
} from './http-answer.ts';
import { Download, readBody, TellingHandler } from './http-download.ts';
import { buildDispatcher, proxyAddress } from './http-route.ts';
import { readTlsFiles, type TlsFiles } from './http-tls.ts';
import { type Circumstances, explainNoAnswer } from './http-trouble.ts';
import { DEFAULT_PATIENCE, type Patience } from './http-watch.ts';

export type { Patience };

export interface HttpOptions extends TlsFiles {
  readonly clock: Clock;
  /** `http(s)://[user:password@]host[:port]` of a proxy. Never printed. None = directly; the environment is not asked. */
  readonly proxy?: string;
  /** Bounds in time; each that is not given has its default. */
  readonly patience?: Partial<Patience>;
}

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

/**
 * Opens a door; makes no connection yet.
 * @throws CONFIG_TLS for unusable TLS files, CONFIG_INVALID for an unusable proxy address.
 */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  const patience = { ...DEFAULT_PATIENCE, ...options.patience };
  const tls = await readTlsFiles(options);
  const proxy = options.proxy === undefined ? undefined : proxyAddress(options.proxy);
  const circumstances = { hasPrivateAuthority: tls.hasPrivateAuthority, proxyHost: proxy?.host };
  const dispatcher = buildDispatcher(tls, proxy, patience.connectMs);
  return new UndiciDoor(dispatcher, options.clock, patience, circumstances, `countersign/${await ownVersion()}`);
}

class UndiciDoor implements HttpDoor {
  readonly #dispatcher: Dispatcher;
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #circumstances: Circumstances;
  readonly #userAgent: string;
  readonly #underWay = new Set<Download>();

  constructor(dispatcher: Dispatcher, clock: Clock, patience: Patience, circumstances: Circumstances, agent: string) {
    this.#dispatcher = dispatcher;
    this.#clock = clock;
    this.#patience = patience;
    this.#circumstances = circumstances;
    this.#userAgent = agent;
  }

  async get(url: URL, bounds: Bounds): Promise<HttpAnswer> {
    refuseCredentials(url);
    const download = new Download(url, this.#clock, this.#patience, () => this.#underWay.delete(download));
    this.#underWay.add(download);
    let at = url;
    let body: Readable | undefined;
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await this.#ask(at, download);
        body = answer.body;
        const next = redirectTarget(answer.statusCode, answer.headers, at);
        if (next === undefined) {
          refuseUnlessPlainFile(answer.statusCode, answer.headers, at, bounds);
          const arrival = { url: at, body, maxBytes: bounds.maxBytes };
          return { status: answer.statusCode, body: readBody(arrival, download, this.#circumstances) };
        }
        // Not read to its end: what a redirect says besides its address does not matter, and may be endless.
        body.destroy();
        if (redirects === MOST_REDIRECTS) throw redirectRefusal(url, `redirects more than ${MOST_REDIRECTS} times`);
        at = next;
      }
    } catch (error) {
      body?.destroy();
      download.end();
      throw explainNoAnswer(error, at, this.#circumstances);
    }
  }

  async post(url: URL, text: string, { maxBytes }: Pick<Bounds, 'maxBytes'>): Promise<PostedAnswer> {
    refuseCredentials(url);
    const download = new Download(url, this.#clock, this.#patience, () => this.#underWay.delete(download));
    this.#underWay.add(download);
    let body: Readable | undefined;
    try {
      const answer = await this.#ask(url, download, text);
      body = answer.body;
      const { statusCode: status, headers } = answer;
      refuseRedirect(status, url);
      refuseBody(status, headers, url, maxBytes);
      const chunks: Uint8Array[] = [];
      for await (const chunk of readBody({ url, body, maxBytes }, download, this.#circumstances)) chunks.push(chunk);
      const type = headers['content-type'];
      return { status, contentType: typeof type === 'string' ? type : undefined, body: Buffer.concat(chunks) };
    } catch (error) {
      body?.destroy();
      download.end();
      throw explainNoAnswer(error, url, this.#circumstances);
    }
  }

  async close(): Promise<void> {
    for (const download of this.#underWay) download.abandon();
    await this.#dispatcher.destroy();
  }

  async #ask(url: URL, download: Download, text?: string): Promise<Dispatcher.ResponseData> {
    download.watch.connecting();
    const watched = this.#dispatcher.compose(
      (dispatch) => (options, handler) => dispatch(options, new TellingHandler(handler, () => download.watch.asking())),
    );
    const request = watched.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      ...(text === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body: text }),
      headers: {
        ...{ 'accept-encoding': 'identity', 'user-agent': this.#userAgent },
        ...(text === undefined ? {} : { 'content-type': 'text/plain; charset=utf-8' }),
      },
      signal: download.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // Raced: undici looks at the signal only when a connection stands, and there may never be one.
    const answer = await Promise.race([request, download.givenUp]);
    download.watch.answered();
    // A body that fails while nobody reads it must not bring the process down; whoever reads it is still told.
    answer.body.on('error', () => undefined);
    return answer;
  }
}

/** A name and password in an address would end up in records and logs, and `https://good@evil/` misleads people (H-02). */
function refuseCredentials(url: URL): void {
  if (url.username === '' && url.password === '' && /^https?:$/.test(url.protocol)) return;
  throw new Refusal('USAGE_OPTION', `The address at ${url.host} has credentials in it or is not http(s).`, {
    details: { host: url.host },
  });
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
