/**
 * Health as a client would find it: ready means that a stock client, asking this mirror now, would succeed. A process
 * that runs and a database that opens prove nothing about that.
 */
import type { Clock } from '../../platform/clock.ts';
import { formatDate } from '../../tuf/dates.ts';
import type { RepositoryId } from '../../tuf/names.ts';
import type { ReloadTrouble } from '../published.ts';
import { problemOf } from '../problems.ts';

/** What a client of one repository would find. */
export interface ClientVerdict {
  readonly ok: boolean;
  readonly code?: string | undefined;
  readonly what?: string | undefined;
  /** When clients begin to fail if nothing is done. */
  readonly freshUntil?: Date | undefined;
}

export interface RepositoryHealth extends ClientVerdict {
  readonly repository: RepositoryId;
}

/** The document of /readyz. */
export interface Readiness {
  readonly ready: boolean;
  /** Why not, beyond single repositories. */
  readonly reasons: readonly { readonly code: string; readonly what: string; readonly repository?: RepositoryId }[];
  readonly repositories: readonly RepositoryHealth[];
}

export interface HealthOptions {
  readonly clock: Clock;
  /** Repositories that have something published. */
  readonly repositories: () => readonly RepositoryId[];
  readonly verifyAsClient: (repository: RepositoryId) => Promise<ClientVerdict>;
  /** False until the first renewal after the start is through. */
  readonly isReady: () => boolean;
  readonly trouble: () => readonly ReloadTrouble[];
  /** What was recorded and is not shown to anybody yet; undefined for nothing. */
  readonly waiting: () => Waiting | undefined;
}

export interface Waiting {
  readonly entries: number;
  /** When the first of them was recorded. */
  readonly since: Date;
}

/** Between commit and release witnesses are asked, and may take their time; longer than this, they do not answer. */
const PATIENCE_MS = 120_000;

/** Probes come from several sides every second; verifying a repository with thousands of roles takes longer than that. */
const KEEP_MS = 5000;

export class Health {
  readonly #options: HealthOptions;
  readonly #verdicts = new Map<RepositoryId, { readonly verdict: Promise<RepositoryHealth>; until: number }>();

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Verifies every repository, or remembers having done so a few seconds ago. */
  async readiness(): Promise<Readiness> {
    const { repositories, isReady } = this.#options;
    const ids = new Set(repositories());
    for (const id of this.#verdicts.keys()) if (!ids.has(id)) this.#verdicts.delete(id);
    const verdicts = await this.verdicts(ids);
    const starting = isReady() ? [] : [{ code: 'STARTING', what: 'The first renewal has not finished.' }];
    const reasons = [...starting, ...this.#ledgerTrouble()];
    return { ready: reasons.length === 0 && verdicts.every(({ ok }) => ok), reasons, repositories: verdicts };
  }

  /** Of these repositories, as `readiness` has them. */
  async verdicts(repositories: Iterable<RepositoryId>): Promise<RepositoryHealth[]> {
    return Promise.all(Array.from(repositories, (id) => this.#verdict(id)));
  }

  /** Clients still succeed while entries wait, with what was public before; when that expires they do not. */
  #ledgerTrouble(): Readiness['reasons'] {
    const { clock, trouble, waiting } = this.#options;
    try {
      const held = waiting();
      if (!held || clock.now().getTime() - held.since.getTime() <= PATIENCE_MS) return trouble();
      const what = `Since ${formatDate(held.since)} the ledger has entries under no released checkpoint: ${held.entries}.`;
      return [...trouble(), { code: 'UNRELEASED', what }];
    } catch (error) {
      const { code, detail, title } = problemOf(error);
      return [...trouble(), { code, what: detail ?? title }];
    }
  }

  async #verdict(repository: RepositoryId): Promise<RepositoryHealth> {
    const { clock } = this.#options;
    const known = this.#verdicts.get(repository);
    if (known && clock.now().getTime() < known.until) return known.verdict;
    // Infinite while it runs: probes that arrive meanwhile wait for the same verdict instead of starting another.
    const entry = { verdict: this.#verify(repository), until: Infinity };
    this.#verdicts.set(repository, entry);
    const verdict = await entry.verdict;
    entry.until = clock.now().getTime() + KEEP_MS;
    return verdict;
  }

  async #verify(repository: RepositoryId): Promise<RepositoryHealth> {
    try {
      const { ok, code, what, freshUntil } = await this.#options.verifyAsClient(repository);
      return { repository, ok, code, what, freshUntil };
    } catch (error) {
      const { code, detail, title } = problemOf(error);
      return { repository, ok: false, code, what: detail ?? title };
    }
  }
}
