/**
 * To whom a role delegates, in what order, for which paths. Order is priority and “terminating” ends a search (D-02,
 * D-03), so both are meaning; paths are compared whole, however many there are.
 */
import type { DelegatedRole, Delegations, SuccinctRoles } from '../../tuf/delegations.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import type { Parsed, Targets } from '../../tuf/metadata.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { Changes } from './changes.ts';
import { compareKeys } from './keys.ts';
import { compareMembers, isSameJson, objectMember } from './members.ts';
import { labelOf } from './top-level.ts';
import { listed, quoted } from './words.ts';

const DELEGATIONS = new Set(['keys', 'roles', 'succinct_roles']);
const DELEGATED = new Set(['name', 'keyids', 'threshold', 'terminating', 'backtrack', 'paths', 'path_hash_prefixes']);
const SUCCINCT = new Set(['keyids', 'threshold', 'bit_length', 'name_prefix']);

export function compareDelegations(
  changes: Changes,
  delegator: RoleName,
  before: Parsed<Targets> | undefined,
  after: Parsed<Targets> | undefined,
): void {
  const [old, now] = [byName(before), byName(after)];
  const [oldEntries, newEntries] = [entriesOf(before), entriesOf(after)];
  for (const role of now.values()) {
    const entries = [oldEntries.get(role.name), newEntries.get(role.name)] as const;
    compareDelegated(changes, delegator, { before: old.get(role.name), after: role, entries });
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
    known: DELEGATIONS,
  } as const;
  compareMembers(changes, place, delegationsObject(before), delegationsObject(after));
}

interface Delegated {
  readonly before: DelegatedRole | undefined;
  readonly after: DelegatedRole;
  /** As they were signed, with members that TUF does not define. */
  readonly entries: readonly [before: JsonObject | undefined, after: JsonObject | undefined];
}

function compareDelegated(changes: Changes, delegator: RoleName, { before, after, entries }: Delegated): void {
  const [role, label] = [after.name, edge(delegator, after.name)];
  const [was, is] = entries;
  const add = (words: string): void =>
    changes.add('delegation', `${label}: ${words}`, { role, name: delegator, whole: [was ?? null, is ?? null] });
  if (!before) add(`added, ${describe(after)}`);
  else {
    compareReach(add, before, after);
    if (before.terminating !== after.terminating) add(after.terminating ? 'now terminating' : 'no longer terminating');
  }
  compareKeys(changes, { role, label }, before, after);
  compareMembers(changes, { kind: 'statement', role, label, known: DELEGATED }, was, is);
}

/** By paths or by hash prefixes; the same ones in another order reach the same targets. */
function compareReach(add: (words: string) => void, before: DelegatedRole, after: DelegatedRole): void {
  if ((before.paths === undefined) !== (after.paths === undefined)) {
    add(`now for ${reach(after)} (before for ${reach(before)})`);
    return;
  }
  const [old, now] = [before, after].map(({ paths, pathHashPrefixes }) => new Set(paths ?? pathHashPrefixes)) as [
    Set<string>,
    Set<string>,
  ];
  const gained = [...now].filter((path) => !old.has(path));
  const lost = [...old].filter((path) => !now.has(path));
  if (gained.length > 0) add(`now also for ${listed(gained)}`);
  if (lost.length > 0) add(`no longer for ${listed(lost)}`);
}

function compareBins(
  changes: Changes,
  delegator: RoleName,
  before: Parsed<Targets> | undefined,
  after: Parsed<Targets> | undefined,
): void {
  const [old, now] = [before?.payload.delegations?.succinct, after?.payload.delegations?.succinct];
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

function describe(role: DelegatedRole): string {
  return `for ${reach(role)}${role.terminating ? ', terminating' : ''}`;
}

function reach({ paths, pathHashPrefixes }: DelegatedRole): string {
  if (paths) return paths.length === 0 ? 'no path' : listed(paths);
  return `${pathHashPrefixes?.length ?? 0} hash prefixes ${listed(pathHashPrefixes ?? [], 4)}`.trimEnd();
}

function edge(delegator: string, role: string): string {
  return `${labelOf(delegator)} -> ${quoted(role)}`;
}

function byName(file: Parsed<Targets> | undefined): Map<RoleName, DelegatedRole> {
  const delegations: Delegations | undefined = file?.payload.delegations;
  return new Map(delegations?.roles.map((role) => [role.name, role]));
}

function delegationsObject(file: Parsed<Targets> | undefined): JsonObject | undefined {
  return objectMember(file?.envelope.signed, 'delegations');
}

function entriesOf(file: Parsed<Targets> | undefined): Map<Json | undefined, JsonObject> {
  const roles = delegationsObject(file)?.get('roles');
  const entries = Array.isArray(roles) ? roles.filter((entry) => entry instanceof Map) : [];
  return new Map(entries.map((entry) => [entry.get('name'), entry]));
}
