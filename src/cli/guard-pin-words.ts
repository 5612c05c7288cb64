/**
 * A pin in words: what is believed, as two people compare it, and what is permitted, with the day on which each
 * permission ends. Of a grace that day is known once the role is held, because it counts from the role’s own expiry.
 */
import { endOfGrace } from '../client/trust/expiry.ts';
import { type Held, heldRole } from '../client/remember/held.ts';
import { formatPeriod } from '../client/pin/period.ts';
import type { SshPublicKey } from '../client/pin/officer.ts';
import type { Grace, LedgerPin, MarksReset, Pin, Retired } from '../client/pin/pin.ts';
import { isRefusal } from '../errors.ts';
import { parseNotaryTargets } from '../notary/metadata.ts';
import { formatDate } from '../tuf/dates.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { parseRoot, parseSnapshot, parseTargets, parseTimestamp } from '../tuf/metadata.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, printable } from '../tuf/names.ts';
import { fingerprintDocument, fingerprintLines } from './guard-trust.ts';

/** When graces end, by role, as far as that can be known. */
export type GraceEnds = ReadonlyMap<RoleName, Date>;

/** One thing that a pin says, in words. */
export interface PinStatement {
  readonly member: string;
  readonly words: string;
}

const NONE = 'none';
/** Of these, nothing is said where there is none. */
const UNSAID = new Set(['metadata', 'targets', 'collection', 'retired', 'marks reset', 'ledger']);

/** @param held read and not verified: only the expiry that a file states is looked at, to be shown */
export async function graceEnds({ policy, upstreamRoot, collection }: Pin, held: Held): Promise<GraceEnds> {
  const tops = new Map([
    [ROOT, held.upstream.roots.at(-1) ?? upstreamRoot],
    [TIMESTAMP, held.upstream.timestamp],
    [SNAPSHOT, held.upstream.snapshot],
  ]);
  const ends = new Map<RoleName, Date>();
  for (const [role, grace] of policy.grace) {
    const bytes = tops.has(role) ? tops.get(role) : await heldRole(held, role);
    const expires = statedExpiry(role, bytes, collection ? parseNotaryTargets : parseTargets);
    if (expires) ends.set(role, endOfGrace(grace, expires, policy));
  }
  return ends;
}

/** @param officer who must sign the pins of this guard */
export function pinStatements(pin: Pin, ends: GraceEnds, officer?: SshPublicKey): PinStatement[] {
  const { location, floor, policy } = pin;
  const floors = [
    ...(['root', 'timestamp', 'snapshot'] as const).flatMap((role) =>
      floor[role] > 1 ? [`${role} ${floor[role]}`] : [],
    ),
    ...[...floor.roles].map(([role, version]) => `${printable(role)} ${version}`),
  ];
  const graces = [...policy.grace].map(([role, grace]) => graceWords(role, grace, ends.get(role)));
  return [
    { member: 'repository', words: pin.repository },
    {
      member: 'level',
      words: pin.mirrorRoot ? 'pinned: a mirror, believed about what is current only' : 'carried: originals only',
    },
    { member: 'address', words: location.base.href },
    { member: 'collection', words: pin.collection ? printable(pin.collection.servedAs) : NONE },
    { member: 'metadata', words: location.metadata?.href ?? NONE },
    { member: 'targets', words: location.targets?.href ?? NONE },
    { member: 'believed', words: fingerprintLines(pin).join('\n') },
    { member: 'floor', words: floors.join(', ') || NONE },
    { member: 'max upstream age', words: formatPeriod(policy.maxUpstreamAge) },
    { member: 'max offline', words: policy.maxOffline === 0 ? NONE : formatPeriod(policy.maxOffline) },
    { member: 'warn before', words: formatPeriod(policy.warnBefore) },
    { member: 'grace', words: graces.join('\n') || NONE },
    { member: 'retired', words: policy.retired ? retiredWords(policy.retired) : NONE },
    { member: 'ledger', words: pin.ledger ? ledgerWords(pin.ledger) : NONE },
    { member: 'pin expires', words: pin.expires ? formatDate(pin.expires) : 'never' },
    { member: 'marks reset', words: pin.marksReset ? marksResetWords(pin.marksReset) : NONE },
    { member: 'officer', words: officer ? `${officer.fingerprint} (${officer.type})` : NONE },
  ].filter(({ member, words }) => words !== NONE || !UNSAID.has(member));
}

