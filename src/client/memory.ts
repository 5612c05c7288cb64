/**
 * Steps 1 and 8: a guard’s memory is opened before anything is asked, and moved forward in one write after everything was
 * good. Between the two, another process may have moved it: then this operation begins again from what that one saw.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Limits } from '../tuf/limits.ts';
import type { Sha256, TargetPath } from '../tuf/names.ts';
import { Cache } from './remember/cache.ts';
import { type Held, readHeld } from './remember/held.ts';
import type { Pin } from './pin/pin.ts';
import { type GuardState, type HeldDigests, digestsOf, readState, writeState } from './remember/state.ts';
import type { Memorable, MemorableFile, MemorableTop } from './remember/memorable.ts';
import type { Store } from './remember/store.ts';

/** How far the clock may be behind what was seen: corrections of a good clock are smaller. */
const SKEW_MS = 5 * 60_000;
/** A time that is this much later than the one that was seen is worth a write. */
const WORTH_NOTING_MS = 60_000;
/** Target files that are kept for later, at most. */
const MOST_TARGETS = 256;

export async function openMemory(store: Store, { repository }: Pin, limits: Limits): Promise<Held> {
  const stored = await store.state();
  const state = stored && readState(stored.bytes, repository);
  return readHeld(state, stored?.number ?? 0, new Cache(store), limits);
}

/** @throws STATE_CLOCK_BEHIND: whoever turns the clock back makes what has expired look fresh (F-07) */
export function requireClock({ state }: Held, now: Date): void {
  if (!state || now.getTime() >= state.lastTrustedTime.getTime() - SKEW_MS) return;
  const seen = state.lastTrustedTime.toISOString();
  throw new Refusal('STATE_CLOCK_BEHIND', `The clock says ${now.toISOString()}, and ${seen} was seen before.`, {
    details: { now: now.toISOString(), seen },
  });
}

/** @returns false when somebody else moved the memory meanwhile: nothing was changed */
export async function commitSession(store: Store, { repository }: Pin, held: Held, seen: Memorable): Promise<boolean> {
  const before = held.state;
  const keep = ({ bytes, fileSha256 }: MemorableFile): Sha256 => held.cache.keep(bytes, fileSha256);
  // What was read now, and what was held before as far as it is still the listed one.
  const still = [...(before?.roles ?? [])].filter(([role, file]) => seen.isStillListed(role, file));
  const read = seen.roles.map(([role, { version, file }]) => [role, { version, sha256: keep(file) }] as const);
  const state: GuardState = {
    repository,
    lastTrustedTime: later(seen.now, before?.lastTrustedTime),
    refreshedAt: seen.now,
    mirror: seen.mirror ? topDigests(seen.mirror, keep) : NOTHING,
    upstream: seen.upstream ? topDigests(seen.upstream, keep) : NOTHING,
    roles: new Map([...still, ...read]),
    targets: before?.targets ?? new Map<TargetPath, Sha256>(),
    marks: seen.marks,
    contents: seen.contents,
    // A pin that asks for no proof any more must not make the guard forget which log it saw.
    ledger: seen.ledger
      ? {
          checkpoint: seen.ledger.checkpoint,
          proof: held.cache.keep(seen.ledger.proof),
          approvals: seen.ledger.approved && held.cache.keep(seen.ledger.approved),
        }
      : before?.ledger,
  };
  return commit(store, held, state);
}

/**
 * Notes a time that was seen without asking anybody, so that turning the clock back does not keep a limit open for ever
 * (F-07). Where nothing can be written, what was seen before still counts.
 */
export async function noteTime(store: Store, { state, number }: Held, now: Date): Promise<void> {
  if (!state || now.getTime() - state.lastTrustedTime.getTime() < WORTH_NOTING_MS) return;
  try {
    // Another process that was faster has noted a time of its own.
    await store.commit(number, writeState({ ...state, lastTrustedTime: now }));
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Notes that a target file is held, so that it can be handed out offline. */
export async function rememberTarget(
  store: Store,
  pin: Pin,
  limits: Limits,
  path: TargetPath,
  digest: Sha256,
): Promise<void> {
  for (;;) {
    const held = await openMemory(store, pin, limits);
    if (!held.state || held.state.targets.get(path) === digest) return;
    const others = [...held.state.targets].filter(([name]) => name !== path).slice(1 - MOST_TARGETS);
    if (await commit(store, held, { ...held.state, targets: new Map([...others, [path, digest]]) })) return;
  }
}

async function commit(store: Store, held: Held, state: GuardState): Promise<boolean> {
  const before = held.state ? digestsOf(held.state) : new Set<Sha256>();
  const after = digestsOf(state);
  await held.cache.flush(before);
  if (!(await store.commit(held.number, writeState(state)))) return false;
  if ([...before].some((digest) => !after.has(digest))) await store.keepOnly(after);
  return true;
}

const NOTHING: HeldDigests = { roots: [], timestamp: undefined, snapshot: undefined };

function topDigests({ roots, timestamp, snapshot }: MemorableTop, keep: (file: MemorableFile) => Sha256): HeldDigests {
  return { roots: roots.map(keep), timestamp: keep(timestamp), snapshot: keep(snapshot) };
}

function later(a: Date, b: Date | undefined): Date {
  return b && b > a ? b : a;
}
