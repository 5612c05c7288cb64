/**
 * The dead-man stop (docs/design/trust-rules.md): when upstream has been silent for longer than maxUpstreamAge, nothing fresh is signed
 * for its state any more, by renewal, rotation or ceremony, so that a frozen upstream cannot be hidden (F-03). A retired
 * upstream is exempt, for the one import that people agreed is its end: asked of the verified ledger, and of no table.
 */
import { Refusal } from '../errors.ts';
import type { Rules } from '../gate/rules.ts';
import { DAY_MS } from '../verify/policy.ts';
import type { Statement } from './issue.ts';

/** @throws POLICY_UPSTREAM_AGE */
export function requireRecentUpstream(
  { retirements }: Pick<Rules, 'retirements'>,
  { repository, asOf, import: number }: Statement,
  maxUpstreamAgeDays: number,
  now: Date,
): void {
  if (retirements.of(repository)?.import === number) return;
  const silentDays = (now.getTime() - asOf.timestampExpires.getTime()) / DAY_MS;
  if (silentDays <= maxUpstreamAgeDays) return;
  throw new Refusal(
    'POLICY_UPSTREAM_AGE',
    `Renewal of ${repository} has stopped: upstream last vouched for it until ${asOf.timestampExpires.toISOString()}, more than ${maxUpstreamAgeDays} days ago.`,
    { details: { repository, maxUpstreamAgeDays } },
  );
}