export function statementLines(statements: readonly PinStatement[]): string[] {
  return statements.flatMap(({ member, words }) =>
    words.split('\n').map((line, at) => `  ${(at === 0 ? member : '').padEnd(17)} ${line}`),
  );
}

/** What another pin says differently. */
export function differences(
  before: readonly PinStatement[],
  after: readonly PinStatement[],
): { readonly member: string; readonly before: string | undefined; readonly after: string | undefined }[] {
  const wordsOf = (statements: readonly PinStatement[], wanted: string): string | undefined =>
    statements.find(({ member }) => member === wanted)?.words;
  const members = new Set([...before, ...after].map(({ member }) => member));
  return [...members]
    .map((member) => ({ member, before: wordsOf(before, member), after: wordsOf(after, member) }))
    .filter((change) => change.before !== change.after);
}

export function pinDocument(pin: Pin, ends: GraceEnds, officer?: SshPublicKey): object {
  const { location, floor, policy } = pin;
  return {
    repository: pin.repository,
    level: pin.mirrorRoot ? 'pinned' : 'carried',
    location: { base: location.base.href, metadata: location.metadata?.href, targets: location.targets?.href },
    ...fingerprintDocument(pin),
    floor: {
      root: floor.root,
      timestamp: floor.timestamp,
      snapshot: floor.snapshot,
      roles: Object.fromEntries(floor.roles),
    },
    policy: {
      max_upstream_age: formatPeriod(policy.maxUpstreamAge),
      max_offline: formatPeriod(policy.maxOffline),
      warn_before: formatPeriod(policy.warnBefore),
      grace: [...policy.grace].map(([role, { period, until, reason }]) => ({
        ...{ role, period: formatPeriod(period), until: until && formatDate(until), reason },
        ends: endText(ends.get(role)),
      })),
      retired: policy.retired && { roles: Object.fromEntries(policy.retired.roles), reason: policy.retired.reason },
    },
    ledger: pin.ledger && ledgerDocument(pin.ledger),
    expires: endText(pin.expires),
    marks_reset: pin.marksReset && { reason: pin.marksReset.reason, at: formatDate(pin.marksReset.at) },
    officer: officer?.fingerprint,
  };
}

/** Which log, how many must have seen it, who must have approved. */
function ledgerWords({ log, witnesses, approvals }: LedgerPin): string {
  const names = witnesses.witnesses.map(({ name }) => printable(name, 80));
  const seen =
    witnesses.quorum === 'none'
      ? 'no witness is asked for'
      : `quorum ${printable(witnesses.quorum, 80)} of ${names.join(', ')}`;
  const lines = [`log ${printable(log.name, 200)}, key ${log.keyId}`, seen];
  if (approvals) {
    const people = approvals.keys.map(({ fingerprint }) => fingerprint);
    lines.push(`approved by ${approvals.threshold} of ${people.join(', ')}`);
  }
  return lines.join('\n');
}

function ledgerDocument({ log, text, address, approvals }: LedgerPin): object {
  return {
    log: log.text,
    policy: text,
    address: address?.href,
    approvals: approvals && {
      threshold: approvals.threshold,
      keys: approvals.keys.map(({ fingerprint }) => fingerprint),
    },
  };
}

function retiredWords({ roles, reason }: Retired): string {
  return [...roles].map(([role, version]) => `${printable(role)} ${version}`).join(', ') + `: ${reason}`;
}

export function marksResetWords({ reason, at }: MarksReset): string {
  return `to the floor, once, decided ${formatDate(at)}: ${reason}`;
}

function statedExpiry(
  role: RoleName,
  bytes: Uint8Array | undefined,
  parseAuthored: typeof parseTargets | typeof parseNotaryTargets,
): Date | undefined {
  const parsers = { [ROOT]: parseRoot, [TIMESTAMP]: parseTimestamp, [SNAPSHOT]: parseSnapshot };
  const parse = Object.hasOwn(parsers, role) ? parsers[role] : undefined;
  try {
    return bytes && (parse ?? parseAuthored)(bytes, role, DEFAULT_LIMITS).expires;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function graceWords(role: RoleName, { period, until, reason }: Grace, end: Date | undefined): string {
  const last = until ? `, not beyond ${formatDate(until)}` : '';
  const known = end ? `; of the file that is held it ends on ${formatDate(end)}` : '';
  return `${printable(role)}: ${formatPeriod(period)} after its expiry${last}${known}${reason === undefined ? '' : ` (${reason})`}`;
}

function endText(date: Date | undefined): string | undefined {
  return date && formatDate(date);
}
