/**
 * What a pin permits: ages, periods without a connection, and grace for expired roles. What is not written is the
 * careful default. Rules that concern the pin as a whole say so in their refusals.
 */
import { type RoleName, TARGETS, isTopLevel, printable, roleName } from '../../tuf/names.ts';
import type { Member } from './own-document.ts';
import { formatPeriod } from './period.ts';
import { HIGHEST_VERSION } from './pin-trust.ts';
import type { Grace, Period, Policy, Retired } from './pin.ts';

const DAY = 86_400_000;

/** Ninety days of upstream’s silence, nothing offline, warnings two weeks ahead, no grace. */
export const DEFAULT_POLICY: Policy = {
  maxUpstreamAge: 90 * DAY,
  maxOffline: 0,
  warnBefore: 14 * DAY,
  grace: new Map<RoleName, Grace>(),
};

/** Longest `reason`, bytes of UTF-8: a sentence or two, printed with every use of the grace. */
const MAX_REASON_BYTES = 500;

/**
 * @param policy may be absent
 * @param isCarried whether the pin has no mirror root: upstream’s own online roles are then used directly
 * @throws CONFIG_PIN
 */
export function readPolicy(policy: Member, isCarried: boolean): Policy {
  const written = policy.optional((present) => {
    const member = present.closed(['maxUpstreamAge', 'maxOffline', 'warnBefore', 'grace', 'retired']);
    const maxUpstreamAge = member('maxUpstreamAge').optional((age) => age.period()) ?? DEFAULT_POLICY.maxUpstreamAge;
    const retired = member('retired').optional(readRetired);
    return {
      maxUpstreamAge,
      maxOffline: member('maxOffline').optional((period) => period.period()) ?? DEFAULT_POLICY.maxOffline,
      warnBefore: member('warnBefore').optional((period) => period.period()) ?? DEFAULT_POLICY.warnBefore,
      grace: member('grace').optional((grace) => readGraces(grace, maxUpstreamAge, isCarried)) ?? DEFAULT_POLICY.grace,
      ...(retired && { retired }),
    };
  });
  return written ?? DEFAULT_POLICY;
}

/** Role names are compared byte for byte, so two that differ by case are two roles, and both may be named. */
function readGraces(graces: Member, cap: Period, isCarried: boolean): Map<RoleName, Grace> {
  const read = new Map<RoleName, Grace>();
  for (const [name, member] of graces.entries()) {
    if (name === '') graces.refuse('names a role without a name');
    // An expired online role is all that shows of a mirror that withholds updates: nothing may excuse it (M-06).
    if (!isCarried && ['root', 'timestamp', 'snapshot'].includes(name)) {
      member.refuse(
        `is only possible without a mirror_root: with one, the mirror’s ${name} never has grace, and upstream’s is bounded by maxUpstreamAge`,
      );
    }
    const grace = readGrace(member);
    if (grace.period === 0) member.refuse('permits nothing: leave it out, or name a period');
    if (grace.period > cap) {
      const [period, most] = [formatPeriod(grace.period), formatPeriod(cap)];
      member.refuse(`is ${period}, and policy.maxUpstreamAge caps every grace at ${most}`);
    }
    read.set(roleName(name), grace);
  }
  return read;
}

/** Without \`targets\` nothing could ever be found, so a list without it was not meant. */
function readRetired(retired: Member): Retired {
  const member = retired.closed(['roles', 'reason']);
  const listed = member('roles');
  const roles = listed.entries().map(([name, version]): [RoleName, number] => {
    if (name === '' || (isTopLevel(name) && name !== TARGETS)) listed.refuse('must name targets and delegated roles');
    return [roleName(name), version.whole(1, HIGHEST_VERSION)];
  });
  if (!roles.some(([name]) => name === TARGETS)) listed.refuse('must name targets');
  return { roles: new Map(roles), reason: readReason(member('reason')) };
}

/** `"P60D"`, or an object with the period and what bounds and explains it. */
function readGrace(grace: Member): Grace {
  if (grace.isText) return { period: grace.period(), until: undefined, reason: undefined };
  const member = grace.closed(['period', 'until', 'reason']);
  return {
    period: member('period').period(),
    until: member('until').optional((until) => until.instant()),
    reason: member('reason').optional(readReason),
  };
}

function readReason(reason: Member): string {
  const text = reason.text();
  // It is printed beside a verdict: nothing in it may move a terminal’s cursor or reverse its text.
  if (text === '' || Buffer.byteLength(text) > MAX_REASON_BYTES || printable(text, text.length) !== text) {
    reason.refuse(`must be 1 to ${String(MAX_REASON_BYTES)} bytes of printable text`);
  }
  return text;
}
