/** What will fail soon, and who must act, before it does. The mirror’s timestamp and snapshot renew by themselves. */
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, printable } from '../../tuf/names.ts';
import type { Pin } from '../pin/pin.ts';
import type { Contents } from '../trust/contents.ts';
import type { Expiries } from '../trust/expiry.ts';

export interface Warning {
  readonly code:
    | 'expires-soon'
    | 'grace-ends-soon'
    | 'upstream-age'
    | 'pin-expires-soon'
    | 'mirror-root'
    | 'damaged-cache'
    | 'backtrack'
    | 'equivocation-accepted'
    | 'excluded-role'
    | 'expired-role';
  readonly text: string;
  /** When it will fail; undefined for what is no deadline. */
  readonly at: Date | undefined;
}

/** What an operation has seen of ends and exceptions, in the words of no dialect. */
export interface Outlook {
  readonly now: Date;
  readonly expiries: Expiries;
  readonly contents: Contents;
  /** At the carried level upstream’s own roles have grace as well; with a mirror, the limit on upstream’s age bounds them. */
  readonly isCarried: boolean;
  /** Whether upstream’s silence is counted at all. */
  readonly hasAgeLimit: boolean;
  readonly mirrorRootExpires: Date | undefined;
  /** Roles that delegate by “backtrack: false”. */
  readonly backtracking: readonly RoleName[];
  /** What the mirror states not to carry, with the reason. */
  readonly exclusions: ReadonlyMap<RoleName, string>;
}

interface Surroundings {
  readonly pin: Pin;
  /** Held files that were found altered. */
  readonly damaged: number;
  /** Roles that were left out, as the mirror states that it does not carry them. */
  readonly excluded?: readonly RoleName[];
}

/** @param roles authored roles that the answer relied on */
export function warningsOf(
  { now, expiries, contents, isCarried, hasAgeLimit, mirrorRootExpires, backtracking, exclusions }: Outlook,
  roles: readonly RoleName[],
  { pin, damaged, excluded = [] }: Surroundings,
): Warning[] {
  const isNear = (at: Date): boolean => at.getTime() - now.getTime() <= pin.policy.warnBefore;
  const warnings: Warning[] = [];
  const add = (code: Warning['code'], at: Date, text: string): void => {
    if (isNear(at)) warnings.push({ code, at, text: `${text} on ${at.toISOString()}` });
  };
  const graced = expiries.graceUsed(isCarried ? [ROOT, TIMESTAMP, SNAPSHOT, ...roles] : roles);
  for (const { role, until } of graced) add('grace-ends-soon', until, `The grace for ${printable(role)} ends`);
  for (const role of new Set(roles)) {
    const expires = expiries.expiryOf(role);
    if (!expires || graced.some((use) => use.role === role)) continue;
    add('expires-soon', expires, `${printable(role)}, which only upstream can renew, expires`);
  }
  if (hasAgeLimit) {
    const ends = [ROOT, TIMESTAMP, SNAPSHOT].flatMap((role) => expiries.expiryOf(role)?.getTime() ?? []);
    const until = new Date(Math.min(...ends) + pin.policy.maxUpstreamAge);
    add('upstream-age', until, 'Without a newer import, upstream’s last word becomes too old');
  }
  if (mirrorRootExpires) add('mirror-root', mirrorRootExpires, 'The mirror’s root, which needs a ceremony, expires');
  if (pin.expires) add('pin-expires-soon', pin.expires, 'The pin expires');
  if (damaged > 0) {
    warnings.push({ code: 'damaged-cache', at: undefined, text: `${damaged} held files were altered and not used.` });
  }
  for (const name of backtracking) {
    const text = `${printable(name)} says “backtrack: false”, which is read as terminating.`;
    warnings.push({ code: 'backtrack', at: undefined, text });
  }
  // Whoever holds the mirror’s snapshot key can state these, so whoever relies on the answer is told.
  for (const { role, version, reason } of contents.usedDecisions) {
    const text = `Upstream said two things as ${printable(role)} version ${version ?? 0}; the mirror’s operator accepted it: ${printable(reason, 500)}.`;
    warnings.push({ code: 'equivocation-accepted', at: undefined, text });
  }
  for (const role of excluded) {
    const text = `The mirror states that it does not carry ${printable(role)}: ${printable(exclusions.get(role) ?? '', 500)}.`;
    warnings.push({ code: 'excluded-role', at: undefined, text });
  }
  return warnings;
}
