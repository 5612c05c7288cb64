/** A policy as a reader would say it, the important members first. */
import type { Policy } from '../ledger/events/policy.ts';
import { plural } from './words.ts';

export function policyWords(policy: Policy): string {
  const { min_approvers, teams, exclude_importer, hardware_keys, cooling_off_hours, publish, break_glass } = policy;
  return [
    min_approvers === 0 ? 'nobody has to approve' : plural(min_approvers, 'approval'),
    ...Object.entries(teams).map(([team, least]) => `${least} of them of the team ${team}`),
    ...(exclude_importer ? ['not by whoever brought it in'] : []),
    ...(hardware_keys ? ['only with keys in devices'] : []),
    ...(min_approvers === 0 ? [] : [`not older than ${plural(policy.max_approval_age_days, 'day')}`]),
    ...(cooling_off_hours === 0 ? [] : [`not before ${plural(cooling_off_hours, 'hour')} after the import`]),
    publish === 'automatic' ? 'published by itself' : 'published on command',
    break_glass
      ? `in an emergency ${plural(break_glass.min_approvers, 'person')}, reviewed within ${plural(break_glass.review_within_days, 'day')}`
      : 'no emergency',
  ].join('; ');
}
