/** Root with its keys and thresholds, and what timestamp and snapshot list. */
import { canonicalize, compareUtf8 } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, isTopLevel } from '../../tuf/names.ts';
import type { Changes } from './changes.ts';
import { dialectOf } from './dialects.ts';
import { compareFile } from './files.ts';
import { compareKeys } from './keys.ts';
import { compareMembers, isSameJson, objectMember } from './members.ts';
import type { Side } from './side.ts';
import { type Authority, describeSigners } from './signers.ts';
import { countedRole, isCountedIn, rolesOf, type StatedKey, type StatedRole } from './stated.ts';
import { listed, quoted, quotedValue, shortDigest } from './words.ts';

const ROLE = new Set(['keyids', 'threshold']);

/** A top-level role's name needs no quotes: no delegated role can have it. */
export function labelOf(role: string): string {
  return isTopLevel(role) ? role : quoted(role);
}

export function compareTopLevel(changes: Changes, from: Side | undefined, to: Side): void {
  compareRoot(changes, from, to);
  for (const [role, before, after] of [
    [TIMESTAMP, from?.timestamp, to.timestamp],
    [SNAPSHOT, from?.snapshot, to.snapshot],
  ] as const) {
    compareFile(changes, { role, label: role }, before, after, () => {
      describeSigners(changes, { role, label: role }, after, authorityOf(countedRole(to, role)));
      compareListing(changes, role, from, to);
    });
  }
}

export function authorityOf(keys: StatedRole | undefined, by = ''): Authority[] {
  return keys ? [{ by, keys }] : [];
}

function compareRoot(changes: Changes, from: Side | undefined, to: Side): void {
  const place = { role: ROOT, label: 'root' };
  const [before, after] = [from?.root, to.root];
  compareFile(changes, place, before, after, () => {
    const [old, now] = [from && rolesOf(from), rolesOf(to)];
    for (const role of [...new Set([...now.keys(), ...(old?.keys() ?? [])])].sort(compareUtf8)) {
      const label = labelOf(role);
      const isCounted = (key: StatedKey): boolean => isCountedIn(to, role, key);
      compareKeys(changes, { role, label, isCounted }, old?.get(role), now.get(role));
      const known = ROLE;
      compareMembers(changes, { kind: 'statement', role, label, known }, roleObject(from, role), roleObject(to, role));
    }
    const [was, is] = [from && isConsistent(from), isConsistent(to)];
    if (before && was !== is) {
      const text = `root: consistent snapshots ${String(was)} -> ${String(is)}`;
      const words = { text, before: String(was), after: String(is) };
      changes.add('statement', words, { role: ROOT, name: 'consistent_snapshot' });
    }
    // A new root needs the signatures of its own keys, and of the keys before it.
    describeSigners(changes, place, after, authorityOf(countedRole(to, ROOT)));
    if (from && after.version === from.root.version + 1) {
      const by = `by the keys of version ${from.root.version}`;
      describeSigners(changes, place, after, authorityOf(countedRole(from, ROOT), by));
    }
  });
}

/** In a collection the member means nothing, and is said as upstream's own. */
function isConsistent(side: Side): boolean | undefined {
  return side.dialect === 'tuf' ? side.root.payload.consistentSnapshot : undefined;
}

function roleObject(side: Side | undefined, role: RoleName): JsonObject | undefined {
  return objectMember(objectMember(side?.root.envelope.signed, 'roles'), role);
}

/**
 * Versions of carried roles have lines of their own. What is left: entries of roles that are not carried (nobody delegates
 * to them, or they are excluded by name), and whether an entry states length and digests at all.
 */
function compareListing(changes: Changes, role: RoleName, from: Side | undefined, to: Side): void {
  const { listed: known } = dialectOf(to);
  const [old, now] = [listingOf(from, role), listingOf(to, role)];
  for (const name of [...new Set([...(now?.keys() ?? []), ...(old?.keys() ?? [])])].sort(compareUtf8)) {
    const [was, is] = [old?.get(name), now?.get(name)];
    const [wasCarried, isCarried] = [isCarriedBy(from, role, name), isCarriedBy(to, role, name)];
    // A role that comes to be carried, or goes together with its entry, has a line as a role.
    if (isCarried ? !wasCarried && is !== undefined : wasCarried && is === undefined) continue;
    if (isCarried && wasCarried ? isSameJson(formOf(was, known), formOf(is, known)) : isSameJson(was, is)) continue;
    const text = `${role}: ${quoted(name)} ${describeEntry(was, wasCarried, known)} -> ${describeEntry(is, isCarried, known)}`;
    changes.add('listing', text, { role, name, whole: [was ?? null, is ?? null] });
  }
}

function listingOf(side: Side | undefined, role: RoleName): JsonObject | undefined {
  const file = role === TIMESTAMP ? side?.timestamp : side?.snapshot;
  return objectMember(file?.envelope.signed, 'meta');
}

function isCarriedBy(side: Side | undefined, role: RoleName, name: string): boolean {
  if (!side) return false;
  const { roleOf } = dialectOf(side);
  if (role === TIMESTAMP) return roleOf(name) === SNAPSHOT;
  // A collection's snapshot lists the root as well.
  if (side.dialect === 'notary' && name === ROOT) return true;
  return side.authored.has(roleOf(name));
}

/** Whether length and digests are stated, and everything that is not defined; not the values that each version has. */
function formOf(entry: Json | undefined, known: ReadonlySet<string>): Json | undefined {
  if (!(entry instanceof Map)) return entry;
  const own = [...entry].filter(([name]) => !known.has(name));
  return new Map<string, Json>([
    ...own,
    ['length', entry.has('length')],
    ['hashes', [...(objectMember(entry, 'hashes')?.keys() ?? [])].sort()],
  ]);
}

function describeEntry(entry: Json | undefined, isCarried: boolean, known: ReadonlySet<string>): string {
  if (entry === undefined) return 'not listed';
  if (!(entry instanceof Map)) return `listed as ${quotedValue(entry)}`;
  if (!isCarried) {
    const digest = shortDigest(sha256(canonicalize(entry)));
    const version = known.has('version') ? ` at version ${quotedValue(entry.get('version'))}` : '';
    return `listed${version}, not carried here (sha256 of the entry ${digest})`;
  }
  const algorithms = [...(objectMember(entry, 'hashes')?.keys() ?? [])].sort();
  const stated = [...(entry.has('length') ? ['length'] : []), ...algorithms];
  const others = [...entry.keys()].filter((name) => !known.has(name));
  const form = stated.length === 0 ? 'without length or digests' : `with ${listed(stated, 4)}`;
  return `listed ${form}${others.length === 0 ? '' : `, and ${listed(others, 4)}`}`;
}
