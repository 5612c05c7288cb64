/**
 * How an operation reaches its state: online, offline, or from the cache while everything in it is unexpired. Whatever is
 * done with the state is done within one operation, under one reference time, so that a cached role is never mixed with
 * a fresh one in one answer.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Limits } from '../tuf/limits.ts';
import { advised } from './advice.ts';
import type { Clock } from './clock.ts';
import { stagger } from './doors/patience.ts';
import { Expiries, mirrorRule } from './trust/expiry.ts';
import type { Held } from './remember/held.ts';
import { commitSession, noteTime, openMemory, requireClock } from './memory.ts';
import type { Mode } from './answer/verdict.ts';
import type { ExpiryRule } from '../tuf/trusted-set.ts';
import type { Memorable } from './remember/memorable.ts';
import type { Pin, Policy } from './pin/pin.ts';
import type { Store } from './remember/store.ts';

/** What one operation verifies a state with. */
export interface Asking {
  readonly held: Held;
  /** Whether roots, timestamps and snapshots come from what is held. */
  readonly fromHeld: boolean;
  /** Whether anything may be asked of the network at all. */
  readonly mayAsk: boolean;
  readonly now: Date;
  /** For the mirror’s own roles. */
  readonly mirrorExpiry: ExpiryRule;
  /** For upstream’s. */
  readonly expiries: Expiries;
}

/** What tells one kind of repository from another: how its state is verified, and what of it is remembered. */
export interface Dialect<Session> {
  /** @throws the first thing that is wrong */
  establish(asking: Asking): Promise<Session>;
  /** Whether the state that is held is the one that is served, by one small request. */
  isUnchanged(session: Session, held: Held): Promise<boolean>;
  memorable(session: Session): Memorable;
}

export interface OperationContext<Session> {
  readonly pin: Pin;
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly dialect: Dialect<Session>;
}

/** A state that was reached, with what it came from. */
export interface Reached<Session> {
  readonly session: Session;
  readonly held: Held;
  readonly mode: 'online' | 'offline' | 'cache';
}

/**
 * What is done with it. Nothing is kept when it throws, or says that what it met is no good: a state in which some role
 * was forged, withheld or mixed must not become the memory that the honest mirror is compared with.
 */
export type Work<Session, Result> = (
  reached: Reached<Session>,
) => Promise<{ readonly result: Result; readonly isGood: boolean }>;

/** So often another process may be faster; each time it has moved the memory forward, so somebody succeeds. */
const MOST_TRIES = 16;

/** By way of the network, the memory, or whichever of the two the mode says. @throws Refusal, with advice for its reader */
export function operate<Session, Result>(
  context: OperationContext<Session>,
  mode: Mode,
  work: Work<Session, Result>,
): Promise<Result> {
  switch (mode) {
    case 'online':
      return attempt(operateOnline(context, work));
    case 'offline':
      return attempt(operateOffline(context, work));
    case 'cache-first':
      return operateFromCache(context, work).catch((error: unknown) => {
        // Whatever is wrong with the cache, the whole operation begins again with what the network says.
        if (!(error instanceof Refusal) || error.code === 'STATE_CLOCK_BEHIND') throw error;
        return attempt(operateOnline(context, work));
      });
  }
}

/** @throws what it was refused with, with advice for whoever runs a guard */
export async function attempt<Result>(doing: Promise<Result>): Promise<Result> {
  try {
    return await doing;
  } catch (error) {
    throw advised(error);
  }
}

/** Asks the network, and keeps what was good in one write. One request of a mirror when nothing changed. */
async function operateOnline<Session, Result>(
  context: OperationContext<Session>,
  work: Work<Session, Result>,
): Promise<Result> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { held, now } = await begin(context);
    const session = (await reachUnchanged(context, held, now)) ?? (await reachAnew(context, held, now));
    const { result, isGood } = await work({ session, held, mode: 'online' });
    const { dialect, store, pin } = context;
    if (!isGood || (await commitSession(store, pin, held, dialect.memorable(session)))) return result;
    await stagger(tries);
  }
  throw new Refusal('STATE_LOCKED', `Other processes moved the memory of this guard ${MOST_TRIES} times meanwhile.`, {
    next: 'Try again; if it persists, find out which processes share this guard’s directory.',
  });
}

