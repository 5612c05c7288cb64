/**
 * The guard: a client that believes upstream about content and the mirror about what is current here, and neither of them
 * about the other’s part. It survives the theft of every key that a mirror has, its root key included, because its pin is
 * about upstream and moves by upstream’s own proof only.
 *
 * The nine steps of an operation (docs/design/trust-rules.md, “What the guard checks”): 1 `operation.ts`, 2–6
 * `trust/session.ts`, 7 is not there yet, 8 `memory.ts`, 9 `resolve/delivery.ts`. The rooms, as data walks through them:
 * `pin` → `fetch` → `trust` → `resolve` → `answer`, with `remember` beside them and `doors` to the world.
 */
import { Refusal, isRefusal } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../tuf/limits.ts';
import type { TargetEntry } from '../tuf/metadata.ts';
import { type RoleName, type Sha256, type TargetPath, printable, targetPath } from '../tuf/names.ts';
import { advised } from './advice.ts';
import type { Clock } from './clock.ts';
import { handOut, obtainTarget, type TargetSource } from './resolve/delivery.ts';
import { openPlace } from './doors/open-place.ts';
import { systemClock } from './doors/system-clock.ts';
import { readEveryRole } from './resolve/every-role.ts';
import { rememberTarget } from './memory.ts';
import { openNetwork } from './fetch/network.ts';
import { type OperationContext, type Reached, attempt, operate } from './operation.ts';
import type { Pin } from './pin/pin.ts';
import { joined, type Place } from './fetch/place.ts';
import type { Edge } from './trust/role-reader.ts';
import type { Session } from './trust/session.ts';
import { tufDialect } from './tuf-dialect.ts';
import { type Search, type Visit, search } from './resolve/search.ts';
import type { Store } from './remember/store.ts';
import { checked, drained } from './resolve/target-check.ts';
import { type Mode, type Standing, type Verdict, standingOf, verdictOf } from './answer/verdict.ts';

export interface GuardOptions {
  /** From `readPin`. */
  readonly pin: Pin;
  /** Where the guard remembers: `folderStore`, `memoryStore`, or one of your own. One per repository. */
  readonly store: Store;
  /** In place of the runtime’s `fetch`: a proxy, a private authority, a test. */
  readonly fetch?: typeof globalThis.fetch;
  /** In place of http and folders altogether. */
  readonly openPlace?: (url: URL) => Place;
  readonly clock?: Clock;
  /** Bounds on what is read; each that is not given has its default. */
  readonly limits?: Partial<Limits>;
}

export interface Asked {
  /**
   * `online` (default): asks the network; one request of a mirror when nothing changed. `offline`: asks nobody, as long
   * as the pin allows. `cache-first`: asks nobody while everything held is unexpired, and otherwise starts again online.
   */
  readonly mode?: Mode;
}

/** An explained look-up: the walk, and the verdict on it. */
export interface Finding {
  readonly verdict: Verdict;
  readonly search: Search;
}

/** Largest target that `get` holds in memory, bytes, unless the caller says otherwise. */
const DEFAULT_MAX_BYTES = 64 * 2 ** 20;

export class Guard {
  readonly pin: Pin;
  readonly #context: OperationContext<Session>;
  readonly #targets: TargetSource;
  readonly #network;

