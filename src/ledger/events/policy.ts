/**
 * The policy document: how many different people must agree before an import is published. Recorded by value in the
 * ledger; what it means is decided in `src/gate/`.
 */
import { count, members, numbersByName, type Of, oneOf, orNull, yesOrNo } from './shapes.ts';

export const policy = members({
  schema: oneOf('countersign-policy/1'),
  /** Different people, counted by person and not by key. */
  min_approvers: count,
  /** Of these, at least so many from each team: `{"security": 1}`. */
  teams: numbersByName(),
  exclude_importer: yesOrNo,
  /** Whether only hardware keys (`sk-…`) count. */
  hardware_keys: yesOrNo,
  /** Older approvals count no more. */
  max_approval_age_days: count,
  /** Hours between the import and its publication. */
  cooling_off_hours: count,
  /** `automatic`: with the last approval that is needed. */
  publish: oneOf('automatic', 'on-command'),
  /** The emergency: fewer people, a reason, and a review. Null: there is none. */
  break_glass: orNull(members({ min_approvers: count, review_within_days: count })),
});

export type Policy = Of<typeof policy>;

/** In force until people with keys decide otherwise: one account imports and publishes, and everything is recorded. */
export const SOLO: Policy = {
  schema: 'countersign-policy/1',
  min_approvers: 0,
  teams: {},
  exclude_importer: false,
  hardware_keys: false,
  max_approval_age_days: 30,
  cooling_off_hours: 0,
  publish: 'automatic',
  break_glass: null,
};
