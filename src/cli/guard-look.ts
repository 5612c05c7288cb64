/**
 * Where an enrolled guard stands, without asking anybody: everything that is held is verified again from the pin, every
 * held file is compared with its digest, and the marks are read as they are.
 */
import { createHash } from 'node:crypto';
import { openMemory } from '../client/memory.ts';
import { type GuardState, digestsOf } from '../client/remember/state.ts';
import type { Store } from '../client/remember/store.ts';
import type { Standing } from '../client/answer/verdict.ts';
import { type Refusal, isRefusal } from '../errors.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import type { Sha256 } from '../tuf/names.ts';
import type { GuardEnrolment } from './guard-enrolments.ts';
import { openGuard } from './guard-target.ts';
import type { Invocation } from './invocation.ts';

export interface GuardLook {
  /** What an offline answer would rest on; absent when the pin, or what is held, allows none. */
  readonly standing: Standing | undefined;
  /** Why not. */
  readonly refusal: Refusal | undefined;
  /** Why a delegation would be refused although the rest is good; SOURCE_OFFLINE: not every delegation is held. */
  readonly delegations: Refusal | undefined;
  /** Absent before the first refresh. */
  readonly state: GuardState | undefined;
  readonly files: number;
  readonly damaged: readonly Sha256[];
}

/** @throws STATE_CACHE and the like when the memory itself cannot be read */
export async function lookAt(invocation: Invocation, enrolment: GuardEnrolment): Promise<GuardLook> {
  const { pin, store } = enrolment;
  const { state } = await openMemory(store, pin, DEFAULT_LIMITS);
  const guard = openGuard(invocation, enrolment);
  const refusalOr = async <Result>(attempt: Promise<Result>): Promise<Result | Refusal> =>
    attempt.catch((error: unknown) => {
      if (isRefusal(error)) return error;
      throw error;
    });
  const whole = await refusalOr(guard.refresh({ mode: 'offline', everyRole: true }));
  const top = isRefusal(whole) ? await refusalOr(guard.refresh({ mode: 'offline' })) : whole;
  const digests = state ? [...digestsOf(state)] : [];
  return {
    standing: isRefusal(top) ? undefined : top,
    refusal: isRefusal(top) ? top : undefined,
    delegations: isRefusal(whole) && !isRefusal(top) ? whole : undefined,
    state,
    files: digests.length,
    damaged: await damagedOf(store, digests),
  };
}

/** Whether somebody must act: no offline answer, a delegation that is refused, a deadline that has passed, damage. */
export function isTrouble({ standing, delegations, damaged }: GuardLook): boolean {
  if (!standing || damaged.length > 0 || (delegations && delegations.code !== 'SOURCE_OFFLINE')) return true;
  return standing.warnings.some(({ at }) => at !== undefined && at <= standing.now);
}

async function damagedOf(store: Store, digests: readonly Sha256[]): Promise<Sha256[]> {
  const damaged: Sha256[] = [];
  for (const digest of digests) if (!(await isWhole(store, digest))) damaged.push(digest);
  return damaged;
}

async function isWhole(store: Store, digest: Sha256): Promise<boolean> {
  const content = await store.read(digest);
  if (!content) return false;
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex') === digest;
}
