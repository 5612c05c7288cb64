/** What is served now, asked as a client would ask: the heart of /readyz. */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Current } from '../ledger/records.ts';
import type { Clock } from '../platform/clock.ts';
import type { ClientVerdict } from '../serve/admin/health.ts';
import type { PublishedTrees } from '../serve/published.ts';
import { VerificationMemory } from '../tuf/memory.ts';
import { type MetadataFile, type RepositoryId, ROOT, TARGETS, metadataFileName, printable } from '../tuf/names.ts';
import { type ClientView, refreshAsClient } from '../verify/as-client.ts';
import { excludedRoles } from '../verify/decisions.ts';

export class ServedView {
  readonly #reader: LedgerReader;
  readonly #trees: PublishedTrees;
  readonly #clock: Clock;
  /** What was verified needs no second look while its generation is served: probes come every few seconds. */
  readonly #memories = new Map<RepositoryId, { readonly generation: number; readonly memory: VerificationMemory }>();

  constructor(reader: LedgerReader, trees: PublishedTrees, clock: Clock) {
    this.#reader = reader;
    this.#trees = trees;
    this.#clock = clock;
  }

  /**
   * Those that have something public, by the record: what is public and not served is a failure, not an absence. What
   * waits for its witnesses is not public.
   */
  repositories(): RepositoryId[] {
    return this.#reader.released().map(({ repository }) => repository);
  }

  /** A new client’s first refresh, against the bytes that the public listener sends. */
  async verifyAsClient(repository: RepositoryId): Promise<ClientVerdict> {
    // As it is served, with its own decisions: the newest state of the record may wait for its witnesses.
    const current = this.#trees.now.repositories.get(repository)?.current;
    if (!current) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} is not served.`);
    const { limits } = this.#reader.enrolment(repository);
    const { decisions } = this.#reader.import(this.#reader.importOfGeneration(repository, current.generation));
    const read = (file: MetadataFile): Promise<Uint8Array> => {
      const bytes = this.#trees.metadata(repository, file);
      if (bytes) return Promise.resolve(bytes);
      const name = printable(metadataFileName(file));
      return Promise.reject(new Refusal('SOURCE_NOT_FOUND', `${repository} serves no ${name}.`));
    };
    const view: ClientView = { metadata: read };
    const { freshUntil, dead } = await refreshAsClient(
      view,
      { root: await read({ role: ROOT, version: 1 }) },
      {
        now: this.#clock.now(),
        limits,
        depth: 'all',
        excluded: excludedRoles(decisions),
        memory: this.#memoryOf(current),
      },
    );
    const targets = dead.find(({ role }) => role === TARGETS);
    if (targets) {
      const what = `Upstream’s targets expired on ${targets.expired.toISOString()}; only upstream can renew it.`;
      return { ok: false, code: 'TRUST_EXPIRED', what, freshUntil: targets.expired };
    }
    return { ok: true, freshUntil };
  }

  #memoryOf({ repository, generation }: Current): VerificationMemory {
    const known = this.#memories.get(repository);
    if (known?.generation === generation) return known.memory;
    const memory = new VerificationMemory();
    this.#memories.set(repository, { generation, memory });
    return memory;
  }
}