  constructor({ pin, store, fetch: ownFetch, openPlace: open, clock = systemClock, limits }: GuardOptions) {
    const all = { ...DEFAULT_LIMITS, ...limits };
    const level = pin.mirrorRoot ? 'pinned' : 'carried';
    if (pin.collection) {
      throw new Refusal('CONFIG_PIN', `The pin for ${pin.repository} is of a Notary collection.`, {
        next: 'Use a CollectionGuard: what Notary signs lies in a registry, and is looked up by tag.',
      });
    }
    this.pin = pin;
    const places = open ?? ((url) => openPlace(url, ownFetch));
    this.#network = openNetwork(pin.location, level, all, places, pin.ledger?.address);
    const dialect = tufDialect(pin, this.#network, all);
    this.#context = { pin, store, clock, limits: all, dialect };
    this.#targets = { shelf: this.#network.targets, names: level === 'pinned' ? 'consistent' : 'any' };
  }

  /**
   * Brings the memory up to date: every check but a search.
   * @param options.everyRole reads every delegation, so that `offline` can answer about any target
   * @throws Refusal: SOURCE_* nothing is known; TRUST_* somebody lies or is broken; POLICY_* the pin forbids it; STATE_*
   * the memory or the clock. Nothing is kept of an operation that throws.
   */
  refresh({ mode = 'online', everyRole = false }: Asked & { readonly everyRole?: boolean } = {}): Promise<Standing> {
    return operate(this.#context, mode, async (reached) => {
      const { authority, reader } = reached.session;
      const start = this.#start(reached);
      const { read, excluded } = everyRole
        ? await readEveryRole(reader, start, this.#context.limits)
        : { read: [authority.role], excluded: [] };
      return { result: this.#standing(reached, read, excluded), isGood: true };
    });
  }

  /**
   * Who answers for a target, and why. A search that is refused on its way is an answer, not an exception: `verdict.code`
   * and `search.outcome` tell “refused”, “withheld”, “excluded” and “not found” apart.
   * @throws Refusal as `refresh`, when the state itself is no good
   */
  async find(name: string, { mode = 'online' }: Asked = {}): Promise<Finding> {
    const { finding } = await this.#find(name, mode);
    return finding;
  }

  /**
   * The bytes of a target, verified.
   * @param options.maxBytes the most that are held in memory; `open` has no such bound
   * @throws Refusal as `refresh`, and whatever the search or the download was refused with
   */
  async get(
    name: string,
    options: Asked & { readonly maxBytes?: number } = {},
  ): Promise<{ verdict: Verdict; bytes: Uint8Array }> {
    const { mode = 'online', maxBytes = DEFAULT_MAX_BYTES } = options;
    const { verdict, content } = await this.#open(name, mode, maxBytes);
    return { verdict, bytes: await attempt(joined(content)) };
  }

  /**
   * The same in pieces, from a copy that was checked whole before; it is checked once more as it is read.
   * **Use nothing of it before the last piece**: an altered copy shows at its end, as TRUST_TARGET.
   */
  open(
    name: string,
    { mode = 'online' }: Asked = {},
  ): Promise<{ verdict: Verdict; content: AsyncIterable<Uint8Array> }> {
    return this.#open(name, mode, undefined);
  }

  /**
   * Whether these bytes are what upstream signed for the name.
   * @returns a verdict with `ok` false, and its code, when they are not; nobody is asked for the target itself
   * @throws Refusal as `refresh`, when the state itself is no good
   */
  async verify(
    name: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { mode = 'online' }: Asked = {},
  ): Promise<Verdict> {
    const { finding } = await this.#find(name, mode);
    return judgedContent(finding, content);
  }

  /** @param maxBytes the most that will be held in memory: more is refused before it is fetched */
  async #open(
    name: string,
    mode: Mode,
    maxBytes: number | undefined,
  ): Promise<{ verdict: Verdict; content: AsyncIterable<Uint8Array> }> {
    const { finding, held, usedMode } = await this.#find(name, mode);
    const { path, entry } = requireFound(finding);
    const { store, pin, limits } = this.#context;
    refuseLarger(path, entry, maxBytes, limits);
    const source = usedMode === 'offline' ? undefined : this.#targets;
    let digest: Sha256;
    try {
      digest = await attempt(obtainTarget(store, { path, entry, held }, source));
    } catch (error) {
      // The file of a cached state may have been replaced since: then the whole operation begins again as well.
      if (usedMode !== 'cache' || !(error instanceof Refusal)) throw error;
      return this.#open(name, 'online', maxBytes);
    }
    if (digest !== held && usedMode !== 'offline') await rememberTarget(store, pin, limits, path, digest);
    return { verdict: finding.verdict, content: handOut(store, digest, path, entry) };
  }

  async #find(
    name: string,
    mode: Mode,
  ): Promise<{ finding: Finding; held: Sha256 | undefined; usedMode: Reached<Session>['mode'] }> {
    const path = targetPath(name);
    return operate(this.#context, mode, async (reached) => {
      const found = await search(reached.session.reader, this.#start(reached), path, this.#context.limits);
      // From the cache, only a search that went well to its end is an answer; everything else is asked again online.
      if (reached.mode === 'cache' && 'refusal' in found.outcome) throw found.outcome.refusal;
      const roles = rolesOf(found.visit);
      const verdict = verdictOf(reached.session, found, roles, this.#standing(reached, roles), this.pin);
      const finding = { search: found, verdict };
      const held = reached.held.state?.targets.get(path);
      return { result: { finding, held, usedMode: reached.mode }, isGood: !isRefused(found) };
    });
  }

  #start({ session: { authority } }: Reached<Session>): Edge {
    return { delegator: undefined, name: authority.role, keys: authority.keys };
  }

