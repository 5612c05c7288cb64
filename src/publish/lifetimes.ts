/** How long what we issue lives, within limits that make a stolen online key age out (docs/design/trust-rules.md). */
import { Refusal } from '../errors.ts';
import type { MirrorRole } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';

/** Days, per mirror role. */
export type Lifetimes = Readonly<Record<MirrorRole, number>>;

export const DEFAULT_LIFETIMES: Lifetimes = { timestamp: 1, snapshot: 30, root: 365 };
export const LONGEST_LIFETIMES: Lifetimes = { timestamp: 7, snapshot: 365, root: 730 };

/** @throws STATE_LIFETIME */
export function requireLifetimes(lifetimes: Lifetimes): Lifetimes {
  for (const role of ['timestamp', 'snapshot', 'root'] as const) {
    const days = lifetimes[role];
    if (!(days > 0) || days > LONGEST_LIFETIMES[role]) {
      throw new Refusal(
        'STATE_LIFETIME',
        `A ${role} lifetime of ${String(days)} days is not between 0 and ${String(LONGEST_LIFETIMES[role])}.`,
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
