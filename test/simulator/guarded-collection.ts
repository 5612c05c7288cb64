/**
 * A guard in front of a real mirror of a simulated Notary collection, on a real socket. Every request is recorded; a test can
 * put an answer of its own in the place of any.
 *
 *   const guarded = await guardedCollection(context);
 *   await guarded.guard().refresh();
 *   guarded.answer('timestamp.json', 404);
 */
import { CollectionGuard } from '../../src/client/collection-guard.ts';
import { memoryStore } from '../../src/client/doors/memory-store.ts';
import type { GuardOptions } from '../../src/client/guard.ts';
import { NO_FLOOR, type Pin } from '../../src/client/pin/pin.ts';
import { importUpstream, withWriter } from '../../src/mirror.ts';
import { parseNotaryRoot } from '../../src/notary/metadata.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { issuedRoots } from '../../src/publish/generation.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import type { Decision } from '../../src/verify/decisions.ts';
import { type Loopback, serveOnLoopback } from '../replay/loopback.ts';
import type { FakeClock } from './clock.ts';
import { SimulatedCollection } from './collection.ts';
import { APP, type CollectionMirror, SERVED, collectionMirror } from './collection-mirror.ts';
import { STRICT } from './guarded.ts';
import type { Scope } from './mirror.ts';

export class GuardedCollection {
  readonly site: CollectionMirror;
  /** File names below the collection’s address, in the order in which they were asked for. */
  readonly requests: string[] = [];
  readonly #loopback: Loopback;
  readonly #answers = new Map<string, () => Response>();

  constructor(site: CollectionMirror, loopback: Loopback) {
    this.site = site;
    this.#loopback = loopback;
  }

  get clock(): FakeClock {
    return this.site.clock;
  }

  get collection(): SimulatedCollection {
    return this.site.collection;
  }

  /** The server’s address. */
  get url(): URL {
    return new URL('/', this.#loopback.url(APP));
  }

  get #files(): string {
    return `${this.url.href}v2/${SERVED}/_trust/tuf/`;
  }

  /** The mirror’s newest root. */
  get mirrorRoot(): Uint8Array {
    return issuedRoots(this.site.mirror.reader, APP).at(-1) ?? new Uint8Array();
  }

  /** With the keys that a root names, the mirror’s newest unless another is given. */
  pin(changes: Partial<Pin> = {}, root = this.mirrorRoot): Pin {
    const { targets } = parseNotaryRoot(root, 'root', DEFAULT_LIMITS).payload.roles;
    return {
      repository: APP,
      location: { base: this.url, metadata: undefined, targets: undefined },
      mirrorRoot: root,
      upstreamRoot: undefined,
      targets: undefined,
      collection: { servedAs: SERVED, targets },
      floor: NO_FLOOR,
      policy: STRICT,
      expires: undefined,
      ...changes,
    };
  }

  /** A new guard; with an empty memory unless a store is given. */
  guard({ pin = this.pin(), store = memoryStore(), ...options }: Partial<GuardOptions> = {}): CollectionGuard {
    return new CollectionGuard({ pin, store, clock: this.clock, fetch: this.fetch, ...options });
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { href } = new URL(input instanceof Request ? input.url : input);
    const name = href.startsWith(this.#files) ? href.slice(this.#files.length) : href;
    this.requests.push(name);
    return this.#answers.get(name)?.() ?? globalThis.fetch(input, init);
  };

  /** From now on, these bytes or this status for a file. */
  answer(name: string, what: Uint8Array | number): this {
    this.#answers.set(name, () =>
      typeof what === 'number' ? new Response(null, { status: what }) : new Response(Buffer.from(what)),
    );
    return this;
  }

  /** The mirror answers for itself again. */
  restore(): this {
    this.#answers.clear();
    return this;
  }

  async importNow(...decisions: readonly Decision[]): Promise<void> {
    const { mirror, collection } = this.site;
    const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
    const { outcome } = await importUpstream(mirror, { repository: APP, openSource, decisions, claim: {} });
    if (outcome !== 'published') throw new TypeError(`the import ended as ${outcome}`);
    this.#loopback.refresh();
  }

  /** A new timestamp, whatever is due. */
  async renew(): Promise<void> {
    await withWriter(this.site.mirror, (writer) => renewDue(this.site.mirror, writer, { force: true }));
    this.#loopback.refresh();
  }

  /** New snapshot and timestamp keys of the mirror, under a new root. */
  async rotateOnline(): Promise<void> {
    await withWriter(this.site.mirror, (writer) => rotateOnlineKeys(this.site.mirror, writer, APP));
    this.#loopback.refresh();
  }

  takeRequests(): string[] {
    return this.requests.splice(0);
  }
}

/** `v1` and `shared` in targets, `v2` and another `shared` in targets/releases, `qa` in targets/qa. */
export function taggedCollection(now?: Date): SimulatedCollection {
  const collection = new SimulatedCollection(undefined, now).delegate('targets/releases').delegate('targets/qa');
  collection.add('v1', '11'.repeat(32)).add('shared', 'aa'.repeat(32));
  collection.add('v2', '22'.repeat(32), 'targets/releases').add('shared', 'bb'.repeat(32), 'targets/releases');
  return collection.add('nightly', '33'.repeat(32), 'targets/qa').publish();
}

/** A mirror with one collection, imported and served; closed when the test ends. */
export async function guardedCollection(
  scope: Scope,
  collection: SimulatedCollection = taggedCollection(),
): Promise<GuardedCollection> {
  const open: Loopback[] = [];
  // First, so that the listener is gone before the record that it reads.
  scope.after(async () => {
    for (const loopback of open) await loopback.stop();
  });
  const site = await collectionMirror(scope, collection);
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  await importUpstream(site.mirror, { repository: APP, openSource, decisions: [], claim: {} });
  const loopback = await serveOnLoopback(site.mirror, { data: site.mirror.dataDirectory });
  open.push(loopback);
  return new GuardedCollection(site, loopback);
}
