/**
 * What a guard holds of one repository from earlier operations, read back: to be verified again, not to be believed. As a
 * view it answers every question of a workflow without asking anybody.
 */
import { Refusal } from '../errors.ts';
import type { RoleName } from '../tuf/names.ts';
import type { Cache } from './cache.ts';
import type { GuardState, HeldDigests } from './state.ts';
import type { HeldTop, TopView } from './workflow.ts';

export interface Held {
  /** Absent before the first success. */
  readonly state: GuardState | undefined;
  /** The number that the next commit follows. */
  readonly number: number;
  readonly cache: Cache;
  readonly mirror: HeldTop;
  readonly upstream: HeldTop;
}

export async function readHeld(state: GuardState | undefined, number: number, cache: Cache): Promise<Held> {
  return {
    state,
    number,
    cache,
    mirror: await readTop(state?.mirror, cache),
    upstream: await readTop(state?.upstream, cache),
  };
}

export function heldRole({ state, cache }: Held, role: RoleName): Promise<Uint8Array | undefined> {
  return cache.read(state?.roles.get(role)?.sha256);
}

/** Answers with what is held, and that there is nothing newer. */
export function heldView({ timestamp, snapshot }: HeldTop): TopView {
  return {
    root: () => Promise.resolve(undefined),
    timestamp: () => orRefuse('timestamp', timestamp),
    snapshot: () => orRefuse('snapshot', snapshot),
  };
}

async function readTop(digests: HeldDigests | undefined, cache: Cache): Promise<HeldTop> {
  return {
    roots: await cache.readAll(digests?.roots ?? []),
    timestamp: await cache.read(digests?.timestamp),
    snapshot: await cache.read(digests?.snapshot),
  };
}

function orRefuse(role: string, bytes: Uint8Array | undefined): Promise<Uint8Array> {
  if (bytes) return Promise.resolve(bytes);
  return Promise.reject(new Refusal('SOURCE_OFFLINE', `No ${role} is at hand.`, { details: { role } }));
}
