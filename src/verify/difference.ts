/**
 * What would change, in meaning: versions, keys and thresholds of the top-level roles, delegations added, removed or
 * changed, and the names of targets added, removed or replaced. Keys are compared by material: upstream may rename an
 * unchanged key, and that is said as such.
 */
import type { Delegations } from '../tuf/delegations.ts';
import type { Parsed, Root, TargetEntry, Targets } from '../tuf/metadata.ts';
import { type RoleName, printable } from '../tuf/names.ts';
import type { RoleKeys } from '../tuf/signatures.ts';

export interface Side {
  readonly label: string;
  readonly root: Parsed<Root>;
  /** Versions of timestamp and snapshot. */
  readonly online: ReadonlyMap<RoleName, number>;
  /** Targets and delegated roles, one at a time: a repository may be too large to hold. */
  roles(): Iterable<[RoleName, Parsed<Targets>]>;
}

export type ChangeKind =
  | 'version'
  | 'keys'
  | 'threshold'
  | 'key-ids'
  | 'role-added'
  | 'role-removed'
  | 'delegation'
  | 'target-added'
  | 'target-removed'
  | 'target-replaced';

export interface Change {
  readonly kind: ChangeKind;
  readonly role: string;
  readonly text: string;
}

export interface Difference {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly Change[];
}

export function differenceBetween(from: Side, to: Side): Difference {
  const changes: Change[] = [];
  const add = (kind: ChangeKind, role: string, text: string): void =>
    void changes.push({ kind, role: printable(role), text });
  addVersion(add, 'root', from.root.version, to.root.version);
  for (const [role, version] of to.online) addVersion(add, role, from.online.get(role), version);
  for (const [role, keys] of to.root.payload.roles) addKeys(add, role, from.root.payload.roles.get(role), keys);
  addRoles(add, from, to);
  return { from: from.label, to: to.label, changes };
}

type Add = (kind: ChangeKind, role: string, text: string) => void;

function addRoles(add: Add, from: Side, to: Side): void {
  // Two passes over digests of meaning, so that only one role is in memory at a time per side.
  const before = new Map([...from.roles()].map(([name, role]) => [name, role]));
  for (const [name, role] of to.roles()) {
    const earlier = before.get(name);
    before.delete(name);
    if (!earlier)
      add(
        'role-added',
        name,
        `${printable(name)} is new, at version ${role.version} with ${role.payload.targets.size} targets.`,
      );
    else if (earlier.envelope.signedSha256 === role.envelope.signedSha256) continue;
    else addVersion(add, name, earlier.version, role.version);
    addTargets(add, name, earlier?.payload.targets ?? new Map(), role.payload.targets);
    addDelegations(add, name, earlier?.payload.delegations, role.payload.delegations);
  }
  for (const [name] of before) add('role-removed', name, `${printable(name)} is no longer reached.`);
}

function addVersion(add: Add, role: string, before: number | undefined, after: number): void {
  if (before !== after) add('version', role, `${printable(role)}: version ${before ?? 'none'} → ${after}`);
}

function addKeys(add: Add, role: string, before: RoleKeys | undefined, after: RoleKeys): void {
  if (!before) return;
  const old = new Map(before.keys.map((key) => [key.fingerprint, key]));
  const gained = after.keys.filter((key) => !old.has(key.fingerprint));
  const kept = new Set(after.keys.map((key) => key.fingerprint));
  const lost = before.keys.filter((key) => !kept.has(key.fingerprint));
  for (const key of gained)
    add('keys', role, `${printable(role)}: key ${printable(key.id, 12)} (${printable(key.keytype, 30)}) added`);
  for (const key of lost)
    add('keys', role, `${printable(role)}: key ${printable(key.id, 12)} (${printable(key.keytype, 30)}) removed`);
  const renamed = after.keys.filter((key) => old.get(key.fingerprint) && old.get(key.fingerprint)?.id !== key.id);
  if (renamed.length > 0) add('key-ids', role, `${printable(role)}: ${renamed.length} unchanged keys have new key ids`);
  if (before.threshold !== after.threshold)
    add('threshold', role, `${printable(role)}: threshold ${before.threshold} → ${after.threshold}`);
}

function addDelegations(
  add: Add,
  delegator: string,
  before: Delegations | undefined,
  after: Delegations | undefined,
): void {
  const old = new Map(before?.roles.map((role) => [role.name, role]));
  for (const role of after?.roles ?? []) {
    const earlier = old.get(role.name);
    old.delete(role.name);
    const name = `${printable(delegator)} → ${printable(role.name)}`;
    if (!earlier) {
      add(
        'delegation',
        role.name,
        `${name}: added for ${describePaths(role.paths, role.pathHashPrefixes)}${role.terminating ? ', terminating' : ''}, ${role.threshold} of ${role.keys.length} keys`,
      );
      continue;
    }
    addKeys(add, role.name, earlier, role);
    const paths = describePaths(role.paths, role.pathHashPrefixes);
    if (describePaths(earlier.paths, earlier.pathHashPrefixes) !== paths)
      add('delegation', role.name, `${name}: now for ${paths}`);
    if (earlier.terminating !== role.terminating)
      add('delegation', role.name, `${name}: ${role.terminating ? 'now terminating' : 'no longer terminating'}`);
  }
  for (const [role] of old) add('delegation', role, `${printable(delegator)} → ${printable(role)}: removed`);
  const kept = (delegations: Delegations | undefined, other: Delegations | undefined): string[] => {
    const names = new Set(other?.roles.map(({ name }) => name));
    return (delegations?.roles ?? []).map(({ name }) => name).filter((name) => names.has(name));
  };
  // Order is priority (D-02): a reordering changes who answers.
  if (kept(before, after).join('\n') !== kept(after, before).join('\n'))
    add('delegation', delegator, `${printable(delegator)}: the order of its delegations changed`);
  if (before?.succinct && after?.succinct)
    addKeys(add, `${after.succinct.namePrefix} bins`, before.succinct, after.succinct);
  if (before?.succinct?.bitLength !== after?.succinct?.bitLength)
    add(
      'delegation',
      delegator,
      `${printable(delegator)}: bins 2^${before?.succinct?.bitLength ?? 0} → 2^${after?.succinct?.bitLength ?? 0}`,
    );
}

function describePaths(paths: readonly string[] | undefined, prefixes: readonly string[] | undefined): string {
  return paths
    ? paths.map((path) => `“${printable(path, 80)}”`).join(', ')
    : `${prefixes?.length ?? 0} hash prefixes (${(prefixes ?? []).slice(0, 4).join(', ')})`;
}

function addTargets(
  add: Add,
  role: string,
  before: ReadonlyMap<string, TargetEntry>,
  after: ReadonlyMap<string, TargetEntry>,
): void {
  for (const [path, entry] of after) {
    const earlier = before.get(path);
    if (!earlier) add('target-added', role, `${printable(path)} (${entry.length} bytes)`);
    else if (!isSameTarget(earlier, entry))
      add('target-replaced', role, `${printable(path)} (${earlier.length} → ${entry.length} bytes)`);
  }
  for (const path of before.keys()) if (!after.has(path)) add('target-removed', role, printable(path));
}

/** Upstream may list other algorithms for the same bytes; a shared one that differs is another file. */
function isSameTarget(a: TargetEntry, b: TargetEntry): boolean {
  const shared = [...a.hashes].filter(([algorithm]) => b.hashes.has(algorithm));
  return (
    a.length === b.length &&
    shared.length > 0 &&
    shared.every(([algorithm, digest]) => b.hashes.get(algorithm) === digest)
  );
}
