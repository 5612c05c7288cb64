/** How long what we issue lives, within limits that make a stolen online key age out (docs/design/trust-rules.md). */
import { Refusal } from '../errors.ts';
import type { MirrorRole } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';

/** Days, per mirror role; a collection’s snapshot has its own. */
export type Lifetimes = Readonly<Record<MirrorRole | 'collectionSnapshot', number>>;

/**
 * Stock clients of collections warn at every command about a snapshot with less than six months left, and a warning that is
 * always there hides the next one. Renewed at half of 400 days it always has more. Nobody gains by its length: a snapshot is
 * believed only while a timestamp names it, and the timestamp is as short as everywhere.
 */
export const DEFAULT_LIFETIMES: Lifetimes = { timestamp: 1, snapshot: 30, root: 365, collectionSnapshot: 400 };
export const LONGEST_LIFETIMES: Lifetimes = { timestamp: 7, snapshot: 365, root: 730, collectionSnapshot: 400 };

const NAMES = {
  timestamp: 'timestamp',
  snapshot: 'snapshot',
  root: 'root',
  collectionSnapshot: 'collection’s snapshot',
};

/** How long a repository’s snapshot lives, days. */
export function snapshotDays(lifetimes: Lifetimes, { collection }: { readonly collection?: unknown }): number {
  return collection === undefined ? lifetimes.snapshot : lifetimes.collectionSnapshot;
}

/** @throws STATE_LIFETIME */
export function requireLifetimes(lifetimes: Lifetimes): Lifetimes {
  for (const role of ['timestamp', 'snapshot', 'root', 'collectionSnapshot'] as const) {
    const days = lifetimes[role];
    if (!(days > 0) || days > LONGEST_LIFETIMES[role]) {
      throw new Refusal(
        'STATE_LIFETIME',
        `A ${NAMES[role]} lifetime of ${String(days)} days is not between 0 and ${String(LONGEST_LIFETIMES[role])}.`,
      );
    }
  }
  return lifetimes;
}

/** Whole seconds, as issued files have them. */
export function expiryAfter(now: Date, days: number): Date {
  return new Date(Math.floor((now.getTime() + days * DAY_MS) / 1000) * 1000);
}

/** Whether half of the lifetime is over: time to renew, with the other half as margin for trouble. */
export function isHalfOver(issuedAt: Date, expires: Date, now: Date, earlierMs = 0): boolean {
  return now.getTime() + earlierMs >= (issuedAt.getTime() + expires.getTime()) / 2;
}
