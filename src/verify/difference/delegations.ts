/**
 * To whom a role delegates, in what order, for which paths. Order is priority and “terminating” ends a search (D-02,
 * D-03), so both are meaning; paths are compared whole, however many there are.
 */
import type { SuccinctRoles } from '../../tuf/delegations.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { Changes } from './changes.ts';
import type { Dialect } from './dialects.ts';
import { compareKeys } from './keys.ts';
import { compareMembers, isSameJson, objectMember } from './members.ts';
import type { StatedDelegation, StatedTargets } from './stated.ts';
import { labelOf } from './top-level.ts';
import { listed, quoted } from './words.ts';

const SUCCINCT = new Set(['keyids', 'threshold', 'bit_length', 'name_prefix']);

export function compareDelegations(
  changes: Changes,
  dialect: Dialect,
  delegator: RoleName,
  before: StatedTargets | undefined,
  after: StatedTargets | undefined,
): void {
  const [old, now] = [byName(before), byName(after)];
  const [oldEntries, newEntries] = [entriesOf(before), entriesOf(after)];
  for (const role of now.values()) {
    const entries = [oldEntries.get(role.name), newEntries.get(role.name)] as const;
    compareDelegated(changes, dialect, delegator, { before: old.get(role.name), after: role, entries });
  }
  for (const role of old.values()) {
    if (now.has(role.name)) continue;
    const text = `${edge(delegator, role.name)}: removed (it was ${describe(role)})`;
    changes.add('delegation', text, { role: role.name, name: delegator, whole: oldEntries.get(role.name) ?? null });
    compareKeys(changes, { role: role.name, label: edge(delegator, role.name) }, role, undefined);
  }
  const [kept, keptNow] = [
    [...old.keys()].filter((name) => now.has(name)),
    [...now.keys()].filter((name) => old.has(name)),
  ];
  if (!isSameJson(kept, keptNow)) {
    const text = `${labelOf(delegator)}: the order of its delegations is now ${listed([...now.keys()])}`;
    changes.add('delegation', text, { role: delegator, whole: [[...old.keys()], [...now.keys()]] });
  }
  compareBins(changes, delegator, before, after);
  const place = {
    kind: 'statement',
    role: delegator,
    label: `${labelOf(delegator)} delegations`,
    known: dialect.delegations,
  } as const;
  compareMembers(changes, place, delegationsObject(before), delegationsObject(after));
}

interface Delegated {
  readonly before: StatedDelegation | undefined;
  readonly after: StatedDelegation;
  /** As they were signed, with members that TUF does not define. */
  readonly entries: readonly [before: JsonObject | undefined, after: JsonObject | undefined];
}

function compareDelegated(
  changes: Changes,
  dialect: Dialect,
  delegator: RoleName,
  { before, after, entries }: Delegated,
): void {
  const [role, label] = [after.name, edge(delegator, after.name)];
  const [was, is] = entries;
  const add = (words: string): void =>
    changes.add('delegation', `${label}: ${words}`, { role, name: delegator, whole: [was ?? null, is ?? null] });
  if (!before) add(`added, ${describe(after)}`);
  else {
    compareReach(add, before, after);
    const [was, is] = [isTerminating(before), isTerminating(after)];
    if (was !== is) add(is ? 'now terminating' : 'no longer terminating');
  }
  compareKeys(changes, { role, label }, before, after);
  compareMembers(changes, { kind: 'statement', role, label, known: dialect.delegated }, was, is);
}

/** By paths or by hash prefixes; the same ones in another order reach the same targets. */
function compareReach(add: (words: string) => void, before: StatedDelegation, after: StatedDelegation): void {
  if ((before.paths === undefined) !== (after.paths === undefined)) {
    add(`now for ${reach(after)} (before for ${reach(before)})`);
    return;
  }
  const [old, now] = [new Set(pathsOf(before)), new Set(pathsOf(after))];
  const gained = [...now].filter((path) => !old.has(path));
  const lost = [...old].filter((path) => !now.has(path));
  if (gained.length > 0) add(`now also for ${listed(gained)}`);
  if (lost.length > 0) add(`no longer for ${listed(lost)}`);
}

function compareBins(
  changes: Changes,
  delegator: RoleName,
  before: StatedTargets | undefined,
  after: StatedTargets | undefined,
): void {
  const [old, now] = [succinctOf(before), succinctOf(after)];
  if (!old && !now) return;
  const role = (now ?? old)?.namePrefix ?? '';
  const label = `${labelOf(delegator)} -> bins of ${quoted(role)}`;
  const [was, is] = [before, after].map((file) => objectMember(delegationsObject(file), 'succinct_roles'));
  if (old?.bitLength !== now?.bitLength || old?.namePrefix !== now?.namePrefix) {
    const text = `${label}: ${describeBins(old)} -> ${describeBins(now)}`;
    changes.add('delegation', text, { role, name: delegator, whole: [was ?? null, is ?? null] });
  }
  compareKeys(changes, { role, label }, old, now);
  if (now) compareMembers(changes, { kind: 'statement', role, label, known: SUCCINCT }, was, is);
}

function describeBins(succinct: SuccinctRoles | undefined): string {
  return succinct ? `2^${succinct.bitLength} bins named ${quoted(succinct.namePrefix)}` : 'none';
}

function describe(role: StatedDelegation): string {
  return `for ${reach(role)}${isTerminating(role) ? ', terminating' : ''}`;
}

function reach(role: StatedDelegation): string {
  const paths = pathsOf(role);
  // Prefixes there and patterns here: only what begins so, and what is `*` only in the other dialect, is meant.
  if (!('terminating' in role)) return paths.length === 0 ? 'no name' : `names that begin with ${listed(paths)}`;
  if (role.paths) return paths.length === 0 ? 'no path' : listed(paths);
  return `${paths.length} hash prefixes ${listed(paths, 4)}`.trimEnd();
}

/** Patterns, hash prefixes, or a collection's prefixes. */
function pathsOf(role: StatedDelegation): readonly string[] {
  return role.paths ?? ('pathHashPrefixes' in role ? role.pathHashPrefixes : undefined) ?? [];
}

/** A collection's search goes on through every role that may speak for a name. */
function isTerminating(role: StatedDelegation): boolean {
  return 'terminating' in role && role.terminating;
}

function succinctOf(file: StatedTargets | undefined): SuccinctRoles | undefined {
  const delegations = file?.payload.delegations;
  return delegations && 'succinct' in delegations ? delegations.succinct : undefined;
}

function edge(delegator: string, role: string): string {
  return `${labelOf(delegator)} -> ${quoted(role)}`;
}

function byName(file: StatedTargets | undefined): Map<RoleName, StatedDelegation> {
  const roles: readonly StatedDelegation[] = file?.payload.delegations?.roles ?? [];
  return new Map(roles.map((role) => [role.name, role]));
}

function delegationsObject(file: StatedTargets | undefined): JsonObject | undefined {
  return objectMember(file?.envelope.signed, 'delegations');
}

function entriesOf(file: StatedTargets | undefined): Map<Json | undefined, JsonObject> {
  const roles = delegationsObject(file)?.get('roles');
  const entries = Array.isArray(roles) ? roles.filter((entry) => entry instanceof Map) : [];
  return new Map(entries.map((entry) => [entry.get('name'), entry]));
}
