/**
 * Who else may speak, as a Notary targets file says: roles one level below it, in its order, each for some prefixes.
 *
 * A bad name makes the whole file invalid, as for stock clients. There is no `terminating`, no pattern and no hash prefix:
 * such members mean nothing here and are not read. Source: the dialect’s description, 3.2 and 8; N-06.
 */
import { Refusal } from '../errors.ts';
import type { Json } from '../tuf/json.ts';
import type { Limits } from '../tuf/limits.ts';
import { type KeyId, type RoleName, printable, roleName } from '../tuf/names.ts';
import { Shape } from '../tuf/shape.ts';
import type { NotaryKey } from './keys.ts';
import { isDelegationName, parentOf } from './names.ts';
import { readKeys, readRole } from './role-keys.ts';
import type { NotaryRole } from './signatures.ts';

export interface NotaryDelegation extends NotaryRole {
  readonly name: RoleName;
  /** String prefixes of target names, as listed; `""` is everything, none is nothing. */
  readonly paths: readonly string[];
}

export interface NotaryDelegations {
  readonly keys: ReadonlyMap<KeyId, NotaryKey>;
  /** In the delegator’s order, which decides look-ups. */
  readonly roles: readonly NotaryDelegation[];
}

const DELEGATIONS = new Set(['keys', 'roles']);
const DELEGATED = new Set(['name', 'keyids', 'threshold', 'paths']);

/**
 * The `delegations` member of a targets file; absent and `null` mean that it delegates nothing.
 * @param delegator the role whose file this is
 * @throws TRUST_LIMIT, TRUST_ROLE_NAME, TRUST_KEY, TRUST_THRESHOLD_VALUE, TRUST_MALFORMED
 */
export function readNotaryDelegations(
  value: Json | undefined,
  delegator: RoleName,
  limits: Limits,
): NotaryDelegations | undefined {
  if (value === undefined || value === null) return undefined;
  const label = `${delegator} delegations`;
  const shape = new Shape(value, label, DELEGATIONS);
  const keys = readKeys(shape.map('keys'), label, limits);
  const entries = shape.array('roles');
  if (entries.length > limits.delegations) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(label)} name ${String(entries.length)} roles, more than ${String(limits.delegations)}.`,
      { details: { file: delegator, limit: 'delegations' } },
    );
  }
  const seen = new Set<string>();
  return { keys, roles: entries.map((entry) => readDelegation(entry, label, delegator, keys, seen)) };
}

function readDelegation(
  entry: Json,
  label: string,
  delegator: RoleName,
  keys: ReadonlyMap<KeyId, NotaryKey>,
  seen: Set<string>,
): NotaryDelegation {
  const name = roleName(new Shape(entry, `${label} role`, DELEGATED).string('name'));
  const shape = new Shape(entry, `${label} role ${printable(name, 60)}`, DELEGATED);
  if (!isDelegationName(name) || parentOf(name) !== delegator) {
    refuseName(delegator, name, 'which is not a name exactly one level below it');
  }
  // A second entry of one name would have other keys or prefixes, and readers differ in which they take (D-02).
  if (seen.has(name)) refuseName(delegator, name, 'twice');
  seen.add(name);
  const hasPaths = (shape.object.get('paths') ?? null) !== null;
  // A locked role fails alone: stock clients only lose what it lists.
  return { name, paths: hasPaths ? shape.strings('paths') : [], ...readRole(shape, keys, 'kept') };
}

function refuseName(delegator: RoleName, name: RoleName, problem: string): never {
  throw new Refusal('TRUST_ROLE_NAME', `${printable(delegator)} delegates to “${printable(name, 60)}”, ${problem}.`, {
    details: { file: delegator, role: printable(name, 60) },
  });
}

/**
 * The prefixes that really hold for a role: those of its own that start with one of its delegator’s, which were restricted
 * the same way. A role cannot hand on more than it was given, however its file is written.
 */
export function restrictPaths(delegator: readonly string[], paths: readonly string[]): string[] {
  return paths.filter((path) => delegator.some((prefix) => path.startsWith(prefix)));
}
