/**
 * The four payloads as typed values. Shape only: who signed, what has expired and what is older is `trusted-set.ts`.
 * Unknown members are kept in `envelope.signed`, and nothing here is ever written back (J-01).
 * Source: TUF 1.0.34, “File formats: root.json, snapshot.json, targets.json and delegated target roles, timestamp.json”.
 */
import { Refusal } from '../errors.ts';
import { parseDate } from './dates.ts';
import { type Delegations, readDelegations } from './delegations.ts';
import { KNOWN_ALGORITHMS } from './digest.ts';
import { openEnvelope, type Envelope } from './envelope.ts';
import type { Json, JsonObject } from './json.ts';
import type { Key } from './keys.ts';
import type { Limits } from './limits.ts';
import { type KeyId, type RoleName, type TargetPath, printable, roleName, targetPath } from './names.ts';
import { readKeys, readRoleKeys } from './role-keys.ts';
import { refuseShape, Shape } from './shape.ts';
import type { RoleKeys } from './signatures.ts';

export type MetadataType = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** A file whose envelope and payload have the right shape. Nothing is verified yet. */
export interface Parsed<Payload> {
  readonly envelope: Envelope;
  readonly version: number;
  readonly expires: Date;
  readonly payload: Payload;
}

export interface Root {
  readonly consistentSnapshot: boolean;
  readonly keys: ReadonlyMap<KeyId, Key>;
  readonly roles: ReadonlyMap<RoleName, RoleKeys>;
}

/** What timestamp and snapshot say of another file; length and hashes are optional there. */
export interface Listing {
  readonly version: number;
  readonly length: number | undefined;
  readonly hashes: ReadonlyMap<string, string>;
}

export interface Timestamp {
  readonly snapshot: Listing;
}

export interface Snapshot {
  readonly roles: ReadonlyMap<RoleName, Listing>;
}

export interface TargetEntry {
  readonly length: number;
  readonly hashes: ReadonlyMap<string, string>;
}

export interface Targets {
  readonly targets: ReadonlyMap<TargetPath, TargetEntry>;
  readonly delegations: Delegations | undefined;
}

const SIGNED = new Set([
  '_type',
  'spec_version',
  'version',
  'expires',
  'consistent_snapshot',
  'keys',
  'roles',
  'meta',
  'targets',
  'delegations',
]);
const LISTING = new Set(['version', 'length', 'hashes']);
const TARGET = new Set(['length', 'hashes', 'custom']);
const TOP_LEVEL = ['root', 'timestamp', 'snapshot', 'targets'];

export function parseRoot(bytes: Uint8Array, label: string, limits: Limits): Parsed<Root> {
  return parse(bytes, label, 'root', limits, (signed) => {
    const keys = readKeys(signed.map('keys'), label, limits);
    const roles = new Map<RoleName, RoleKeys>();
    for (const [name, value] of signed.map('roles'))
      roles.set(roleName(name), readRootRole(name, value, `${label} role ${printable(name, 60)}`, keys));
    for (const name of TOP_LEVEL)
      if (!roles.has(roleName(name))) refuseShape(label, `does not define the role ${name}`);
    return { consistentSnapshot: signed.boolean('consistent_snapshot'), keys, roles };
  });
}

export function parseTimestamp(bytes: Uint8Array, label: string, limits: Limits): Parsed<Timestamp> {
  return parse(bytes, label, 'timestamp', limits, (signed) => ({
    snapshot: readListing(signed.map('meta').get('snapshot.json'), `${label} entry snapshot.json`),
  }));
}

export function parseSnapshot(bytes: Uint8Array, label: string, limits: Limits): Parsed<Snapshot> {
  return parse(bytes, label, 'snapshot', limits, (signed) => {
    const meta = signed.map('meta');
    if (meta.size > limits.roles) {
      throw new Refusal(
        'TRUST_LIMIT',
        `${printable(label)} lists ${String(meta.size)} roles, more than ${String(limits.roles)}.`,
        {
          details: { file: label, limit: 'roles' },
        },
      );
    }
    const roles = new Map<RoleName, Listing>();
    for (const [name, value] of meta) {
      if (!name.endsWith('.json')) refuseShape(label, `lists “${printable(name, 60)}”, which is not a .json file`);
      roles.set(roleName(name.slice(0, -'.json'.length)), readListing(value, `${label} entry ${name}`));
    }
    return { roles };
  });
}

