/** What an import tolerates, and for how long. Role by role; there is no switch that ignores expiry. */
import { Refusal } from '../errors.ts';
import { ROOT, SNAPSHOT, TIMESTAMP, printable } from '../tuf/names.ts';
import type { ExpiryRule } from '../tuf/trusted-set.ts';
import type { Note } from './notes.ts';

export const DAY_MS = 86_400_000;
/** Days past the expiry of upstream’s timestamp, unless the repository says otherwise. */
export const DEFAULT_MAX_UPSTREAM_AGE_DAYS = 90;

const VOUCHING: ReadonlySet<string> = new Set([ROOT, TIMESTAMP, SNAPSHOT]);

/**
 * Expiry at import. Upstream’s own root, timestamp and snapshot may be expired by at most `maxUpstreamAgeDays`; an
 * expired authored role is carried and reported as a dead horizon, because the mirror neither can nor may renew it.
 */
export function importExpiry(now: Date, maxUpstreamAgeDays: number, note: (note: Note) => void): ExpiryRule {
  return (role, expires) => {
    const lateMs = now.getTime() - expires.getTime();
    if (lateMs < 0) return;
    const when = expires.toISOString();
    if (!VOUCHING.has(role)) {
      note({
        kind: 'dead-horizon',
        role,
        text: `${printable(role)} expired on ${when}: clients refuse it, and only upstream can renew it.`,
      });
    } else if (lateMs > maxUpstreamAgeDays * DAY_MS) {
      throw new Refusal(
        'POLICY_UPSTREAM_AGE',
        `Upstream’s ${role} expired on ${when}, more than ${String(maxUpstreamAgeDays)} days ago.`,
        {
          details: { role, expired: when, maxUpstreamAgeDays },
        },
      );
    } else {
      note({
        kind: 'expired-within-limit',
        role,
        text: `Upstream’s ${role} expired on ${when}, within the limit of ${String(maxUpstreamAgeDays)} days.`,
      });
    }
  };
}
