/**
 * Steps 1 and 8: a guard’s memory is opened before anything is asked, and moved forward in one write after everything was
 * good. Between the two, another process may have moved it: then this operation begins again from what that one saw.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Envelope } from '../tuf/envelope.ts';
import type { Limits } from '../tuf/limits.ts';
import type { RoleName, Sha256, TargetPath } from '../tuf/names.ts';
import type { TrustedSnapshot } from '../tuf/trusted-set.ts';
import { Cache } from './remember/cache.ts';
import { type Held, readHeld } from './remember/held.ts';
import type { Pin } from './pin/pin.ts';
import type { RootChain } from './trust/roots.ts';
import type { Session } from './trust/session.ts';
import {
  type GuardState,
  type HeldDigests,
  type HeldRole,
  digestsOf,
  readState,
  writeState,
} from './remember/state.ts';
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
export async function commitSession(store: Store, { repository }: Pin, held: Held, session: Session): Promise<boolean> {
  const before = held.state;
  const keep = ({ bytes, fileSha256 }: Envelope): Sha256 => held.cache.keep(bytes, fileSha256);
  const state: GuardState = {
    repository,
    lastTrustedTime: later(session.now, before?.lastTrustedTime),
    refreshedAt: session.now,
    mirror: session.mirror ? topDigests(session.mirror.top.chain, session.mirror.top.snapshot, keep) : NOTHING,
    upstream: session.evidence ? topDigests(session.evidence.chain, session.evidence.snapshot, keep) : NOTHING,
    roles: rolesOf(session, before, keep),
    targets: before?.targets ?? new Map<TargetPath, Sha256>(),
    marks: session.marks(),
    contents: session.contents.seen,
    // A pin that asks for no proof any more must not make the guard forget which log it saw.
    ledger: session.ledger
      ? {
          checkpoint: session.ledger.checkpoint,
          proof: held.cache.keep(session.ledger.proof),
          approvals: session.ledger.approved && held.cache.keep(session.ledger.approved),
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

function topDigests(chain: RootChain, snapshot: TrustedSnapshot, keep: (envelope: Envelope) => Sha256): HeldDigests {
  return {
    roots: chain.slice(1).map(({ root }) => keep(root.envelope)),
    timestamp: keep(snapshot.timestamp.timestamp.envelope),
    snapshot: keep(snapshot.snapshot.envelope),
  };
}

/** What was read now, and what was held before as far as it is still the listed version. */
function rolesOf(
  { reader, evidence, mirror }: Session,
  before: GuardState | undefined,
  keep: (envelope: Envelope) => Sha256,
): Map<RoleName, HeldRole> {
  const listed = (evidence?.snapshot ?? mirror?.top.snapshot)?.snapshot.payload.roles;
  const still = [...(before?.roles ?? [])].filter(([role, { version }]) => listed?.get(role)?.version === version);
  const roles = new Map(still);
  for (const [role, { version, envelope }] of reader.roles) roles.set(role, { version, sha256: keep(envelope) });
  return roles;
}

function later(a: Date, b: Date | undefined): Date {
  return b && b > a ? b : a;
}
