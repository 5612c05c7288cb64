/**
 * What an expiry means to a guard, role by role, at the one reference time of an operation. There is no switch that
 * ignores expiry: the mirror’s own roles are judged strictly; upstream’s root, timestamp and snapshot may be late
 * by the pin’s age limit (pinned level) or by their grace (carried level), an authored role by its grace. Every use of
 * such a permission is remembered, and ends. Of an upstream that the pin calls retired only authored roles are judged.
 */
import { Refusal } from '../../errors.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, printable } from '../../tuf/names.ts';
import { type ExpiryRule, enforceExpiry } from '../../tuf/trusted-set.ts';
import { formatPeriod } from '../pin/period.ts';
import type { Grace, Policy } from '../pin/pin.ts';

/** One use of a permission to believe something that has expired. */
export interface GraceUse {
  readonly role: RoleName;
  readonly expired: Date;
  /** When this permission ends. */
  readonly until: Date;
  /** What permits it: the limit on upstream’s age, or the pin’s grace for the role. */
  readonly by: 'maxUpstreamAge' | 'grace';
  readonly reason: string | undefined;
}

const VOUCHING: ReadonlySet<RoleName> = new Set([ROOT, TIMESTAMP, SNAPSHOT]);

export class Expiries {
  readonly #now: Date;
  readonly #policy: Policy;
  readonly #level: 'pinned' | 'carried';
  readonly #uses = new Map<RoleName, GraceUse>();
  readonly #expires = new Map<RoleName, Date>();

  constructor(now: Date, level: 'pinned' | 'carried', policy: Policy) {
    this.#now = now;
    this.#policy = policy;
    this.#level = level;
  }

  /** For upstream’s roles; the same rule for both kinds, because one trusted set asks it. */
  readonly upstream: ExpiryRule = (role, expires) => {
    this.#expires.set(role, expires);
    if (expires.getTime() > this.#now.getTime()) return;
    // The pin names every version instead (retired.ts), so how long upstream has been silent decides nothing.
    if (this.#policy.retired && VOUCHING.has(role)) return;
    const permission = VOUCHING.has(role) ? this.#vouching(role, expires) : this.#granted(role, expires);
    if (permission && permission.until.getTime() >= this.#now.getTime()) this.#uses.set(role, permission);
    else this.#refuse(role, expires, permission);
  };

  /** Of these roles only: a verdict names what it relied on, not what somebody else’s question needed. */
  graceUsed(roles: Iterable<RoleName>): GraceUse[] {
    return [...new Set(roles)].flatMap((role) => this.#uses.get(role) ?? []);
  }

  /** When a role that was judged in this operation expires. */
  expiryOf(role: RoleName): Date | undefined {
    return this.#expires.get(role);
  }

  #vouching(role: RoleName, expired: Date): GraceUse | undefined {
    if (this.#level === 'carried') return this.#granted(role, expired);
    const until = new Date(expired.getTime() + this.#policy.maxUpstreamAge);
    return { role, expired, until, by: 'maxUpstreamAge', reason: undefined };
  }

  #granted(role: RoleName, expired: Date): GraceUse | undefined {
    const grace = this.#policy.grace.get(role);
    if (!grace) return undefined;
    return { role, expired, until: endOfGrace(grace, expired, this.#policy), by: 'grace', reason: grace.reason };
  }

  #refuse(role: RoleName, expires: Date, permission: GraceUse | undefined): never {
    const expired = expires.toISOString();
    if (this.#level === 'pinned' && VOUCHING.has(role)) {
      const limit = formatPeriod(this.#policy.maxUpstreamAge);
      throw new Refusal('POLICY_UPSTREAM_AGE', `Upstream’s ${role} expired on ${expired}, more than ${limit} ago.`, {
        details: { role, expired, maxUpstreamAge: limit },
        next: 'Ask the mirror’s operator for a newer import; the limit is maxUpstreamAge in the pin.',
      });
    }
    const ended = permission ? `, and its grace ended on ${permission.until.toISOString()}` : '';
    throw new Refusal('TRUST_EXPIRED', `${printable(role)} expired on ${expired}${ended}.`, {
      details: { role, expired },
      next: 'Only upstream can renew it: ask for a newer import. An officer can grant bounded grace by name, in the pin.',
    });
  }
}

/** The end of a grace: its period after the expiry, its own last day, and never beyond the age limit. */
export function endOfGrace({ period, until }: Grace, expired: Date, { maxUpstreamAge }: Policy): Date {
  const ends = [expired.getTime() + Math.min(period, maxUpstreamAge), until?.getTime() ?? Number.MAX_SAFE_INTEGER];
  return new Date(Math.min(...ends));
}

/**
 * The mirror’s own roles: strict, no grace ever. Offline they are judged as of the last refresh, when they were looked
 * at for the last time; how long ago that may be is the pin’s `maxOffline`.
 */
export function mirrorRule(
  now: Date,
  offline: { readonly refreshedAt: Date; readonly maxOffline: number } | undefined,
): ExpiryRule {
  if (!offline) return enforceExpiry(now);
  const { refreshedAt, maxOffline } = offline;
  const isRecent = now.getTime() - refreshedAt.getTime() <= maxOffline;
  const strict = enforceExpiry(isRecent ? refreshedAt : now);
  return (role, expires) => {
    try {
      strict(role, expires);
    } catch (cause) {
      throw new Refusal(
        'POLICY_OFFLINE_AGE',
        `The mirror’s ${role} expired on ${expires.toISOString()}, and the last refresh was on ${refreshedAt.toISOString()}; the pin allows ${formatPeriod(maxOffline)} offline.`,
        { details: { role, refreshedAt: refreshedAt.toISOString() }, cause },
      );
    }
  };
}
