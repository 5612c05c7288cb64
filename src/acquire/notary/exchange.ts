/**
 * One question and its whole answer, whatever its status: what the door for plain files (`platform/http.ts`) leaves out and
 * a Notary server's answers need. The challenge of a 401 is handed on, the short text of an error is read, and a request may
 * carry an Authorization header. Connections, patience, bounds and rules are those of that door, piece by piece.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isRefusal } from '../../errors.ts';
import { redirectRefusal, redirectTarget, refuseBody, refuseRedirect } from '../../platform/http-answer.ts';
import { HttpConnections, type HttpOptions } from '../../platform/http-connections.ts';
import { type Download, readBody } from '../../platform/http-download.ts';
import { explainNoAnswer } from '../../platform/http-trouble.ts';
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
  return new WatchedExchange(await HttpConnections.open(options));
}

class WatchedExchange implements Exchange {
  readonly #connections: HttpConnections;

  constructor(connections: HttpConnections) {
    this.#connections = connections;
  }

  async ask(url: URL, question: Question): Promise<Reply> {
    const download = this.#connections.begin(url);
    let at = url;
    try {
      for (let redirects = 0; ; redirects++) {
        const next = await this.#step(at, question, download);
        if (!(next instanceof URL)) return next;
        if (redirects === MOST_REDIRECTS) throw redirectRefusal(url, `redirects more than ${MOST_REDIRECTS} times`);
        at = next;
      }
    } catch (error) {
      throw explainNoAnswer(error, at, this.#connections.circumstances);
    } finally {
      download.end();
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** The reply, or where to go on. */
  async #step(url: URL, question: Question, download: Download): Promise<Reply | URL> {
    const {
      statusCode: status,
      headers,
      body,
    } = await this.#connections.send(url, download, { headers: headersOf(question) });
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
      return await readWhole(readBody(arrival, download, this.#connections.circumstances));
    } catch (error) {
      // The status says enough; what an error says at length is a web page, and nobody's answer.
      const isOnlyAnError = status !== 200;
      if (isOnlyAnError && (isRefusal(error, 'SOURCE_TOO_LARGE') || isRefusal(error, 'SOURCE_ENCODED')))
        return undefined;
      throw error;
    }
  }
}

function headersOf({ isFresh, authorization }: Question): Record<string, string> {
  return {
    ...(isFresh === true && { 'cache-control': 'no-cache' }),
    ...(authorization !== undefined && { authorization }),
  };
}
