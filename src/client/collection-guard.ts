/**
 * The guard for a collection of Notary v1: which image a tag names, as the pinned keys say it. It believes upstream’s
 * targets keys about content and the mirror about what is current here, and keeps in mind what it has seen; so whoever
 * steals every key of the mirror, its root key included, can neither name another image nor go back.
 *
 * Images lie in a registry: a guard hands out digests, never content. Its operations, memory and verdicts are those of the
 * guard for TUF; `notary/session.ts` is its order of checks.
 */
import { Refusal, isRefusal } from '../errors.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type RoleName, TARGETS, targetPath } from '../tuf/names.ts';
import type { Standing, Verdict } from './answer/verdict.ts';
import { openPlace } from './doors/open-place.ts';
import { systemClock } from './doors/system-clock.ts';
import type { Asked, GuardOptions } from './guard.ts';
import { collectionStanding, tagVerdict } from './notary/answer.ts';
import { type CollectionSession, notaryDialect } from './notary/session.ts';
import { CollectionShelf } from './notary/shelf.ts';
import { type TagSearch, searchTag } from './notary/tag-search.ts';
import { type OperationContext, type Reached, operate } from './operation.ts';
import type { CollectionPin, Pin } from './pin/pin.ts';
import { checked, drained } from './resolve/target-check.ts';

/** An explained answer about a tag. */
export interface TagFinding {
  readonly verdict: Verdict;
  readonly search: TagSearch;
}

export class CollectionGuard {
  readonly pin: Pin;
  readonly #collection: CollectionPin;
  readonly #context: OperationContext<CollectionSession>;

  /** @throws CONFIG_PIN for a pin that is not of a collection */
  constructor({ pin, store, fetch: ownFetch, openPlace: open, clock = systemClock, limits }: GuardOptions) {
    const { collection, mirrorRoot, location } = pin;
    if (!collection || !mirrorRoot) {
      throw new Refusal('CONFIG_PIN', `The pin for ${pin.repository} is of no collection.`, {
        next: 'Use a Guard: it is a TUF repository’s.',
      });
    }
    const all = { ...DEFAULT_LIMITS, ...limits };
    const place = open ? open(location.base) : openPlace(location.base, ownFetch);
    const shelf = new CollectionShelf(place, collection.servedAs, all);
    const dialect = notaryDialect(pin, { collection, mirrorRoot }, shelf, all);
    this.pin = pin;
    this.#collection = collection;
    this.#context = { pin, store, clock, limits: all, dialect };
  }

  /**
   * Brings the memory up to date. Every role is read each time, so that `offline` can answer about any tag.
   * @throws Refusal: SOURCE_* nothing is known; TRUST_* somebody lies or is broken; POLICY_* the pin forbids it; STATE_*
   * the memory or the clock. Nothing is kept of an operation that throws.
   */
  refresh({ mode = 'online' }: Asked = {}): Promise<Standing> {
    return operate(this.#context, mode, (reached) => {
      requireUnexpired(reached);
      const standing = this.#standing(reached, [...reached.session.roles.read.keys()]);
      return Promise.resolve({ result: standing, isGood: true });
    });
  }

  /**
   * Which image a tag names, and why. A search that ended with a refusal is an answer: `search.outcome` tells “refused”,
   * “excluded” and “not found” apart.
   * @throws Refusal as `refresh`, when the state itself is no good
   */
  find(tag: string, { mode = 'online' }: Asked = {}): Promise<TagFinding> {
    return operate(this.#context, mode, (reached) => {
      requireUnexpired(reached);
      const search = searchTag(reached.session.roles, targetPath(tag));
      const standing = this.#standing(reached, reliedOn(search));
      const verdict = tagVerdict(reached.session, search, standing, this.#around(reached), this.#collection);
      // Every role was verified, whatever this search met: what it was refused for is an expiry or the mirror’s own word.
      return Promise.resolve({ result: { verdict, search }, isGood: true });
    });
  }

  /**
   * Whether this is the image that a tag names.
   * @param image its digest in hex, or the bytes of its manifest
   * @returns a verdict with `ok` false, and TRUST_TARGET, when it is not
   * @throws Refusal as `refresh`, when the state itself is no good
   */
  async verify(
    tag: string,
    image: string | Uint8Array | AsyncIterable<Uint8Array>,
    asked: Asked = {},
  ): Promise<Verdict> {
    const { verdict } = await this.find(tag, asked);
    if (!verdict.ok) return verdict;
    const no: Verdict = { ...verdict, ok: false, code: 'TRUST_TARGET', established: [] };
    if (typeof image === 'string') return image === verdict.sha256 ? verdict : no;
    const entry = {
      length: verdict.length ?? 0,
      hashes: new Map([['sha256', verdict.sha256 ?? '']]),
      custom: undefined,
    };
    try {
      await drained(checked(image instanceof Uint8Array ? once(image) : image, verdict.target, entry));
      return verdict;
    } catch (error) {
      if (!isRefusal(error, 'TRUST_TARGET')) throw error;
      return no;
    }
  }

  #standing(reached: Reached<CollectionSession>, roles: readonly RoleName[]): Standing {
    return collectionStanding(reached.session, roles, this.#around(reached));
  }

  #around({ session, held, mode }: Reached<CollectionSession>): Parameters<typeof collectionStanding>[2] {
    const refreshedAt = mode === 'online' ? session.now : held.state?.refreshedAt;
    const { size: damaged } = held.cache.damaged;
    return { pin: this.pin, mode, refreshedAt, damaged, hadMemory: held.state !== undefined };
  }
}

/** Targets, which declares the others, and whichever were asked. */
function reliedOn({ steps }: TagSearch): RoleName[] {
  const asked = steps.filter(({ saw }) => saw === 'lists it' || saw === 'does not list it').map(({ role }) => role);
  return [...new Set([TARGETS, ...asked])];
}

/** From the cache, only what is unexpired is an answer; everything else is asked again online. */
function requireUnexpired({ mode, session }: Reached<CollectionSession>): void {
  const expired = [...session.roles.unusable.values()].find(({ code }) => code === 'TRUST_EXPIRED');
  if (mode === 'cache' && expired) throw expired;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
