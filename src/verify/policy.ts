/** What an import tolerates, and for how long. Role by role; there is no switch that ignores expiry. */
import { Refusal } from '../errors.ts';
import { ROOT, SNAPSHOT, TIMESTAMP, printable } from '../tuf/names.ts';
import type { ExpiryRule } from '../tuf/trusted-set.ts';
import type { Findings } from './findings.ts';

export const DAY_MS = 86_400_000;
/** Days past the expiry of upstream’s timestamp, unless the repository says otherwise. */
export const DEFAULT_MAX_UPSTREAM_AGE_DAYS = 90;

const VOUCHING: ReadonlySet<string> = new Set([ROOT, TIMESTAMP, SNAPSHOT]);

/**
 * Expiry at import. Upstream’s own root, timestamp and snapshot may be expired by at most `maxUpstreamAgeDays`; an
 * expired authored role is carried and reported as a dead horizon, because the mirror neither can nor may renew it.
 */
export function importExpiry(now: Date, maxUpstreamAgeDays: number, findings: Findings): ExpiryRule {
  return (role, expires) => {
    const lateMs = now.getTime() - expires.getTime();
    if (lateMs < 0) return;
    const when = expires.toISOString();
    if (!VOUCHING.has(role)) {
      findings.note(
        'dead-horizon',
        role,
        `${printable(role)} expired on ${when}: clients refuse it, and only upstream can renew it.`,
      );
    } else if (lateMs > maxUpstreamAgeDays * DAY_MS) {
      throw new Refusal(
        'POLICY_UPSTREAM_AGE',
        `Upstream’s ${role} expired on ${when}, more than ${String(maxUpstreamAgeDays)} days ago.`,
        {
          details: { role, expired: when, maxUpstreamAgeDays },
        },
      );
    } else {
      findings.note(
        'expired-within-limit',
        role,
        `Upstream’s ${role} expired on ${when}, within the limit of ${String(maxUpstreamAgeDays)} days.`,
      );
    }
  };
}
