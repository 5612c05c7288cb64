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
import { listed, quoted, quotedValue } from './words.ts';

const ROLE = new Set(['keyids', 'threshold']);

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
      compareListing(changes, role, before?.envelope.signed, after.envelope.signed, to);
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
      changes.add('statement', text, {
        role: ROOT,
        name: 'consistent_snapshot',
        before: String(was),
        after: String(is),
      });
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
function compareListing(
  changes: Changes,
  role: RoleName,
  before: JsonObject | undefined,
  after: JsonObject,
  to: Side,
): void {
  const [old, now] = [objectMember(before, 'meta'), objectMember(after, 'meta')];
  for (const name of [...new Set([...(now?.keys() ?? []), ...(old?.keys() ?? [])])].sort(compareUtf8)) {
    const [was, is] = [objectMember(old, name), objectMember(now, name)];
    const isFollowed =
      role === TIMESTAMP ? name === 'snapshot.json' : to.authored.has(roleName(name.replace(/\.json$/, '')));
    const [before, after] = isFollowed ? [formOf(was), formOf(is)] : [was, is];
    if (isSameJson(before, after) || (isFollowed && (!was || !is))) continue;
    changes.add(
      'listing',
      `${role}: ${quoted(name)} ${describeEntry(was, isFollowed)} -> ${describeEntry(is, isFollowed)}`,
      {
        role,
        name,
        whole: [was ?? null, is ?? null],
      },
    );
  }
}

/** Whether length and digests are stated, and everything that TUF does not define; not the values that each version has. */
function formOf(entry: JsonObject | undefined): Json | undefined {
  if (!entry) return undefined;
  const own = [...entry].filter(([name]) => !['version', 'length', 'hashes'].includes(name));
  return new Map<string, Json>([
    ...own,
    ['length', entry.has('length')],
    ['hashes', [...(objectMember(entry, 'hashes')?.keys() ?? [])].sort()],
  ]);
}

function describeEntry(entry: JsonObject | undefined, isFollowed: boolean): string {
  if (!entry) return 'not listed';
  const algorithms = [...(objectMember(entry, 'hashes')?.keys() ?? [])].sort();
  const stated = [...(entry.has('length') ? ['length'] : []), ...algorithms];
  const form = stated.length === 0 ? 'without length or digests' : `with ${listed(stated, 4)}`;
  const others = [...entry.keys()].filter((name) => !['version', 'length', 'hashes'].includes(name));
  const more = others.length === 0 ? '' : `, and ${listed(others, 4)}`;
  const digest = `sha256 of the entry ${sha256(canonicalize(entry)).slice(0, 16)}...`;
  return isFollowed
    ? `listed ${form}${more}`
    : `listed at version ${quotedValue(entry.get('version'))}, not carried here (${digest})`;
}
