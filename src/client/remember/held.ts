/**
 * What a guard holds of one repository from earlier operations, read back: to be verified again, not to be believed. As a
 * view it answers every question of a workflow without asking anybody.
 */
import { Refusal } from '../../errors.ts';
import type { Limits } from '../../tuf/limits.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { Cache } from './cache.ts';
import type { GuardState, HeldDigests } from './state.ts';
import type { HeldTop } from '../trust/workflow.ts';

export interface Held {
  /** Absent before the first success. */
  readonly state: GuardState | undefined;
  /** The number that the next commit follows. */
  readonly number: number;
  readonly cache: Cache;
  readonly mirror: HeldTop;
  readonly upstream: HeldTop;
  readonly limits: Limits;
}

export async function readHeld(
  state: GuardState | undefined,
  number: number,
  cache: Cache,
  limits: Limits,
): Promise<Held> {
  return {
    state,
    number,
    cache,
    mirror: await readTop(state?.mirror, cache, limits),
    upstream: await readTop(state?.upstream, cache, limits),
    limits,
  };
}

export function heldRole({ state, cache, limits }: Held, role: RoleName): Promise<Uint8Array | undefined> {
  return cache.read(state?.roles.get(role)?.sha256, limits.targetsBytes);
}

/** Fit for the workflow of either dialect. */
interface HeldView {
  root(): Promise<undefined>;
  timestamp(): Promise<Uint8Array>;
  snapshot(): Promise<Uint8Array>;
}

/** Answers with what is held, and that there is nothing newer. */
export function heldView({ timestamp, snapshot }: HeldTop): HeldView {
  return {
    root: () => Promise.resolve(undefined),
    timestamp: () => orRefuse('timestamp', timestamp),
    snapshot: () => orRefuse('snapshot', snapshot),
  };
}

async function readTop(digests: HeldDigests | undefined, cache: Cache, limits: Limits): Promise<HeldTop> {
  return {
    roots: await cache.readAll(digests?.roots ?? [], limits.rootBytes),
    timestamp: await cache.read(digests?.timestamp, limits.timestampBytes),
    snapshot: await cache.read(digests?.snapshot, limits.snapshotBytes),
  };
}

function orRefuse(role: string, bytes: Uint8Array | undefined): Promise<Uint8Array> {
  if (bytes) return Promise.resolve(bytes);
  return Promise.reject(new Refusal('SOURCE_OFFLINE', `No ${role} is at hand.`, { details: { role } }));
}
