/**
 * Which roles may speak for a path, in which order.
 *
 * Order is the delegator’s and is kept in an array (D-02); names are unique and never those of top-level roles (P-01).
 * A delegation is by `paths`, by `path_hash_prefixes`, or to the bins of `succinct_roles` (TAP 15), never by two of them.
 * Source: TUF 1.0.34, “targets.json and delegated target roles”; TAP 15.
 */
import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { matchesPattern } from './glob.ts';
import type { Json } from './json.ts';
import type { Key } from './keys.ts';
import type { Limits } from './limits.ts';
import { type KeyId, type RoleName, isTopLevel, printable, roleName } from './names.ts';
import { readKeys, readRoleKeys } from './role-keys.ts';
import { refuseShape, Shape } from './shape.ts';
import type { RoleKeys } from './signatures.ts';

export interface DelegatedRole extends RoleKeys {
  readonly name: RoleName;
  readonly terminating: boolean;
  /** Whether that was said by `backtrack: false`, the word of older metadata. */
  readonly byBacktrack: boolean;
  /** Exactly one of the two. */
  readonly paths: readonly string[] | undefined;
  readonly pathHashPrefixes: readonly string[] | undefined;
}

export interface SuccinctRoles extends RoleKeys {
  readonly bitLength: number;
  readonly namePrefix: string;
}

/** `roles` in the delegator’s order, or the bins; both have the delegator’s keys. */
export interface Delegations {
  readonly keys: ReadonlyMap<KeyId, Key>;
  readonly roles: readonly DelegatedRole[];
  readonly succinct: SuccinctRoles | undefined;
}

const DELEGATIONS = new Set(['keys', 'roles', 'succinct_roles']);
const DELEGATED = new Set(['name', 'keyids', 'threshold', 'terminating', 'backtrack', 'paths', 'path_hash_prefixes']);
const SUCCINCT = new Set(['keyids', 'threshold', 'bit_length', 'name_prefix']);

/** The `delegations` member of a targets file; absent and `null` mean that it delegates nothing. */
export function readDelegations(value: Json | undefined, file: string, limits: Limits): Delegations | undefined {
  if (value === undefined || value === null) return undefined;
  const label = `${file} delegations`;
  const shape = new Shape(value, label, DELEGATIONS);
  const keys = readKeys(shape.map('keys'), label, limits);
  if (shape.has('succinct_roles')) {
    if (shape.has('roles')) return refuseShape(label, 'has both roles and succinct_roles');
    return { keys, roles: [], succinct: readSuccinct(shape.object.get('succinct_roles'), label, keys, limits) };
  }
  const entries = shape.array('roles');
  if (entries.length > limits.delegations) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(label)} names ${String(entries.length)} roles, more than ${String(limits.delegations)}.`,
      {
        details: { file, limit: 'delegations' },
      },
    );
  }
  const roles = entries.map((entry) => readDelegatedRole(entry, label, keys));
  const seen = new Set<string>();
  for (const { name } of roles) {
    // A second entry of one name is dropped by some clients and shadows the first in others (D-02).
    if (isTopLevel(name) || name === '' || seen.has(name)) {
      throw new Refusal(
        'TRUST_ROLE_NAME',
        `${printable(label)} name the role “${printable(name, 60)}” ${seen.has(name) ? 'twice' : 'which is not a delegated role’s name'}.`,
        {
          details: { file, role: name },
        },
      );
    }
    seen.add(name);
  }
  return { keys, roles, succinct: undefined };
}

function readDelegatedRole(value: Json, label: string, keys: ReadonlyMap<KeyId, Key>): DelegatedRole {
  const shape = new Shape(value, `${label} role`, DELEGATED);
  const name = roleName(shape.string('name'));
  const place = `${label} role ${printable(name, 60)}`;
  const paths = shape.has('paths') ? shape.strings('paths') : undefined;
  const pathHashPrefixes = shape.has('path_hash_prefixes') ? shape.strings('path_hash_prefixes') : undefined;
  if ((paths === undefined) === (pathHashPrefixes === undefined))
    return refuseShape(place, 'must have either paths or path_hash_prefixes');
  if (pathHashPrefixes?.some((prefix) => !/^[0-9a-f]{1,64}$/.test(prefix)))
    return refuseShape(place, 'has a hash prefix that is not lower-case hexadecimal');
  // Metadata older than “terminating” said `backtrack: false` for it.
  const byBacktrack = !shape.has('terminating') && shape.has('backtrack') && !shape.boolean('backtrack');
  const terminating = shape.has('terminating') ? shape.boolean('terminating') : byBacktrack;
  return { name, terminating, byBacktrack, paths, pathHashPrefixes, ...readRoleKeys(shape, place, keys) };
}

function readSuccinct(
  value: Json | undefined,
  label: string,
  keys: ReadonlyMap<KeyId, Key>,
  limits: Limits,
): SuccinctRoles {
  const shape = new Shape(value, `${label} succinct_roles`, SUCCINCT);
  const bitLength = shape.version('bit_length');
  const namePrefix = shape.string('name_prefix');
  if (bitLength > 32) return refuseShape(shape.label, 'has a bit_length above 32');
  if (namePrefix === '') return refuseShape(shape.label, 'has an empty name_prefix');
  if (2 ** bitLength > limits.bins) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(shape.label)} has 2^${String(bitLength)} bins, more than ${String(limits.bins)}.`,
      {
        details: { file: label, limit: 'bins' },
      },
    );
  }
  return { bitLength, namePrefix, ...readRoleKeys(shape, shape.label, keys) };
}

