/**
 * A guard in front of a real mirror on a real socket: the simulated upstream is imported, served on loopback, and a guard
 * with a pin asks it. Every request is recorded; a test can put an answer of its own in the place of any.
 *
 *   const guarded = await guardedBy(context);
 *   const guard = guarded.guard();
 *   await guard.refresh();
 *   guarded.answer('upstream/metadata/2.root.json', 404);
 */
import { memoryStore } from '../../src/client/doors/memory-store.ts';
import { Guard, type GuardOptions } from '../../src/client/guard.ts';
import { NO_FLOOR, type Pin, type Policy } from '../../src/client/pin/pin.ts';
import { withWriter } from '../../src/mirror.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { renewDue } from '../../src/publish/renew.ts';
import type { Decision } from '../../src/verify/decisions.ts';
import { type Loopback, serveOnLoopback } from '../replay/loopback.ts';
import { DAY, type FakeClock } from './clock.ts';
import { type EnrolmentOptions, type MirrorOptions, type Scope, mirrorOf } from './mirror.ts';
import type { MirroredRepository } from './mirrored.ts';
import { SimulatedUpstream } from './upstream.ts';

/** What a guard of the tests is permitted, unless a test says otherwise: no grace. */
export const STRICT: Policy = {
  maxUpstreamAge: 90 * DAY,
  maxOffline: 0,
  grace: new Map(),
  warnBefore: 0,
};

export class GuardedMirror {
  readonly upstream: SimulatedUpstream;
  readonly mirrored: MirroredRepository;
  /** Paths below the repository’s address, in the order in which they were asked for. */
  readonly requests: string[] = [];
  readonly #loopback: Loopback;
  readonly #answers = new Map<string, () => Response>();

  constructor(upstream: SimulatedUpstream, mirrored: MirroredRepository, loopback: Loopback) {
    this.upstream = upstream;
    this.mirrored = mirrored;
    this.#loopback = loopback;
  }

  get clock(): FakeClock {
    return this.mirrored.clock;
  }

  /** The repository’s address on the mirror, with a slash at its end. */
  get url(): URL {
    return new URL(`${this.#loopback.url(this.mirrored.id)}/`);
  }

  get mirrorRoot(): Uint8Array {
    const root = this.mirrored.published().get('1.root.json');
    if (!root) throw new TypeError('nothing is published yet');
    return root;
  }

  /** At pinned level, following upstream’s chain from its first root; `undefined` among the changes takes a member away. */
  pin(changes: Partial<Pin> = {}): Pin {
    return {
      repository: this.mirrored.id,
      location: { base: this.url, metadata: undefined, targets: undefined },
      mirrorRoot: this.mirrorRoot,
      upstreamRoot: this.upstream.firstRoot,
      targets: undefined,
      floor: NO_FLOOR,
      policy: STRICT,
      expires: undefined,
      ...changes,
    };
  }

  /** At carried level: originals only, from below `upstream/`. */
  carriedPin(changes: Partial<Pin> = {}): Pin {
    const base = new URL('upstream/', this.url);
    return this.pin({ mirrorRoot: undefined, location: { base, metadata: undefined, targets: undefined }, ...changes });
  }

  /** A new guard; with an empty memory unless a store is given. */
  guard({ pin = this.pin(), store = memoryStore(), ...options }: Partial<GuardOptions> = {}): Guard {
    return new Guard({ pin, store, clock: this.clock, fetch: this.fetch, ...options });
  }

  /** What guards ask with: recorded, and answered by the test where it said so. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const path = url.href.startsWith(this.url.href) ? url.href.slice(this.url.href.length) : url.href;
    this.requests.push(path);
    return this.#answers.get(path)?.() ?? globalThis.fetch(input, init);
  };

  /** From now on, these bytes or this status for the path, encoded as it is asked for. */
  answer(path: string, what: Uint8Array | number | (() => Response)): this {
    const respond =
      typeof what === 'function'
        ? what
        : (): Response =>
            typeof what === 'number' ? new Response(null, { status: what }) : new Response(Buffer.from(what));
    this.#answers.set(path, respond);
    return this;
  }

  /** The mirror answers for itself again. */
  restore(): this {
    this.#answers.clear();
    return this;
  }

  async importNow(...decisions: readonly Decision[]): Promise<void> {
    await this.mirrored.importNow(...decisions);
    this.#loopback.refresh();
  }

  /** A new timestamp, whatever is due. */
  async renew(): Promise<void> {
    await withWriter(this.mirrored.mirror, (writer) => renewDue(this.mirrored.mirror, writer, { force: true }));
    this.#loopback.refresh();
  }

  /** New snapshot and timestamp keys of the mirror, under a new root. */
  async rotateOnline(): Promise<void> {
    const { mirror, id } = this.mirrored;
    await withWriter(mirror, (writer) => rotateOnlineKeys(mirror, writer, id));
    this.#loopback.refresh();
  }

  /** The requests since the last call. */
  takeRequests(): string[] {
    return this.requests.splice(0);
  }
}

/** A mirror with one repository, imported and served; closed when the test ends. */
export async function guardedBy(
  scope: Scope,
  upstream: SimulatedUpstream = new SimulatedUpstream(),
  options: MirrorOptions & EnrolmentOptions & { readonly decisions?: readonly Decision[] } = {},
): Promise<GuardedMirror> {
  const open: Loopback[] = [];
  // First, so that the listener is gone before the record that it reads.
  scope.after(async () => {
    for (const loopback of open) await loopback.stop();
  });
  const mirrored = await mirrorOf(scope, upstream, options);
  // What a mirror publishes is checked by its own tests.
  await mirrored.importExpecting('published', ...(options.decisions ?? []));
  const loopback = await serveOnLoopback(mirrored.mirror, { data: mirrored.mirror.dataDirectory });
  open.push(loopback);
  return new GuardedMirror(upstream, mirrored, loopback);
}
