/**
 * How an operation reaches its state: online, offline, or from the cache while everything in it is unexpired. Whatever is
 * done with the state is done within one operation, under one reference time, so that a cached role is never mixed with
 * a fresh one in one answer.
 */
import { Refusal, isRefusal } from '../errors.ts';
import { sha256 } from '../tuf/digest.ts';
import type { Limits } from '../tuf/limits.ts';
import type { Clock } from './clock.ts';
import { stagger } from './doors/patience.ts';
import { Expiries, mirrorRule } from './trust/expiry.ts';
import type { Held } from './remember/held.ts';
import { commitSession, noteTime, openMemory, requireClock } from './memory.ts';
import type { Network } from './fetch/network.ts';
import type { Pin, Policy } from './pin/pin.ts';
import type { RootMemory } from './trust/roots.ts';
import { type Session, type SessionOptions, establish } from './trust/session.ts';
import type { Store } from './remember/store.ts';

export interface OperationContext {
  readonly pin: Pin;
  readonly store: Store;
  readonly network: Network;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly memory: RootMemory;
}

/** A state that was reached, with what it came from. */
export interface Reached {
  readonly session: Session;
  readonly held: Held;
  readonly mode: 'online' | 'offline' | 'cache';
}

/**
 * What is done with it. Nothing is kept when it throws, or says that what it met is no good: a state in which some role
 * was forged, withheld or mixed must not become the memory that the honest mirror is compared with.
 */
export type Work<Result> = (reached: Reached) => Promise<{ readonly result: Result; readonly isGood: boolean }>;

/** So often another process may be faster; each time it has moved the memory forward, so somebody succeeds. */
const MOST_TRIES = 16;

/** Asks the network, and keeps what was good in one write. One request of a mirror when nothing changed. */
export async function operateOnline<Result>(context: OperationContext, work: Work<Result>): Promise<Result> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { held, now } = await begin(context);
    const session = (await reachUnchanged(context, held, now)) ?? (await reachAnew(context, held, now));
    const { result, isGood } = await work({ session, held, mode: 'online' });
    if (!isGood || (await commitSession(context.store, context.pin, held, session))) return result;
    await stagger(tries);
  }
  throw new Refusal('STATE_LOCKED', `Other processes moved the memory of this guard ${MOST_TRIES} times meanwhile.`, {
    next: 'Try again; if it persists, find out which processes share this guard’s directory.',
  });
}

/** Asks nobody: what is held is verified again, the mirror’s roles as of the last refresh. Keeps nothing but the time. */
export async function operateOffline<Result>(context: OperationContext, work: Work<Result>): Promise<Result> {
  const { held, now } = await begin(context);
  const { refreshedAt } = requireState(held);
  const mirrorExpiry = mirrorRule(now, { refreshedAt, maxOffline: context.pin.policy.maxOffline });
  const session = await reachHeld(context, held, now, { fromHeld: true, mirrorExpiry });
  const { result } = await work({ session, held, mode: 'offline' });
  await noteTime(context.store, held, now);
  return result;
}

/** Asks nobody either, and refuses as soon as anything in the cache has expired: grace is for when nothing newer is to be had. */
export async function operateFromCache<Result>(context: OperationContext, work: Work<Result>): Promise<Result> {
  const { held, now } = await begin(context);
  requireState(held);
  const policy: Policy = { ...context.pin.policy, grace: new Map() };
  const session = await reachHeld(context, held, now, { fromHeld: true, policy });
  const { result } = await work({ session, held, mode: 'cache' });
  await noteTime(context.store, held, now);
  return result;
}

/** Step 1. @throws STATE_CACHE, STATE_CLOCK_BEHIND, POLICY_PIN_EXPIRED */
async function begin({ pin, store, limits, clock }: OperationContext): Promise<{ held: Held; now: Date }> {
  const held = await openMemory(store, pin, limits);
  const now = clock.now();
  requireClock(held, now);
  if (pin.expires && now >= pin.expires) {
    throw new Refusal('POLICY_PIN_EXPIRED', `The pin for ${pin.repository} expired on ${pin.expires.toISOString()}.`);
  }
  return { held, now };
}

interface ReachOptions extends Pick<SessionOptions, 'fromHeld'>, Partial<Pick<SessionOptions, 'mirrorExpiry'>> {
  readonly policy?: Policy;
}

type ReachContext = Omit<OperationContext, 'network'> & { readonly network: Network | undefined };

function reach(
  { pin, network, limits, memory }: ReachContext,
  held: Held,
  now: Date,
  options: ReachOptions,
): Promise<Session> {
  const level = pin.mirrorRoot ? 'pinned' : 'carried';
  const expiries = new Expiries(now, level, options.policy ?? pin.policy);
  const { fromHeld, mirrorExpiry = mirrorRule(now, undefined) } = options;
  return establish({ pin, held, network, fromHeld, now, mirrorExpiry, expiries, limits, memory });
}

/** Damage on this disk must not sound like an attack by the mirror: without the network there is nothing to heal it from. */
async function reachHeld(context: OperationContext, held: Held, now: Date, options: ReachOptions): Promise<Session> {
  try {
    return await reach({ ...context, network: undefined }, held, now, options);
  } catch (cause) {
    const { size } = held.cache.damaged;
    if (!isRefusal(cause) || cause.family !== 'trust' || size === 0) throw cause;
    throw new Refusal(
      'SOURCE_OFFLINE',
      `${size} held files are missing or altered, so what is held cannot be verified.`,
      {
        details: { reason: cause.code, damaged: size },
        next: 'Refresh where the repository can be reached: they are fetched again. Find out who altered them.',
        cause,
      },
    );
  }
}

/**
 * The state that is served. The proof that it is in the log lies in a file of its own: when the mirror moves on between the
 * two, the proof is about something newer, and both are asked for once more.
 */
async function reachAnew(context: OperationContext, held: Held, now: Date): Promise<Session> {
  try {
    return await reach(context, held, now, { fromHeld: false });
  } catch (error) {
    if (!isRefusal(error, 'TRUST_LOG_PROOF')) throw error;
    return reach(context, held, now, { fromHeld: false });
  }
}

/**
 * The state that is held, when it is still good and the timestamp that it rests on is still the one that is served. A
 * mirror that has anything new to say, a new root included, says it with a new timestamp; one that does not want to say it
 * could as well deny the next root. Upstreams do not: a root that revokes a key may come alone, so a plain copy is asked
 * for it each time (W-01).
 */
async function reachUnchanged(context: OperationContext, held: Held, now: Date): Promise<Session | undefined> {
  const { pin, network } = context;
  const digest = (pin.mirrorRoot ? held.state?.mirror : held.state?.upstream)?.timestamp;
  if (digest === undefined) return undefined;
  const session = await orNothing(reach(context, held, now, { fromHeld: true }));
  if (!session) return undefined;
  const newest = session.mirror ? undefined : session.evidence?.versions.root;
  if (newest !== undefined && (await network.metadata.root(newest + 1))) return undefined;
  return (await network.metadata.isTimestampStill(digest, sha256)) ? session : undefined;
}

async function orNothing(reaching: Promise<Session>): Promise<Session | undefined> {
  try {
    return await reaching;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function requireState({ state }: Held): NonNullable<Held['state']> {
  if (state) return state;
  throw new Refusal('SOURCE_OFFLINE', 'This guard has never refreshed, so nothing is at hand.');
}