/** All roles this file delegates to, bins included, in its order. */
export function* delegatedRoles(delegations: Delegations | undefined): Generator<{ name: RoleName; role: RoleKeys }> {
  for (const role of delegations?.roles ?? []) yield { name: role.name, role };
  const succinct = delegations?.succinct;
  if (!succinct) return;
  for (let bin = 0; bin < 2 ** succinct.bitLength; bin++) yield { name: binName(succinct, bin), role: succinct };
}

/** One delegation, looked at for one path. */
export interface Examined {
  readonly name: RoleName;
  readonly role: RoleKeys;
  readonly terminating: boolean;
  readonly byBacktrack: boolean;
  /** What the delegation goes by. */
  readonly by: 'pattern' | 'hash prefix' | 'bin';
  /** The pattern, hash prefix or bin that lets the role speak for the path; undefined when nothing does. */
  readonly match: string | undefined;
}

/** Every delegation of the file, in its order, with why it speaks for the path or that it does not; of bins, the one. */
export function examineDelegations(delegations: Delegations | undefined, path: string): Examined[] {
  if (!delegations) return [];
  const digest = createHash('sha256').update(path).digest();
  const { succinct } = delegations;
  if (succinct) {
    const bin = digest.readUInt32BE() >>> (32 - succinct.bitLength);
    const name = binName(succinct, bin);
    const match = `bin ${bin} of 2^${succinct.bitLength}`;
    return [{ name, role: succinct, terminating: true, byBacktrack: false, by: 'bin', match }];
  }
  const hexDigest = digest.toString('hex');
  return delegations.roles.map((role) => ({
    name: role.name,
    role,
    terminating: role.terminating,
    byBacktrack: role.byBacktrack,
    by: role.paths ? 'pattern' : 'hash prefix',
    match: role.paths
      ? role.paths.find((pattern) => matchesPattern(pattern, path))
      : role.pathHashPrefixes?.find((prefix) => hexDigest.startsWith(prefix)),
  }));
}

function binName(succinct: SuccinctRoles, bin: number): RoleName {
  const digits = (2 ** succinct.bitLength - 1).toString(16).length;
  return roleName(`${succinct.namePrefix}-${bin.toString(16).padStart(digits, '0')}`);
}
