/**
 * Who signed this, and is that enough? The only function that decides a threshold, for every role and every approval:
 * the bug of counting something else than distinct key material has come back once per code path (K-01, K-02).
 */
import { Refusal } from '../errors.ts';
import type { Key } from './keys.ts';
import { type KeyId, type RoleName, printable } from './names.ts';

/** One entry of `signatures`, decoded; an entry that is empty or badly encoded has no bytes and never counts (W-08). */
export interface Signature {
  readonly keyId: KeyId;
  readonly bytes: Uint8Array | undefined;
}

/** Who may speak for a role: its keys that are really listed, and how many different ones must. */
export interface RoleKeys {
  readonly keys: readonly Key[];
  readonly threshold: number;
}

/** How many different keys of the role signed exactly these bytes. */
export function countSigners(role: RoleKeys, message: Uint8Array, signatures: readonly Signature[]): number {
  const keys = new Map(role.keys.map((key) => [key.id, key]));
  const signers = new Set<string>();
  for (const { keyId, bytes } of signatures) {
    const key = keys.get(keyId);
    // Looked up before any cryptography, and one key counts once however often it is listed (R-02, K-02).
    if (!key || !bytes || signers.has(key.fingerprint)) continue;
    if (key.verify(message, bytes)) signers.add(key.fingerprint);
    if (signers.size >= role.threshold) break;
  }
  return signers.size;
}

/** @throws TRUST_SIGNATURES when fewer than the threshold of different keys signed, TRUST_THRESHOLD_VALUE when none could */
export function requireThreshold(
  name: RoleName,
  role: RoleKeys,
  message: Uint8Array,
  signatures: readonly Signature[],
  delegator?: RoleName,
): void {
  const signers = countSigners(role, message, signatures);
  if (signers >= role.threshold) return;
  if (delegator === undefined) refuseLocked(name, role);
  const by = delegator === undefined ? '' : ` as delegated by ${printable(delegator)}`;
  throw new Refusal(
    'TRUST_SIGNATURES',
    `${printable(name)}${by} is signed by ${String(signers)} of its keys, and ${String(role.threshold)} are needed.`,
    { details: { role: name, signers, threshold: role.threshold } },
  );
}

/** @throws TRUST_THRESHOLD_VALUE for a role of root whose keys cannot reach its threshold (K-03) */
export function refuseLocked(name: RoleName, { keys, threshold }: RoleKeys): void {
  const distinct = new Set(keys.map((key) => key.fingerprint)).size;
  if (threshold <= distinct) return;
  throw new Refusal(
    'TRUST_THRESHOLD_VALUE',
    `root gives ${printable(name)} ${distinct} different keys and a threshold of ${threshold}.`,
    { details: { role: name, keys: distinct } },
  );
}

/** Fingerprints that stand under more than one key id of the role: one key that looks like several (K-02). */
export function repeatedKeys(role: RoleKeys): string[] {
  const seen = new Set<string>();
  return role.keys.map((key) => key.fingerprint).filter((fingerprint) => seen.size === seen.add(fingerprint).size);
}

/**
 * Whether keys that spoke for a role before still suffice now. While they do, what they signed long ago verifies as well,
 * so versions that were seen must not be forgotten: a key that was only added is no rotation (F-02).
 */
export function stillSuffice(before: RoleKeys, now: RoleKeys): boolean {
  const known = new Set(before.keys.map((key) => key.fingerprint));
  const left = new Set(now.keys.map((key) => key.fingerprint).filter((fingerprint) => known.has(fingerprint)));
  return left.size >= now.threshold;
}

/** Whether two roles are the same keys by material with the same threshold, whatever the key ids. */
export function hasSameKeys(a: RoleKeys, b: RoleKeys): boolean {
  const left = new Set(a.keys.map((key) => key.fingerprint));
  const right = new Set(b.keys.map((key) => key.fingerprint));
  return a.threshold === b.threshold && left.size === right.size && [...left].every((key) => right.has(key));
}
