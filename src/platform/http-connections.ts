/**
 * Connections to other people's web servers: one proxy, one set of authorities, one client certificate, and everything that is
 * under way over them. It sends one request and hands on the answer, whatever that is; what may be asked for and what is
 * taken for an answer is for the doors in front (`http.ts`, and Notary's).
 *
 * undici parses HTTP and speaks TLS. Its own timeouts are off where ours, on the injected clock, do the same.
 */
import type { Dispatcher } from 'undici';
import type { Clock } from './clock.ts';
import { Download, TellingHandler } from './http-download.ts';
import { buildDispatcher, proxyAddress } from './http-route.ts';
import { readTlsFiles, type TlsFiles } from './http-tls.ts';
import type { Circumstances } from './http-trouble.ts';
import { DEFAULT_PATIENCE, type Patience } from './http-watch.ts';
import { ownVersion } from './own-version.ts';

export interface HttpOptions extends TlsFiles {
  readonly clock: Clock;
  /** `http(s)://[user:password@]host[:port]` of a proxy. Never printed. None = directly; the environment is not asked. */
  readonly proxy?: string;
  /** Bounds in time; each that is not given has its default. */
  readonly patience?: Partial<Patience>;
}

export interface HttpRequest {
  /** A short text to send with POST; without it, GET. */
  readonly text?: string;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class HttpConnections {
  /** For messages about answers that did not come. */
  readonly circumstances: Circumstances;
  readonly #dispatcher: Dispatcher;
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #userAgent: string;
  readonly #underWay = new Set<Download>();

  private constructor(
    dispatcher: Dispatcher,
    clock: Clock,
    patience: Patience,
    circumstances: Circumstances,
    agent: string,
  ) {
    this.#dispatcher = dispatcher;
    this.#clock = clock;
    this.#patience = patience;
    this.circumstances = circumstances;
    this.#userAgent = agent;
  }

  /**
   * Makes no connection yet.
   * @throws CONFIG_TLS for unusable TLS files, CONFIG_INVALID for an unusable proxy address.
   */
  static async open(options: HttpOptions): Promise<HttpConnections> {
    const patience = { ...DEFAULT_PATIENCE, ...options.patience };
    const tls = await readTlsFiles(options);
    const proxy = options.proxy === undefined ? undefined : proxyAddress(options.proxy);
    const circumstances = { hasPrivateAuthority: tls.hasPrivateAuthority, proxyHost: proxy?.host };
    const dispatcher = buildDispatcher(tls, proxy, patience.connectMs);
    return new HttpConnections(dispatcher, options.clock, patience, circumstances, `countersign/${await ownVersion()}`);
  }

  /** What is waited for from here to the end of its body, through redirects; the caller ends it. */
  begin(url: URL): Download {
    const download = new Download(url, this.#clock, this.#patience, () => this.#underWay.delete(download));
    this.#underWay.add(download);
    return download;
  }

  async send(url: URL, download: Download, { text, headers = {} }: HttpRequest = {}): Promise<Dispatcher.ResponseData> {
    download.watch.connecting();
    const watched = this.#dispatcher.compose(
      (dispatch) => (options, handler) => dispatch(options, new TellingHandler(handler, () => download.watch.asking())),
    );
    const request = watched.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      ...(text === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body: text }),
      headers: { ...{ 'accept-encoding': 'identity', 'user-agent': this.#userAgent }, ...headers },
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

  /** Ends everything under way and closes all connections. */
  async close(): Promise<void> {
    for (const download of this.#underWay) download.abandon();
    await this.#dispatcher.destroy();
  }
}
