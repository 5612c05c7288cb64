/**
 * Whether one policy asks more than another. An approval given under one policy counts under another only if that one is
 * not stricter: nobody’s yes may be worth more than what they said yes to.
 */
import type { Policy } from '../ledger/events/policy.ts';

/** Member by member; one that is stricter is enough, whatever the others are. */
export function isStricter(now: Policy, then: Policy): boolean {
  return (
    now.min_approvers > then.min_approvers ||
    Object.entries(now.teams).some(([team, least]) => least > numberOf(then, team)) ||
    (now.exclude_importer && !then.exclude_importer) ||
    (now.hardware_keys && !then.hardware_keys) ||
    now.max_approval_age_days < then.max_approval_age_days ||
    now.cooling_off_hours > then.cooling_off_hours ||
    (now.publish === 'on-command' && then.publish === 'automatic') ||
    isHarderEmergency(now.break_glass, then.break_glass)
  );
}

function numberOf({ teams }: Policy, team: string): number {
  return Object.hasOwn(teams, team) ? (teams[team] ?? 0) : 0;
}

/** No emergency at all is the strictest. */
function isHarderEmergency(now: Policy['break_glass'], then: Policy['break_glass']): boolean {
  if (then === null) return false;
  return now === null || now.min_approvers > then.min_approvers || now.review_within_days < then.review_within_days;
}
