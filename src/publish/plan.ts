/**
 * What a generation will list, and whether the mirror’s root must change for it. No signing and no disk here.
 *
 * The rules of docs/design/trust-rules.md: every reachable role is listed (the completeness seal); an entry never disappears and never
 * goes down, except together with new online keys, because clients refuse both.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Current, GenerationRole } from '../ledger/records.ts';
import { refuseUnlessPinned } from '../sign/root-pin.ts';
import { delegatedRoles } from '../tuf/delegations.ts';
import { formatDate } from '../tuf/dates.ts';
import { type RoleName, TARGETS, printable } from '../tuf/names.ts';
import type { Candidate } from '../verify/candidate.ts';
import { findDecision } from '../verify/decisions.ts';
import { isWithin } from '../notary/names.ts';
import { type Reading, readRoot } from './own-root.ts';

export interface Plan {
  readonly roles: readonly GenerationRole[];
  readonly onlineEpoch: number;
  /** Why the mirror’s root must change in the same generation, in words; undefined when it may stay. */
  readonly rootChange: string | undefined;
}

export interface PublishedBefore {
  readonly current: Current;
  readonly root: Uint8Array;
  readonly roles: readonly GenerationRole[];
}

export function planGeneration(
  candidate: Candidate,
  before: PublishedBefore | undefined,
  reading: Reading,
  now: Date,
): Plan {
  const roles = listRoles(candidate, before?.roles ?? [], reading);
  requireComplete(candidate, roles);
  const lowered = loweredRole(roles, before?.roles ?? []);
  const onlineEpoch = (before?.current.onlineEpoch ?? 1) + (lowered ? 1 : 0);
  return { roles, onlineEpoch, rootChange: whyRootMustChange(candidate, before, lowered, reading, now) };
}

function listRoles(candidate: Candidate, before: readonly GenerationRole[], { collection }: Reading): GenerationRole[] {
  const listed: GenerationRole[] = [...candidate.content.roles.values()].map((role) => ({
    role: role.role,
    version: role.version,
    length: role.bytes.length,
    fileSha256: role.fileSha256,
    expires: role.expires,
    reachable: true,
  }));
  const names = new Set(listed.map(({ role }) => role));
  // Clients of TUF that saw an entry refuse a snapshot without it, so a retired or excluded role keeps its last one. Those of
  // Notary do not; there a guard asks for exactly the roles that somebody delegates to.
  const left = before.filter(({ role }) => !names.has(role) && (!collection || isLeftOut(role, candidate)));
  return [...listed, ...left.map((role) => ({ ...role, reachable: false }))];
}

/** Whether the operator leaves out this role of a collection, or one above it. */
function isLeftOut(role: RoleName, { content: { decisions } }: Candidate): boolean {
  return decisions.some((made) => made.kind === 'exclude-role' && isWithin(role, made.role));
}

/** @throws STATE_INCOMPLETE when any delegation leads to a role that is neither listed nor excluded by name */
function requireComplete(candidate: Candidate, roles: readonly GenerationRole[]): void {
  const listed = new Set(roles.filter(({ reachable }) => reachable).map(({ role }) => role));
  const wanted = [
    TARGETS,
    ...[...candidate.content.roles.values()].flatMap((role) =>
      [...delegatedRoles(role.delegations)].map(({ name }) => name),
    ),
  ];
  for (const name of wanted) {
    if (listed.has(name) || findDecision(candidate.content.decisions, 'exclude-role', name)) continue;
    throw new Refusal('STATE_INCOMPLETE', `The generation would not list ${printable(name)}, which is delegated to.`, {
      details: { role: name },
    });
  }
}

function loweredRole(roles: readonly GenerationRole[], before: readonly GenerationRole[]): RoleName | undefined {
  const versions = new Map(before.map(({ role, version }) => [role, version]));
  return roles.find(({ role, version }) => version < (versions.get(role) ?? 0))?.role;
}

function whyRootMustChange(
  candidate: Candidate,
  before: PublishedBefore | undefined,
  lowered: RoleName | undefined,
  reading: Reading,
  now: Date,
): string | undefined {
  const upstreamRoot = candidate.content.roots.at(-1);
  if (!upstreamRoot) throw new TypeError('a candidate without a root');
  if (!before) return 'the mirror has no root yet';
  if (lowered !== undefined)
    return `upstream lowered ${printable(lowered)}, which clients accept only together with new online keys`;
  const current = readRoot(before.root, 'the mirror’s root', reading);
  // After a long stop: renewals have stopped with the dead man, so the import that ends the stop must bring a root.
  if (current.expires <= now) return `the mirror’s root expired on ${formatDate(current.expires)}`;
  try {
    refuseUnlessPinned('The mirror’s root', current, readRoot(upstreamRoot.bytes, 'upstream’s root', reading));
    return undefined;
  } catch (error) {
    if (isRefusal(error, 'POLICY_PIN')) return 'upstream’s targets keys, key ids or threshold changed';
    throw error;
  }
}
