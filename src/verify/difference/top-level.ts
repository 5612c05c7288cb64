/** Root with its keys and thresholds, and what timestamp and snapshot list. */
import { canonicalize, compareUtf8 } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import type { Parsed, Root } from '../../tuf/metadata.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, isTopLevel, roleName } from '../../tuf/names.ts';
import type { RoleKeys } from '../../tuf/signatures.ts';
import type { Changes } from './changes.ts';
import { compareFile } from './files.ts';
import { compareKeys } from './keys.ts';
import { compareMembers, isSameJson, objectMember } from './members.ts';
import type { Side } from './side.ts';
import { type Authority, describeSigners } from './signers.ts';
import { listed, quoted, quotedValue, shortDigest } from './words.ts';

const ROLE = new Set(['keyids', 'threshold']);
const LISTED = new Set(['version', 'length', 'hashes']);

/** A top-level role's name needs no quotes: no delegated role can have it. */
export function labelOf(role: string): string {
  return isTopLevel(role) ? role : quoted(role);
}

export function compareTopLevel(changes: Changes, from: Side | undefined, to: Side): void {
  const { root } = to;
  compareRoot(changes, from?.root, root);
  for (const [role, before, after] of [
    [TIMESTAMP, from?.timestamp, to.timestamp],
    [SNAPSHOT, from?.snapshot, to.snapshot],
  ] as const) {
    compareFile(changes, { role, label: role }, before, after, () => {
      describeSigners(changes, { role, label: role }, after, authorityOf(root.payload.roles.get(role)));
      compareListing(changes, role, from, to);
    });
  }
}

export function authorityOf(keys: RoleKeys | undefined, by = ''): Authority[] {
  return keys ? [{ by, keys }] : [];
}

function compareRoot(changes: Changes, before: Parsed<Root> | undefined, after: Parsed<Root>): void {
  const place = { role: ROOT, label: 'root' };
  compareFile(changes, place, before, after, () => {
    for (const role of rolesOf(before, after)) {
      const label = labelOf(role);
      compareKeys(changes, { role, label }, before?.payload.roles.get(role), after.payload.roles.get(role));
      const known = ROLE;
      compareMembers(
        changes,
        { kind: 'statement', role, label, known },
        roleObject(before, role),
        roleObject(after, role),
      );
    }
    const [was, is] = [before?.payload.consistentSnapshot, after.payload.consistentSnapshot];
    if (before && was !== is) {
      const text = `root: consistent snapshots ${String(was)} -> ${String(is)}`;
      const words = { text, before: String(was), after: String(is) };
      changes.add('statement', words, { role: ROOT, name: 'consistent_snapshot' });
    }
    // A new root needs the signatures of its own keys, and of the keys before it.
    describeSigners(changes, place, after, authorityOf(after.payload.roles.get(ROOT)));
    if (before && after.version === before.version + 1) {
      const by = `by the keys of version ${before.version}`;
      describeSigners(changes, place, after, authorityOf(before.payload.roles.get(ROOT), by));
    }
  });
}

/** The newer root's order, then what only the older had. */
function rolesOf(before: Parsed<Root> | undefined, after: Parsed<Root>): Set<RoleName> {
  return new Set([...after.payload.roles.keys(), ...(before?.payload.roles.keys() ?? [])].sort(compareUtf8));
}

function roleObject(root: Parsed<Root> | undefined, role: RoleName): JsonObject | undefined {
  return objectMember(objectMember(root?.envelope.signed, 'roles'), role);
}

/**
 * Versions of carried roles have lines of their own. What is left: entries of roles that are not carried (nobody delegates
 * to them, or they are excluded by name), and whether an entry states length and digests at all.
 */
function compareListing(changes: Changes, role: RoleName, from: Side | undefined, to: Side): void {
  const [old, now] = [listingOf(from, role), listingOf(to, role)];
  for (const name of [...new Set([...(now?.keys() ?? []), ...(old?.keys() ?? [])])].sort(compareUtf8)) {
    const [was, is] = [old?.get(name), now?.get(name)];
    const [wasCarried, isCarried] = [isCarriedBy(from, role, name), isCarriedBy(to, role, name)];
    // A role that comes to be carried, or goes together with its entry, has a line as a role.
    if (isCarried ? !wasCarried && is !== undefined : wasCarried && is === undefined) continue;
    if (isCarried && wasCarried ? isSameJson(formOf(was), formOf(is)) : isSameJson(was, is)) continue;
    const text = `${role}: ${quoted(name)} ${describeEntry(was, wasCarried)} -> ${describeEntry(is, isCarried)}`;
    changes.add('listing', text, { role, name, whole: [was ?? null, is ?? null] });
  }
}

function listingOf(side: Side | undefined, role: RoleName): JsonObject | undefined {
  const file = role === TIMESTAMP ? side?.timestamp : side?.snapshot;
  return objectMember(file?.envelope.signed, 'meta');
}

function isCarriedBy(side: Side | undefined, role: RoleName, name: string): boolean {
  if (role === TIMESTAMP) return side !== undefined && name === 'snapshot.json';
  return side?.authored.has(roleName(name.replace(/\.json$/, ''))) ?? false;
}

/** Whether length and digests are stated, and everything that TUF does not define; not the values that each version has. */
function formOf(entry: Json | undefined): Json | undefined {
  if (!(entry instanceof Map)) return entry;
  const own = [...entry].filter(([name]) => !LISTED.has(name));
  return new Map<string, Json>([
    ...own,
    ['length', entry.has('length')],
    ['hashes', [...(objectMember(entry, 'hashes')?.keys() ?? [])].sort()],
  ]);
}

function describeEntry(entry: Json | undefined, isCarried: boolean): string {
  if (entry === undefined) return 'not listed';
  if (!(entry instanceof Map)) return `listed as ${quotedValue(entry)}`;
  if (!isCarried) {
    const digest = shortDigest(sha256(canonicalize(entry)));
    return `listed at version ${quotedValue(entry.get('version'))}, not carried here (sha256 of the entry ${digest})`;
  }
  const algorithms = [...(objectMember(entry, 'hashes')?.keys() ?? [])].sort();
  const stated = [...(entry.has('length') ? ['length'] : []), ...algorithms];
  const others = [...entry.keys()].filter((name) => !LISTED.has(name));
  const form = stated.length === 0 ? 'without length or digests' : `with ${listed(stated, 4)}`;
  return `listed ${form}${others.length === 0 ? '' : `, and ${listed(others, 4)}`}`;
}
