/**
 * An operator’s named decision: the only way around a refusal. It names one role (and version), carries a reason, is
 * recorded with the import and signed into what clients see. There is no switch that ignores a kind of refusal.
 */
import { Refusal } from '../errors.ts';
import { type RoleName, printable, roleName } from '../tuf/names.ts';

export type DecisionKind = 'exclude-role' | 'accept-equivocation' | 'accept-version-jump' | 'accept-duplicate-keys';

export interface Decision {
  readonly kind: DecisionKind;
  readonly role: RoleName;
  /** Absent for decisions about a role whatever its version. */
  readonly version: number | undefined;
  readonly reason: string;
}

/** @throws USAGE_REASON, USAGE_OPTION (a decision about one version must name it: ROLE@VERSION) */
export function decision(kind: DecisionKind, text: string, reason: string | undefined): Decision {
  if (reason === undefined || reason.trim() === '')
    throw new Refusal('USAGE_REASON', `--${kind} ${printable(text)} has no reason.`);
  if (kind === 'exclude-role' || kind === 'accept-duplicate-keys') {
    return { kind, role: roleName(text), version: undefined, reason: reason.trim() };
  }
  const match = /^(.+)@([1-9][0-9]{0,9})$/s.exec(text);
  if (match?.[1] === undefined)
    throw new Refusal('USAGE_OPTION', `--${kind} takes ROLE@VERSION, not “${printable(text)}”.`);
  return { kind, role: roleName(match[1]), version: Number(match[2]), reason: reason.trim() };
}

/** The decision that covers this, if the operator made one. */
export function findDecision(
  decisions: readonly Decision[],
  kind: DecisionKind,
  role: RoleName,
  version?: number,
): Decision | undefined {
  return decisions.find(
    (made) => made.kind === kind && made.role === role && (made.version === undefined || made.version === version),
  );
}

/** Roles that are not carried, by decision: listed in what clients see, so that they are never silently missing. */
export function excludedRoles(decisions: readonly Decision[]): ReadonlySet<RoleName> {
  return new Set(decisions.filter(({ kind }) => kind === 'exclude-role').map(({ role }) => role));
}
