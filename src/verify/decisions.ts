/**
 * An operator’s named decision: the only way around a refusal. It names one role (and version), carries a reason, is
 * recorded with the import and signed into what clients see. There is no switch that ignores a kind of refusal (X-04).
 */
import { Refusal } from '../errors.ts';
import { type RoleName, isTopLevel, printable, roleName } from '../tuf/names.ts';

export type DecisionKind = 'exclude-role' | 'accept-equivocation' | 'accept-version-jump' | 'accept-duplicate-keys';

export interface Decision {
  readonly kind: DecisionKind;
  readonly role: RoleName;
  /** Absent for decisions about a role whatever its version. */
  readonly version: number | undefined;
  readonly reason: string;
}

/** @throws USAGE_REASON, USAGE_OPTION (a decision about one version must name it: ROLE@VERSION) */
export function decision(kind: DecisionKind, text: string, given: string | undefined): Decision {
  const reason = requireReason(kind, text, given);
  if (kind === 'exclude-role') {
    // Without targets nothing would be left to verify: an exclusion is for delegated roles only.
    if (isTopLevel(text))
      throw new Refusal('USAGE_OPTION', `The role ${printable(text)} cannot be left out of a mirror.`);
    return { kind, role: roleName(text), version: undefined, reason };
  }
  if (kind === 'accept-duplicate-keys') return { kind, role: roleName(text), version: undefined, reason };
  const match = /^(.+)@([1-9][0-9]{0,9})$/s.exec(text);
  if (match?.[1] === undefined)
    throw new Refusal('USAGE_OPTION', `--${kind} takes ROLE@VERSION, not “${printable(text)}”.`);
  return { kind, role: roleName(match[1]), version: Number(match[2]), reason };
}

/** Longest reason, bytes: it is signed into snapshot, which every client downloads. */
const MOST_REASON_BYTES = 500;

function requireReason(kind: DecisionKind, text: string, given: string | undefined): string {
  const reason = given?.trim() ?? '';
  if (reason === '') throw new Refusal('USAGE_REASON', `--${kind} ${printable(text)} has no reason.`);
  if (Buffer.byteLength(reason) > MOST_REASON_BYTES) {
    throw new Refusal(
      'USAGE_REASON',
      `The reason for --${kind} ${printable(text)} is longer than ${MOST_REASON_BYTES} bytes.`,
      {
        next: 'Give it in a sentence, and name a ticket for the rest.',
      },
    );
  }
  return reason;
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

/** An option as a person may paste it into a shell: upstream chose the name, and must not choose what the shell does. */
export function decisionOption(kind: DecisionKind, target: string): string {
  const name = printable(target);
  return `--${kind} ${/^[A-Za-z0-9._@/-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`}`;
}
