/**
 * `/_notary_server/health`, where those who watch a Notary server look: `{}` while clients of every collection succeed, 503
 * with name and code of those that fail otherwise. A process that runs proves nothing about that.
 *
 * Everybody may ask here, and a judgement verifies every collection: it is made at most twice a minute, however many ask
 * . What is said is what a client finds out by itself: a name that is served, and the code of what it would run into.
 * Where readers need a token, names are theirs to know, so only the number is told.
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import { statusOf } from './problems.ts';

export interface FailingCollection {
  readonly name: string;
  readonly code: string;
}

export interface CollectionHealthOptions {
  readonly clock: Clock;
  /** Those whose clients would fail now. */
  readonly failing: () => Promise<readonly FailingCollection[]>;
  readonly areNamesPublic: boolean;
}

const PATH = '/_notary_server/health';
const KEEP_MS = 30_000;

export class CollectionHealth {
  readonly #options: CollectionHealthOptions;
  #judged: { readonly failing: Promise<readonly FailingCollection[]>; until: number } | undefined;

  constructor(options: CollectionHealthOptions) {
    this.#options = options;
  }

  static isAt(url: string): boolean {
    return url === PATH || url.startsWith(`${PATH}?`);
  }

  /** Answers, and returns the status. */
  async answer(response: ServerResponse, isHead: boolean): Promise<number> {
    const failing = await this.#failing();
    const status = failing.length === 0 ? 200 : statusOf('NOT_READY');
    const body = Buffer.from(`${JSON.stringify(this.#said(failing))}\n`);
    const headers = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(body.length)];
    headers.push('Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff');
    response.writeHead(status, headers).end(isHead ? undefined : body);
    return status;
  }

  #said(failing: readonly FailingCollection[]): object {
    if (failing.length === 0) return {};
    if (!this.#options.areNamesPublic) return { collections: `clients of ${String(failing.length)} would fail` };
    return Object.fromEntries(failing.map(({ name, code }) => [name, `a client would fail: ${code}`]));
  }

  #failing(): Promise<readonly FailingCollection[]> {
    const now = this.#options.clock.now().getTime();
    if (this.#judged && now < this.#judged.until) return this.#judged.failing;
    const failing = this.#options.failing();
    // Infinite while it runs: whoever asks meanwhile waits for the same judgement.
    const judged = { failing, until: Infinity };
    this.#judged = judged;
    const end = (): void => void (judged.until = this.#options.clock.now().getTime() + KEEP_MS);
    void failing.then(end, () => (judged.until = 0));
    return failing;
  }
}
