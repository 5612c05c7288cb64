/**
 * The guard’s own workflow over a plain TUF repository, without a mirror and without a pin: what a stock client does. It
 * exists so that the workflow can be held against the conformance suite, and as the unguarded side of the attack lab.
 *
 * Each file is kept the moment it is verified, as the specification’s workflow has it; a guard keeps all or nothing.
 */
import { DEFAULT_LIMITS, type Limits } from '../tuf/limits.ts';
import { type RoleName, TARGETS, targetPath } from '../tuf/names.ts';
import type { RoleKeys } from '../tuf/signatures.ts';
import { enforceExpiry } from '../tuf/trusted-set.ts';
import { MetadataShelf, type Shelf, openTarget } from './fetch/layout.ts';
import { type Edge, RoleReader } from './trust/role-reader.ts';
import { RootMemory, newestOf } from './trust/roots.ts';
import { type Search, search } from './resolve/search.ts';
import { checked } from './resolve/target-check.ts';
import { followTop, type Top } from './trust/workflow.ts';

/** What a plain client keeps: the newest file of each role. */
export interface PlainCache {
  read(role: RoleName): Promise<Uint8Array | undefined>;
  write(role: RoleName, bytes: Uint8Array): Promise<void>;
}

export interface PlainOptions {
  readonly cache: PlainCache;
  readonly metadata: Shelf;
  readonly targets?: Shelf;
  readonly now: Date;
  readonly limits?: Partial<Limits>;
}

/** One run: refreshed once, then asked for targets. */
export class PlainClient {
  readonly #targets: Shelf | undefined;
  readonly #top: Top;
  readonly #reader: RoleReader;
  readonly #limits: Limits;

  private constructor(top: Top, reader: RoleReader, targets: Shelf | undefined, limits: Limits) {
    this.#top = top;
    this.#reader = reader;
    this.#targets = targets;
    this.#limits = limits;
  }

  /**
   * From the root in the cache through timestamp, snapshot and targets.
   * @throws Refusal; what was verified before it stays in the cache
   */
  static async refresh({ cache, metadata, targets, now, limits }: PlainOptions): Promise<PlainClient> {
    const all = { ...DEFAULT_LIMITS, ...limits };
    const shelf = new MetadataShelf([metadata], all, true);
    const held = {
      roots: [],
      timestamp: await cache.read('timestamp' as RoleName),
      snapshot: await cache.read('snapshot' as RoleName),
    };
    const accepted = cache.write.bind(cache);
    const anchor = (await cache.read('root' as RoleName)) ?? new Uint8Array();
    const rules = { limits: all, expiry: enforceExpiry(now), memory: RootMemory.ofTuf(), accepted };
    const top = await followTop(anchor, held, shelf, rules);
    const isConsistent = newestOf(top.chain).root.payload.consistentSnapshot;
    const reader = new RoleReader(
      {
        start: startOf(top),
        listing: (role, delegator) => top.snapshot.listing(role, delegator),
        verify: (role, keys, bytes, delegator) => top.snapshot.authored(role, keys, bytes, delegator),
      },
      { held: (role) => cache.read(role), fetch: (role, listing) => shelf.role(role, listing, isConsistent), accepted },
    );
    await reader.start();
    return new PlainClient(top, reader, targets, all);
  }

  find(name: string): Promise<Search> {
    const { role, keys } = startOf(this.#top);
    const start: Edge = { delegator: undefined, name: role, keys };
    return search(this.#reader, start, targetPath(name), this.#limits);
  }

  /** A target that was found, checked as it is read; usable after the last chunk. @throws Refusal */
  async fetch({ name, outcome }: Search): Promise<AsyncIterable<Uint8Array>> {
    if (outcome.kind !== 'found' || !this.#targets) throw new TypeError('only what was found can be fetched');
    const names = newestOf(this.#top.chain).root.payload.consistentSnapshot ? 'consistent' : 'plain';
    return checked(await openTarget(this.#targets, name, outcome.target, names), name, outcome.target);
  }
}

function startOf({ chain }: Top): { role: RoleName; keys: RoleKeys } {
  return { role: TARGETS, keys: newestOf(chain).role(TARGETS) };
}