export function parseTargets(bytes: Uint8Array, label: string, limits: Limits): Parsed<Targets> {
  return parse(bytes, label, 'targets', limits, (signed) => {
    const targets = new Map<TargetPath, TargetEntry>();
    for (const [name, value] of signed.map('targets')) targets.set(targetPath(name), readTarget(value, label, name));
    const delegations = signed.has('delegations') ? signed.object.get('delegations') : undefined;
    return { targets, delegations: readDelegations(delegations, label, limits) };
  });
}

function parse<Payload>(
  bytes: Uint8Array,
  label: string,
  type: MetadataType,
  limits: Limits,
  read: (signed: Shape) => Payload,
): Parsed<Payload> {
  const envelope = openEnvelope(bytes, label, limits);
  const signed = new Shape(envelope.signed, label, SIGNED);
  const actual = signed.string('_type');
  // Types are compared before anything else is believed: a snapshot must not pass as a timestamp (W-06).
  if (actual !== type) {
    throw new Refusal(
      'TRUST_TYPE',
      `${printable(label)} is of type “${printable(actual, 20)}” where ${type} was asked for.`,
      {
        details: { file: label, type: printable(actual, 20) },
      },
    );
  }
  const specification = signed.string('spec_version');
  if (!/^1\.\d{1,3}(\.\d{1,3})?$/.test(specification)) {
    throw new Refusal(
      'TRUST_SPEC_VERSION',
      `${printable(label)} is written for TUF “${printable(specification, 20)}”.`,
      { details: { file: label } },
    );
  }
  const expires = parseDate(signed.string('expires'));
  if (!expires) return refuseShape(label, `has an expiry that is not an RFC 3339 UTC time`);
  return { envelope, version: signed.version(), expires, payload: read(signed) };
}

const ROLE = new Set(['keyids', 'threshold']);

/**
 * A root that locks another role is still the newest root: refusing it would leave a client with the one before, whose
 * keys may be revoked. One that locks itself could never be followed.
 */
function readRootRole(name: string, value: Json, label: string, keys: ReadonlyMap<KeyId, Key>): RoleKeys {
  return readRoleKeys(new Shape(value, label, ROLE), label, keys, name === 'root' ? 'refused' : 'kept');
}

function readListing(value: Json | undefined, label: string): Listing {
  const shape = new Shape(value, label, LISTING);
  return {
    version: shape.version(),
    length: shape.has('length') ? shape.length('length') : undefined,
    hashes: shape.has('hashes') ? readHashes(shape.map('hashes'), label) : new Map(),
  };
}

function readTarget(value: Json, file: string, name: string): TargetEntry {
  const shape = new Shape(value, `${file} target ${name}`, TARGET);
  // go-tuf v1 left a length of zero out (Sigstore’s first revocation list); no other absence is meant by anybody.
  const length = shape.has('length') ? shape.length('length') : 0;
  return { length, hashes: readHashes(shape.map('hashes'), shape.label) };
}

/** At least one known algorithm, strictly encoded; unknown ones are kept by name and never compared (C-07). */
function readHashes(object: JsonObject, label: string): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const [algorithm, digest] of object) {
    if (typeof digest !== 'string') return refuseShape(label, 'has a hash that is not text');
    hashes.set(algorithm, digest);
  }
  const isKnown = KNOWN_ALGORITHMS.some((algorithm) => hashes.has(algorithm));
  if (!isKnown) return refuseShape(label, 'has neither a sha256 nor a sha512 hash');
  for (const [algorithm, digits] of [
    ['sha256', 64],
    ['sha512', 128],
  ] as const) {
    const digest = hashes.get(algorithm);
    if (digest !== undefined && (digest.length !== digits || !/^[0-9a-f]+$/.test(digest))) {
      return refuseShape(label, `has a ${algorithm} hash that is not ${String(digits)} lower-case hexadecimal digits`);
    }
  }
  return hashes;
}
