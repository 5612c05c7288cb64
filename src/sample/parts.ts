/**
 * The signed parts of the four kinds of file, from plain values (TUF 1.0.34, “File formats”; bins: TAP 15). What is
 * written here is what every client reads: three-number spec_version, whole seconds, sha256.
 */
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { type JsonObject, jsonObject } from '../tuf/json.ts';
import { type Keyholders, keysOf, roleOf } from './signing.ts';

/** A file’s place in time: the version last signed (0 before the first), and when that expires. */
export interface Issue {
  version: number;
  expires: Date;
}

export interface Delegation extends Keyholders {
  readonly name: string;
  readonly terminating: boolean;
  /** One of the two. */
  readonly paths?: readonly string[];
  readonly pathHashPrefixes?: readonly string[];
}

/** A succinct delegation: 2^bitLength roles with the same keys, chosen by the digest of the path. */
export interface Bins extends Keyholders {
  readonly bitLength: number;
  readonly namePrefix: string;
}

/** `targets` or a delegated role, as its author thinks of it. */
export interface AuthoredRole extends Issue {
  /** Content by target path. */
  readonly targets: Map<string, Uint8Array>;
  /** In order of priority. */
  readonly delegations: Delegation[];
  /** Instead of `delegations`. */
  bins?: Bins;
}

export function rootPart(
  issue: Issue,
  roles: ReadonlyMap<string, Keyholders>,
  consistentSnapshot: boolean,
): JsonObject {
  const listed = [...roles].map(([name, role]): [string, JsonObject] => [name, roleOf(role)]);
  return part('root', issue, {
    consistent_snapshot: consistentSnapshot,
    keys: keysOf(roles.values()),
    roles: new Map(listed),
  });
}

/** @param withDigests false leaves length and hashes out, as the specification allows here */
export function timestampPart(issue: Issue, snapshot: Issue, file: Uint8Array, withDigests: boolean): JsonObject {
  return part('timestamp', issue, { meta: jsonObject({ 'snapshot.json': listing(snapshot, file, withDigests) }) });
}

export function snapshotPart(
  issue: Issue,
  files: ReadonlyMap<string, { readonly issue: Issue; readonly bytes: Uint8Array }>,
  withDigests: boolean,
): JsonObject {
  const entries = [...files].map(([role, file]): [string, JsonObject] => [
    `${role}.json`,
    listing(file.issue, file.bytes, withDigests),
  ]);
  return part('snapshot', issue, { meta: new Map(entries) });
}

export function targetsPart(role: AuthoredRole): JsonObject {
  const targets = [...role.targets].map(([path, bytes]): [string, JsonObject] => [
    path,
    jsonObject({ hashes: jsonObject({ sha256: sha256(bytes) }), length: bytes.length }),
  ]);
  return part('targets', role, { delegations: delegationsOf(role), targets: new Map(targets) });
}

function delegationsOf({ delegations, bins }: AuthoredRole): JsonObject | undefined {
  if (bins) {
    const succinct = { ...Object.fromEntries(roleOf(bins)), bit_length: bins.bitLength, name_prefix: bins.namePrefix };
    return jsonObject({ keys: keysOf([bins]), succinct_roles: jsonObject(succinct) });
  }
  if (delegations.length === 0) return undefined;
  const roles = delegations.map((made) =>
    jsonObject({
      ...Object.fromEntries(roleOf(made)),
      name: made.name,
      path_hash_prefixes: made.pathHashPrefixes && [...made.pathHashPrefixes],
      paths: made.paths && [...made.paths],
      terminating: made.terminating,
    }),
  );
  return jsonObject({ keys: keysOf(delegations), roles });
}

function listing({ version }: Issue, bytes: Uint8Array, withDigests: boolean): JsonObject {
  return jsonObject(
    withDigests ? { hashes: jsonObject({ sha256: sha256(bytes) }), length: bytes.length, version } : { version },
  );
}

function part(type: string, { version, expires }: Issue, members: Parameters<typeof jsonObject>[0]): JsonObject {
  return jsonObject({ _type: type, expires: formatDate(expires), spec_version: '1.0.34', version, ...members });
}
