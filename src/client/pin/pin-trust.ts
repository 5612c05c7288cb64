/**
 * What a pin believes: roots, word for word, and static pins. Everything is decoded and judged when the pin is read, so
 * that a pin that could never verify anything is refused on the day it is made and not on the day it is needed.
 */
import { decodeBase64 } from '../../tuf/encoding.ts';
import type { Json } from '../../tuf/json.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { type KeyId, type RoleName, isTopLevel, printable, roleName, TARGETS } from '../../tuf/names.ts';
import { readKeys, readRoleKeys } from '../../tuf/role-keys.ts';
import { Shape } from '../../tuf/shape.ts';
import { TrustedRoot } from '../../tuf/trusted-set.ts';
import type { Member } from './own-document.ts';
import type { Floor, StaticPins } from './pin.ts';

/** Versions beyond lock out clients that count in 32 bits (J-04). */
export const HIGHEST_VERSION = 2 ** 31 - 2;

/** The exact bytes of a root file that is signed by itself. Whether it has expired is asked when it is used. @throws CONFIG_PIN */
export function readRoot(root: Member): Uint8Array {
  const bytes = readRootBytes(root);
  root.attempt(() => TrustedRoot.enrol(bytes, DEFAULT_LIMITS));
  return bytes;
}

/** The same before anything in it is looked at. @throws CONFIG_PIN */
export function readRootBytes(root: Member): Uint8Array {
  const bytes = decodeBase64(root.text());
  if (!bytes || bytes.length === 0) return root.refuse('must be a root file in padded standard base64');
  if (bytes.length > DEFAULT_LIMITS.rootBytes) {
    root.refuse(`is a root file of more than ${String(DEFAULT_LIMITS.rootBytes)} bytes`);
  }
  return bytes;
}

/**
 * The block of TAP 13. Keys count by material (K-02), and all of them must be able to count: one of an unknown kind
 * would lower how many of the others must fail.
 * @throws CONFIG_PIN
 */
export function readStaticPins(targets: Member): StaticPins {
  const member = targets.closed(['targets_rolename', 'threshold', 'keys']);
  const rolename = member('targets_rolename');
  const name = rolename.text();
  if (name === '' || (isTopLevel(name) && name !== TARGETS)) rolename.refuse('must name targets or a delegated role');
  const listed = member('keys');
  const keys = listed.attempt(() => readKeys(listed.object(), listed.place, DEFAULT_LIMITS));
  requireCounting(listed, keys, ({ keytype, scheme }) => [keytype, scheme]);
  const shape = shapeOfRole(targets, keys);
  const { threshold } = targets.attempt(() => readRoleKeys(shape, targets.place, keys));
  return { rolename: roleName(name), threshold, keys };
}

/** @param kindOf what a key is, in its dialect’s words @throws CONFIG_PIN for a key that could never count */
export function requireCounting<Listed extends { readonly isSupported: boolean }>(
  listed: Member,
  keys: ReadonlyMap<KeyId, Listed>,
  kindOf: (key: Listed) => readonly string[],
): void {
  for (const [id, key] of keys) {
    if (key.isSupported) continue;
    const kind = kindOf(key).map((word) => printable(word, 40));
    listed.refuse(`has the key ${printable(id, 12)} of a kind whose signatures never count (${kind.join(', ')})`);
  }
}

/** The block as a role of a root would be written: its threshold, over all of its keys. */
export function shapeOfRole(targets: Member, keys: ReadonlyMap<KeyId, unknown>): Shape {
  const role = new Map<string, Json>([...targets.object()].filter(([part]) => part === 'threshold'));
  role.set('keyids', [...keys.keys()]);
  return new Shape(role, targets.place, new Set(role.keys()));
}

/**
 * Least versions; what is not named has none, which is version 1.
 * @param floor may be absent
 * @param hasChain whether upstream’s root is in the pin, and with it the keys of its timestamp and snapshot
 * @throws CONFIG_PIN
 */
export function readFloor(floor: Member, hasChain: boolean): Floor {
  const read = floor.optional((present) => {
    const member = present.closed(['root', 'timestamp', 'snapshot', 'targets', 'roles']);
    const [root, timestamp, snapshot] = (['root', 'timestamp', 'snapshot'] as const).map((name) =>
      member(name).optional((version) => {
        if (!hasChain) version.refuse('needs an upstream_root: without upstream’s keys nobody could check it');
        return version.whole(1, HIGHEST_VERSION);
      }),
    );
    const roles = new Map(member('roles').optional(readFloorRoles));
    const targets = member('targets').optional((version) => version.whole(1, HIGHEST_VERSION));
    const other = roles.get(TARGETS);
    if (targets !== undefined && other !== undefined && targets !== other) {
      present.refuse(`says ${String(targets)} for targets and ${String(other)} for roles.targets, which are the same`);
    }
    if (targets !== undefined) roles.set(TARGETS, targets);
    return { root: root ?? 1, timestamp: timestamp ?? 1, snapshot: snapshot ?? 1, roles };
  });
  return read ?? { root: 1, timestamp: 1, snapshot: 1, roles: new Map<RoleName, number>() };
}

function readFloorRoles(roles: Member): [RoleName, number][] {
  return roles.entries().map(([name, version]) => {
    if (name === '') roles.refuse('names a role without a name');
    if (isTopLevel(name) && name !== TARGETS) version.refuse('stands beside roles, not in it');
    return [roleName(name), version.whole(1, HIGHEST_VERSION)];
  });
}
