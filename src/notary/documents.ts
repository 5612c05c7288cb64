/**
 * The three files that a mirror issues in the Notary dialect, and their bytes.
 *
 * Written as real publishers do: compact, `signed` first, its members in canonical order. The canonical form itself is not
 * written, because it leaves control characters raw and is then no JSON (5.1).
 * Source: the dialect’s description, 3.1, 3.2 and 9.
 */
import { createHash } from 'node:crypto';
import { canonicalize, compareUtf8 } from '../tuf/canonical.ts';
import { formatDate } from '../tuf/dates.ts';
import { type Json, type JsonObject, jsonObject, stringifyJson } from '../tuf/json.ts';
import { type KeyId, ROOT, type RoleName, SNAPSHOT, TARGETS } from '../tuf/names.ts';
import type { NotaryListing } from './hashes.ts';
import type { TopLevelRole } from './metadata.ts';
import { isListedName } from './names.ts';
import type { NotarySignature } from './signatures.ts';
import type { NotarySigner } from './signer.ts';

/** What every file of ours states. */
interface Issue {
  readonly version: number;
  /** Written in whole seconds. */
  readonly expires: Date;
}

export interface RootIssue extends Issue {
  /** By id: ours, and upstream’s targets keys value for value. */
  readonly keys: ReadonlyMap<KeyId, JsonObject>;
  readonly roles: Readonly<Record<TopLevelRole, { readonly keyIds: readonly KeyId[]; readonly threshold: number }>>;
}

export interface SnapshotIssue extends Issue {
  /** The mirror’s own root, targets, and each delegation that is carried. */
  readonly roles: ReadonlyMap<RoleName, NotaryListing>;
}

export interface TimestampIssue extends Issue {
  readonly snapshot: NotaryListing;
}

/** @throws RangeError when a role names a key that is not given: clients would refuse the root whole */
export function notaryRoot({ version, expires, keys, roles }: RootIssue): JsonObject {
  const listed = Object.entries(roles).map(([name, { keyIds, threshold }]): [string, Json] => {
    if (!keyIds.every((id) => keys.has(id))) throw new RangeError(`the role ${name} names a key that is not given`);
    return [name, jsonObject({ keyids: [...keyIds], threshold })];
  });
  const common = { _type: 'Root', expires: formatDate(expires), version };
  return jsonObject({ ...common, consistent_snapshot: false, keys: new Map(keys), roles: new Map(listed) });
}

/** What snapshot and timestamp say of a file with these bytes. */
export function listingOf(bytes: Uint8Array): NotaryListing {
  const hashes = ['sha256', 'sha512'].map((name): [string, string] => [
    name,
    createHash(name).update(bytes).digest('hex'),
  ]);
  return { length: bytes.length, hashes: new Map(hashes) };
}

/** @throws RangeError when root or targets are missing, or a name is none: clients would refuse the snapshot */
export function notarySnapshot({ version, expires, roles }: SnapshotIssue): JsonObject {
  const isComplete = roles.has(ROOT) && roles.has(TARGETS) && [...roles.keys()].every(isListedName);
  if (!isComplete) throw new RangeError('a snapshot lists root, targets and delegated roles');
  const meta = new Map([...roles].map(([name, listing]) => [name, writtenListing(listing)]));
  return jsonObject({ _type: 'Snapshot', expires: formatDate(expires), meta, version });
}

/** @throws RangeError when the snapshot has no sha256 */
export function notaryTimestamp({ version, expires, snapshot }: TimestampIssue): JsonObject {
  const meta = jsonObject({ [SNAPSHOT]: writtenListing(snapshot) });
  return jsonObject({ _type: 'Timestamp', expires: formatDate(expires), meta, version });
}

/** The file, signed by each of these in order. */
export function signNotary(signed: JsonObject, signers: readonly NotarySigner[]): Uint8Array {
  const message = canonicalize(signed);
  return writeNotary(
    signed,
    signers.map((signer) => ({ keyId: signer.keyId, method: signer.method, bytes: signer.sign(message) })),
  );
}

/** The bytes of a file whose signatures were made elsewhere, over `canonicalize(signed)`. */
export function writeNotary(signed: JsonObject, signatures: readonly NotarySignature[]): Uint8Array {
  const entries = signatures.map(({ keyId, method, bytes }) =>
    jsonObject({ keyid: keyId, method, sig: Buffer.from(bytes).toString('base64') }),
  );
  return Buffer.from(stringifyJson(jsonObject({ signed: inOrder(signed), signatures: entries })), 'utf8');
}

function writtenListing({ length, hashes }: NotaryListing): JsonObject {
  // Clients make the file’s name from it.
  if (!hashes.has('sha256')) throw new RangeError('a listed file has a sha256');
  const inBase64 = [...hashes].map(([name, digest]): [string, Json] => [
    name,
    Buffer.from(digest, 'hex').toString('base64'),
  ]);
  return jsonObject({ hashes: new Map(inBase64), length });
}

/** The same value with the members of every object in canonical order. */
function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!(value instanceof Map)) return value;
  const members = [...value].sort(([a], [b]) => compareUtf8(a, b));
  return new Map(members.map(([name, member]) => [name, inOrder(member)]));
}