/** Asks nobody: what is held is verified again, the mirror’s roles as of the last refresh. Keeps nothing but the time. */
async function operateOffline<Session, Result>(
  context: OperationContext<Session>,
  work: Work<Session, Result>,
): Promise<Result> {
  const { held, now } = await begin(context);
  const { refreshedAt } = requireState(held);
  const mirrorExpiry = mirrorRule(now, { refreshedAt, maxOffline: context.pin.policy.maxOffline });
  const session = await reachHeld(context, held, now, { fromHeld: true, mirrorExpiry });
  const { result } = await work({ session, held, mode: 'offline' });
  await noteTime(context.store, held, now);
  return result;
}

/** Asks nobody either, and refuses as soon as anything in the cache has expired: grace is for when nothing newer is to be had. */
async function operateFromCache<Session, Result>(
  context: OperationContext<Session>,
  work: Work<Session, Result>,
): Promise<Result> {
  const { held, now } = await begin(context);
  requireState(held);
  const policy: Policy = { ...context.pin.policy, grace: new Map() };
  const session = await reachHeld(context, held, now, { fromHeld: true, policy });
  const { result } = await work({ session, held, mode: 'cache' });
  await noteTime(context.store, held, now);
  return result;
}

/** Step 1. @throws STATE_CACHE, STATE_CLOCK_BEHIND, POLICY_PIN_EXPIRED */
async function begin({
  pin,
  store,
  limits,
  clock,
}: Omit<OperationContext<unknown>, 'dialect'>): Promise<{ held: Held; now: Date }> {
  const held = await openMemory(store, pin, limits);
  const now = clock.now();
  requireClock(held, now);
  if (pin.expires && now >= pin.expires) {
    throw new Refusal('POLICY_PIN_EXPIRED', `The pin for ${pin.repository} expired on ${pin.expires.toISOString()}.`);
  }
  return { held, now };
}

interface ReachOptions extends Pick<Asking, 'fromHeld'>, Partial<Pick<Asking, 'mirrorExpiry' | 'mayAsk'>> {
  readonly policy?: Policy;
}

function reach<Session>(
  { pin, dialect }: Pick<OperationContext<Session>, 'pin' | 'dialect'>,
  held: Held,
  now: Date,
  { fromHeld, mayAsk = true, mirrorExpiry = mirrorRule(now, undefined), policy = pin.policy }: ReachOptions,
): Promise<Session> {
  const expiries = new Expiries(now, pin.mirrorRoot ? 'pinned' : 'carried', policy);
  return dialect.establish({ held, fromHeld, mayAsk, now, mirrorExpiry, expiries });
}

/** Damage on this disk must not sound like an attack by the mirror: without the network there is nothing to heal it from. */
async function reachHeld<Session>(
  context: OperationContext<Session>,
  held: Held,
  now: Date,
  options: ReachOptions,
): Promise<Session> {
  try {
    return await reach(context, held, now, { ...options, mayAsk: false });
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
async function reachAnew<Session>(context: OperationContext<Session>, held: Held, now: Date): Promise<Session> {
  try {
    return await reach(context, held, now, { fromHeld: false });
  } catch (error) {
    if (!isRefusal(error, 'TRUST_LOG_PROOF')) throw error;
    return reach(context, held, now, { fromHeld: false });
  }
}

/** The state that is held, when it is still good and still what is served. */
async function reachUnchanged<Session>(
  context: OperationContext<Session>,
  held: Held,
  now: Date,
): Promise<Session | undefined> {
  if (!held.state) return undefined;
  const session = await orNothing(reach(context, held, now, { fromHeld: true }));
  return session && (await context.dialect.isUnchanged(session, held)) ? session : undefined;
}

async function orNothing<Session>(reaching: Promise<Session>): Promise<Session | undefined> {
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
