/**
 * A mirror or a plain copy behind http or https, read with the `fetch` that the embedder hands in: its proxies, its
 * authorities and its connections are the embedder’s affair. Names are data and cannot alter the address (P-04); the
 * answer is a plain 200 within bounds of size and time that the server cannot stretch, or a named refusal.
 */
import { Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';
import { baseUrl, joinedUrl } from '../../tuf/urls.ts';
import type { Arrival, Place, Reading } from '../fetch/place.ts';
import { announcedBytes, cutOff, judgeAnswer, nameOf, tooLarge, unreachable } from './http-answer.ts';
import { DEFAULT_PATIENCE, Pace, type Patience, withinHeaders } from './patience.ts';

export interface HttpPlaceOptions {
  /** WHATWG fetch; the runtime’s own unless given. Called with a URL, headers and a signal; never with a body. */
  readonly fetch?: typeof globalThis.fetch;
  /** Bounds in time; each that is not given has its default. */
  readonly patience?: Partial<Patience>;
}

/**
 * Makes no connection yet.
 * @throws USAGE_OPTION for a base that is not http(s), or has credentials, a query or a fragment in it
 */
export function httpPlace(base: URL, options: HttpPlaceOptions = {}): Place {
  return new HttpPlace(baseUrl(base), options.fetch ?? globalThis.fetch, { ...DEFAULT_PATIENCE, ...options.patience });
}

const MOST_DRAINED_BYTES = 1024;
/** A short answer is usually there already; one that is not is not waited for, milliseconds. */
const DRAIN_MS = 250;

/** One answer under way; `end` closes its connection, and is harmless when it is closed already. */
interface Answer {
  readonly url: URL;
  readonly response: Response;
  readonly end: () => void;
}

class HttpPlace implements Place {
  readonly description: string;
  readonly #base: URL;
  readonly #fetch: typeof globalThis.fetch;
  readonly #patience: Patience;

  constructor(base: URL, fetch: typeof globalThis.fetch, patience: Patience) {
    this.description = base.href;
    this.#base = base;
    this.#fetch = fetch;
    this.#patience = patience;
  }

  async read(segments: readonly string[], reading: Reading): Promise<Arrival> {
    const url = joinedUrl(this.#base, segments);
    if (url === undefined) throw unnameable(segments);
    const answer = await this.#ask(url, reading);
    try {
      if (judgeAnswer(answer.response, url, reading) === 'file') return this.#body(answer, reading.maxBytes);
    } catch (error) {
      await this.#leave(answer);
      throw error;
    }
    await this.#leave(answer);
    return 'unchanged';
  }

  /**
   * What a refusal says besides its status does not matter, and may be endless: it is cut off. A short one is read
   * to its end, so that its connection serves the next file: every refresh asks for a root that is not there yet.
   */
  async #leave({ url, response, end }: Answer): Promise<void> {
    if ((response.body as unknown) === null) return;
    const announced = announcedBytes(response);
    if (announced !== undefined && announced <= MOST_DRAINED_BYTES) {
      const isRead = await new Pace({ ...this.#patience, idleMs: DRAIN_MS }, nameOf(url))
        .keep(response.arrayBuffer().then((body) => new Uint8Array(body)))
        .then(
          () => true,
          () => false,
        );
      if (isRead) return;
    }
    end();
  }

  /** @throws SOURCE_UNREACHABLE, SOURCE_SLOW */
  async #ask(url: URL, { unless }: Reading): Promise<Answer> {
    const abort = new AbortController();
    const headers = {
      'accept-encoding': 'identity',
      ...(unless === undefined ? {} : { 'if-none-match': `"${unless}"` }),
    };
    // Called in a promise: an embedder’s fetch may also throw at once.
    const attempt = Promise.resolve().then(() =>
      this.#fetch.call(globalThis, url, { headers, redirect: 'manual', credentials: 'omit', signal: abort.signal }),
    );
    const endOf = (response: Response) => () => {
      response.body?.cancel().catch(() => undefined);
      abort.abort();
    };
    try {
      const response = await withinHeaders(attempt, this.#patience, nameOf(url));
      return { url, response, end: endOf(response) };
    } catch (error) {
      abort.abort();
      // A fetch that does not listen to its signal may still answer; nobody wants it any more.
      attempt.then(
        (response) => endOf(response)(),
        () => undefined,
      );
      throw error instanceof Refusal ? error : unreachable(url, error);
    }
  }

  /** @throws SOURCE_TOO_LARGE, SOURCE_TRUNCATED, SOURCE_SLOW, SOURCE_UNREACHABLE while it is read */
  async *#body({ url, response, end }: Answer, maxBytes: number): AsyncGenerator<Uint8Array, void, void> {
    // A response that was made by hand may have no body at all; it is as good as an empty one.
    const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
    const pace = new Pace(this.#patience, nameOf(url));
    let received = 0;
    let isWhole = false;
    const next = async (): Promise<Uint8Array | undefined> => {
      const part = await reader?.read().catch((error: unknown) => {
        throw cutOff(url, received, error);
      });
      return part?.value;
    };
    try {
      for (;;) {
        const chunk = await pace.keep(next());
        if (chunk === undefined) break;
        received += chunk.length;
        // An endless body announces no length, so what counts is what arrives; nothing beyond the limit is handed on.
        if (received > maxBytes) throw tooLarge(url, maxBytes);
        yield chunk;
      }
      if (received < (announcedBytes(response) ?? 0)) throw cutOff(url, received);
      isWhole = true;
    } finally {
      // Not when it is whole: then the connection may serve the next file.
      if (!isWhole) {
        reader?.cancel().catch(() => undefined);
        end();
      }
    }
  }
}

function unnameable(segments: readonly string[]): Refusal {
  const name = printable(segments.join('/'));
  return new Refusal('TRUST_MALFORMED', `“${name}” would alter the address it is fetched from.`, {
    details: { file: name },
    next: 'Ask upstream to rename it.',
  });
}
