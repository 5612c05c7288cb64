/**
 * Names of roles in Notary collections. The hierarchy is in the name: `targets/a/b` is delegated by `targets/a` and by
 * nobody else, so a name decides who may have signed a role, and becomes part of a URL (N-06).
 * Source: the dialect’s description, 8.
 */
import { ROOT, type RoleName, TARGETS, roleName } from '../tuf/names.ts';

const MOST_CHARACTERS = 255;

/** `targets/` and segments of `a-z`, `0-9`, `-` and `_`: no empty one, hence no `//` and no final slash; no dots at all. */
export function isDelegationName(name: string): boolean {
  return name.length <= MOST_CHARACTERS && /^targets(\/[a-z0-9_-]+)+$/.test(name);
}

/** Whether a snapshot entry of this name is one that a client could ever ask for. */
export function isListedName(name: string): boolean {
  return name === ROOT || name === TARGETS || isDelegationName(name);
}

/** The only role that may delegate to this one: its name without the last segment. */
export function parentOf(name: RoleName): RoleName {
  return roleName(name.slice(0, Math.max(0, name.lastIndexOf('/'))));
}

/** Whether a role is this one or anywhere below it. */
export function isWithin(name: RoleName, ancestor: RoleName): boolean {
  return name === ancestor || name.startsWith(`${ancestor}/`);
}
