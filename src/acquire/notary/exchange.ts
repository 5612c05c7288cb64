/**
 * One question and its whole answer, whatever its status: what the door for plain files (`platform/http.ts`) leaves out and
 * a Notary server's answers need. The challenge of a 401 is handed on, the short text of an error is read, and a request may
 * carry an Authorization header. Connections, patience, bounds and rules are those of that door, piece by piece.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isRefusal } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpOptions } from '../../platform/http.ts';
import { redirectRefusal, redirectTarget, refuseBody, refuseRedirect } from '../../platform/http-answer.ts';
import { Download, readBody, TellingHandler } from '../../platform/http-download.ts';
import { buildDispatcher, proxyAddress } from '../../platform/http-route.ts';
import { readTlsFiles } from '../../platform/http-tls.ts';
import { type Circumstances, explainNoAnswer } from '../../platform/http-trouble.ts';
import { DEFAULT_PATIENCE, type Patience } from '../../platform/http-watch.ts';
import { ownVersion } from '../../platform/own-version.ts';
import { readWhole } from '../whole.ts';

export interface Question {
  /** Most bytes of a 200's body, counted as they arrive. */
  readonly maxBytes: number;
  /** The Authorization header. A secret, for this origin alone. */
  readonly authorization?: string;
  /** Whether caches on the way must ask the server: it lets them keep a current file for five minutes. */
  readonly isFresh?: boolean;
}

export interface Reply {
  readonly url: URL;
  readonly status: number;
  /** The WWW-Authenticate header, one text per line. */
  readonly challenges: readonly string[];
  /** Whole; of any other status than 200 undefined when it is longer than an error can be, or encoded. */
  readonly body: Uint8Array | undefined;
}

export interface Exchange {
  /**
   * A few redirects within the origin are followed, and none with an Authorization header (H-02, H-03).
   * @throws SOURCE_* when there is no whole answer, or it does not fit.
   */
  ask(url: URL, question: Question): Promise<Reply>;
  /** Ends everything under way and closes all connections. */
  close(): Promise<void>;
}

const MOST_REDIRECTS = 5;
/** Real clients read no more of an error, bytes. */
const MOST_ERROR_BYTES = 1024;

/**
 * Makes no connection yet.
 * @throws CONFIG_TLS for unusable TLS files, CONFIG_INVALID for an unusable proxy address.
 */
export async function openExchange(options: HttpOptions): Promise<Exchange> {
  const patience = { ...DEFAULT_PATIENCE, ...options.patience };
  const tls = await readTlsFiles(options);
  const proxy = options.proxy === undefined ? undefined : proxyAddress(options.proxy);
  const circumstances = { hasPrivateAuthority: tls.hasPrivateAuthority, proxyHost: proxy?.host };
  const dispatcher = buildDispatcher(tls, proxy, patience.connectMs);
  return new WatchedExchange(dispatcher, options.clock, patience, circumstances, `countersign/${await ownVersion()}`);
}

class WatchedExchange implements Exchange {
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

  async ask(url: URL, question: Question): Promise<Reply> {
    const download = new Download(url, this.#clock, this.#patience, () => this.#underWay.delete(download));
    this.#underWay.add(download);
    let at = url;
    try {
      for (let redirects = 0; ; redirects++) {
        const next = await this.#step(at, question, download);
        if (!(next instanceof URL)) return next;
        if (redirects === MOST_REDIRECTS) throw redirectRefusal(url, `redirects more than ${MOST_REDIRECTS} times`);
        at = next;
      }
    } catch (error) {
      throw explainNoAnswer(error, at, this.#circumstances);
    } finally {
      download.end();
    }
  }

  async close(): Promise<void> {
    for (const download of this.#underWay) download.abandon();
    await this.#dispatcher.destroy();
  }

  /** The reply, or where to go on. */
  async #step(url: URL, question: Question, download: Download): Promise<Reply | URL> {
    const { statusCode: status, headers, body } = await this.#send(url, question, download);
    try {
      if (question.authorization !== undefined) refuseRedirect(status, url);
      const next = redirectTarget(status, headers, url);
      if (next !== undefined) return next;
      const arrival = { url, body, maxBytes: status === 200 ? question.maxBytes : MOST_ERROR_BYTES };
      const challenges = [headers['www-authenticate'] ?? []].flat();
      return { url, status, challenges, body: await this.#read(status, headers, arrival, download) };
    } finally {
      // Of a redirect nothing is read: it may be endless.
      body.destroy();
    }
  }

  async #read(
    status: number,
    headers: Dispatcher.ResponseData['headers'],
    arrival: { readonly url: URL; readonly body: Readable; readonly maxBytes: number },
    download: Download,
  ): Promise<Uint8Array | undefined> {
    try {
      refuseBody(status, headers, arrival.url, arrival.maxBytes);
      return await readWhole(readBody(arrival, download, this.#circumstances));
    } catch (error) {
      // The status says enough; what an error says at length is a web page, and nobody's answer.
      const isOnlyAnError = status !== 200;
      if (isOnlyAnError && (isRefusal(error, 'SOURCE_TOO_LARGE') || isRefusal(error, 'SOURCE_ENCODED')))
        return undefined;
      throw error;
    }
  }

  async #send(url: URL, question: Question, download: Download): Promise<Dispatcher.ResponseData> {
    download.watch.connecting();
    const watched = this.#dispatcher.compose(
      (dispatch) => (options, handler) => dispatch(options, new TellingHandler(handler, () => download.watch.asking())),
    );
    const request = watched.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: {
        'accept-encoding': 'identity',
        'user-agent': this.#userAgent,
        ...(question.isFresh === true ? { 'cache-control': 'no-cache' } : {}),
        ...(question.authorization === undefined ? {} : { authorization: question.authorization }),
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