  #standing(
    { session, held, mode }: Reached<Session>,
    roles: readonly RoleName[],
    excluded: readonly RoleName[] = [],
  ): Standing {
    const refreshedAt = mode === 'online' ? session.now : held.state?.refreshedAt;
    const { size: damaged } = held.cache.damaged;
    const hadMemory = held.state !== undefined;
    return standingOf(session, roles, { pin: this.pin, mode, refreshedAt, damaged, excluded, hadMemory });
  }
}

/** A search that was refused keeps nothing, so that what is held stays in use; an exclusion is the mirror’s own answer. */
function isRefused({ outcome }: Search): boolean {
  return 'refusal' in outcome && outcome.kind !== 'excluded';
}

/** Every role that the search visited, in its order. */
function rolesOf(visit: Visit): RoleName[] {
  const later = visit.looks.flatMap((look) => (look.visit ? rolesOf(look.visit) : []));
  return [visit.role, ...later];
}

function requireFound({ search: { outcome, name } }: Finding): { path: TargetPath; entry: TargetEntry } {
  if (outcome.kind === 'found') return { path: name, entry: outcome.target };
  if (outcome.kind !== 'not-found') throw advised(outcome.refusal);
  const by = outcome.endedBy === undefined ? '' : ` The delegation to ${printable(outcome.endedBy)} ends the search.`;
  throw new Refusal('TRUST_UNLISTED_TARGET', `No role that may speak for it lists “${printable(name)}”.${by}`, {
    details: { target: name },
  });
}

/** The verdict on bytes for what was found; `ok` turns false when they are not what is signed. */
export async function judgedContent(
  { search: { name, outcome }, verdict }: Finding,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<Verdict> {
  if (outcome.kind !== 'found') return verdict;
  try {
    await drained(checked(content instanceof Uint8Array ? once(content) : content, name, outcome.target));
    return verdict;
  } catch (error) {
    if (!isRefusal(error, 'TRUST_TARGET')) throw error;
    return { ...verdict, ok: false, code: error.code, established: [] };
  }
}

/** Lengths are upstream’s to sign and the user’s to bound: nothing larger is asked for. */
function refuseLarger(path: TargetPath, { length }: TargetEntry, maxBytes: number | undefined, limits: Limits): void {
  if (maxBytes !== undefined && length > maxBytes) {
    throw new Refusal('SOURCE_TOO_LARGE', `The target has ${length} bytes, and ${maxBytes} may be held in memory.`, {
      details: { target: printable(path), limit: maxBytes },
      next: 'Raise maxBytes, or read it in pieces with open().',
    });
  }
  if (length <= limits.targetFileBytes) return;
  throw new Refusal('TRUST_LIMIT', `${printable(path)} has ${length} bytes, more than ${limits.targetFileBytes}.`, {
    details: { target: printable(path), limit: 'targetFileBytes' },
    next: 'If upstream really grew beyond it, raise the limit where the guard is made.',
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
