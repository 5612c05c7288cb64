/** What is served now, asked as a client would ask: the heart of /readyz. */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Current } from '../ledger/records.ts';
import type { Clock } from '../platform/clock.ts';
import type { ClientVerdict, Health } from '../serve/admin/health.ts';
import type { FailingCollection } from '../serve/collection-health.ts';
import type { PublishedTrees } from '../serve/published.ts';
import { VerificationMemory } from '../tuf/memory.ts';
import { type MetadataFile, type RepositoryId, ROOT, TARGETS, metadataFileName, printable } from '../tuf/names.ts';
import { type ClientResult, type ClientRules, refreshAsClient } from '../verify/as-client.ts';
import { excludedRoles } from '../verify/decisions.ts';
import { type CollectionView, refreshAsCollection } from '../verify/notary/as-client.ts';

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

  /** Of these the collections, with the names that they are served under. */
  collections(): Map<RepositoryId, string> {
    const named = this.repositories().map((id) => [id, this.#reader.enrolment(id).collection?.servedAs] as const);
    return new Map(named.flatMap(([id, name]) => (name === undefined ? [] : [[id, name] as const])));
  }

  /** What `health` says of collections, by their names. */
  async failingCollections(health: Pick<Health, 'verdicts'>): Promise<FailingCollection[]> {
    const names = this.collections();
    const failing = (await health.verdicts(names.keys())).filter(({ ok }) => !ok);
    return failing.map(({ repository, code = 'BUG' }) => ({ name: names.get(repository) ?? '', code }));
  }

  /** A new client’s first refresh, against the bytes that the public listener sends. */
  async verifyAsClient(repository: RepositoryId): Promise<ClientVerdict> {
    // As it is served, with its own decisions: the newest state of the record may wait for its witnesses.
    const { limits, collection } = this.#reader.enrolment(repository);
    const { repositories, collections } = this.#trees.now;
    const current = (collection ? collections.get(collection.servedAs) : repositories.get(repository))?.current;
    if (!current) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} is not served.`);
    const { decisions } = this.#reader.import(this.#reader.importOfGeneration(repository, current.generation));
    const rules: ClientRules = {
      ...{ now: this.#clock.now(), limits, excluded: excludedRoles(decisions) },
      ...{ depth: 'all', memory: this.#memoryOf(current) },
    };
    const { freshUntil, dead } = await (collection
      ? this.#refreshCollection(collection.servedAs, rules)
      : this.#refresh(repository, rules));
    const targets = dead.find(({ role }) => role === TARGETS);
    if (targets) {
      const what = `Upstream’s targets expired on ${targets.expired.toISOString()}; only upstream can renew it.`;
      return { ok: false, code: 'TRUST_EXPIRED', what, freshUntil: targets.expired };
    }
    return { ok: true, freshUntil };
  }

  async #refresh(repository: RepositoryId, rules: ClientRules): Promise<ClientResult> {
    const metadata = (file: MetadataFile): Promise<Uint8Array> =>
      served(this.#trees.metadata(repository, file), `${repository} serves no ${printable(metadataFileName(file))}.`);
    return refreshAsClient({ metadata }, { root: await metadata({ role: ROOT, version: 1 }) }, rules);
  }

  async #refreshCollection(gun: string, rules: ClientRules): Promise<ClientResult> {
    const file = (name: string): Promise<Uint8Array> =>
      served(this.#trees.collectionFile(gun, name), `${printable(gun)} has no ${printable(name)} here.`);
    const view: CollectionView = {
      gun,
      current: (role) => file(`${role}.json`),
      byHash: (role, digest) => file(`${role}.${digest}.json`),
      byVersion: (role, version) => file(`${String(version)}.${role}.json`),
    };
    return refreshAsCollection(view, { root: await view.byVersion(ROOT, 1, rules.limits.rootBytes) }, rules);
  }

  #memoryOf({ repository, generation }: Current): VerificationMemory {
    const known = this.#memories.get(repository);
    if (known?.generation === generation) return known.memory;
    const memory = new VerificationMemory();
    this.#memories.set(repository, { generation, memory });
    return memory;
  }
}

function served(bytes: Uint8Array | undefined, otherwise: string): Promise<Uint8Array> {
  return bytes ? Promise.resolve(bytes) : Promise.reject(new Refusal('SOURCE_NOT_FOUND', otherwise));
}
