/**
 * Answers with small files, ready to be sent, as many as memory allows: what is asked for often is as fast as what every
 * state has at hand, and thousands of collections that nobody asks for take nothing. Keyed by content: a new state
 * has new keys, so nothing here can be out of date.
 */
import { type Answer, prepareAnswer, type Route } from './answer.ts';
import type { FoundMetadata } from './metadata-names.ts';
import { RecentlyUsed } from './recently-used.ts';

interface PreparedFile extends FoundMetadata {
  readonly route: Route;
}

const DEFAULT_BYTES = 32_000_000;
/** What an answer takes beside its bytes, of which small ones are there twice. */
const HEADERS_BYTES = 1024;

export class PreparedAnswers {
  readonly #kept: RecentlyUsed<string, Answer>;

  constructor(maxBytes = DEFAULT_BYTES) {
    this.#kept = new RecentlyUsed(maxBytes, ({ body }) => HEADERS_BYTES + 2 * body.length);
  }

  /** @throws what `read` throws */
  get({ route, sha256, caching }: PreparedFile, read: () => Buffer): Answer {
    return this.#kept.get(`${sha256} ${caching} ${route}`, () => prepareAnswer(route, sha256, read(), caching));
  }
}
