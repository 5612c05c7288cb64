/**
 * The pin: a mirror root’s targets role is upstream’s, word for word.
 *
 * Everything that makes upstream’s targets file verifiable through a mirror hangs on this one comparison. It is made
 * on key ids, on key objects with their unknown members, and on the threshold, because stock clients look keys up by id
 * and some recompute ids from the whole object (K-04, docs/clients/compatibility.md). More, fewer or other keys would let
 * somebody else author targets (Y-03).
 */
import { Refusal } from '../errors.ts';
import { canonicalize } from '../tuf/canonical.ts';
import type { Json, JsonObject } from '../tuf/json.ts';
import { type KeyId, type RoleName, TARGETS, printable } from '../tuf/names.ts';

/** A role as a root writes it: ids in order, and the key objects among them that the root really lists. */
export interface ListedRole {
  readonly keyIds: readonly KeyId[];
  readonly keys: ReadonlyMap<KeyId, JsonObject>;
  readonly threshold: number;
}

/** A parsed root of either dialect: both write roles and keys in the same places. */
export interface ListingRoot {
  readonly version: number;
  readonly envelope: { readonly signed: JsonObject };
  readonly payload: { readonly keys: ReadonlyMap<KeyId, { readonly object: JsonObject }> };
}

/** One top-level role of a parsed root, as written. */
export function listRole(root: ListingRoot, name: RoleName): ListedRole {
  const role = member(member(root.envelope.signed, 'roles'), name);
  const ids = member(role, 'keyids');
  const threshold = member(role, 'threshold');
  // parseRoot has made sure of all of this; anything else is a bug of the caller.
  if (!Array.isArray(ids) || typeof threshold !== 'number') throw new TypeError(`no top-level role ${name}`);
  const keyIds = ids as KeyId[];
  const keys = new Map<KeyId, JsonObject>();
  for (const id of keyIds) {
    const key = root.payload.keys.get(id);
    if (key) keys.set(id, key.object);
  }
  return { keyIds, keys, threshold };
}

/**
 * @param what names the mirror root in the message: “The drafted root”
 * @throws POLICY_PIN unless the targets role of `mirror` has the key ids, key objects and threshold of `upstream`’s
 */
export function refuseUnlessPinned(what: string, mirror: ListingRoot, upstream: ListingRoot): void {
  const difference = describeDifference(listRole(mirror, TARGETS), listRole(upstream, TARGETS));
  if (difference === undefined) return;
  throw new Refusal('POLICY_PIN', `${what} ${difference} (upstream root version ${upstream.version}).`, {
    details: { mirrorRoot: mirror.version, upstreamRoot: upstream.version },
  });
}

function describeDifference(mine: ListedRole, theirs: ListedRole): string | undefined {
  const extra = mine.keyIds.find((id) => !theirs.keyIds.includes(id));
  if (extra !== undefined) return `lets the key ${show(extra)} sign targets, which upstream does not`;
  const absent = theirs.keyIds.find((id) => !mine.keyIds.includes(id));
  if (absent !== undefined) return `lacks upstream’s targets key ${show(absent)}`;
  if (mine.keyIds.length !== theirs.keyIds.length) return 'lists upstream’s targets keys another number of times';
  const changed = theirs.keyIds.find((id) => !isSameValue(mine.keys.get(id), theirs.keys.get(id)));
  if (changed !== undefined) return `has another key than upstream under the targets key id ${show(changed)}`;
  if (mine.threshold !== theirs.threshold) {
    return `asks for ${mine.threshold} signatures on targets, and upstream asks for ${theirs.threshold}`;
  }
  return undefined;
}

/** Value for value: the same members with the same values, whatever their order in the file. */
export function isSameValue(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  if (!a || !b) return a === b;
  return Buffer.compare(canonicalize(a), canonicalize(b)) === 0;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value instanceof Map ? value.get(name) : undefined;
}

function show(id: KeyId): string {
  return printable(id, 16);
}
