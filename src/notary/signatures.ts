/**
 * Who signed a Notary file, and is that enough? Counting is left to `src/tuf/signatures.ts`, the one place that decides
 * thresholds, by distinct key material (K-01, N-02).
 *
 * What TUF 1.0 calls a key is a key with one scheme; here a key may have several methods and each signature names its
 * own. So a role is spelled out as one TUF key per key and method, all with the fingerprint of the key.
 * Source: the dialect’s description, 5.3.
 */
import type { Key } from '../tuf/keys.ts';
import type { KeyId, RoleName } from '../tuf/names.ts';
import { type RoleKeys, countSigners, requireThreshold } from '../tuf/signatures.ts';
import type { NotaryKey } from './keys.ts';
import { methodNamed } from './methods.ts';

export interface NotarySignature {
  readonly keyId: KeyId;
  /** As written; one that the key does not have counts for nothing. */
  readonly method: string;
  readonly bytes: Uint8Array;
}

/** Who may speak for a role: its listed keys, and how many different ones must. */
export interface NotaryRole {
  readonly keys: readonly NotaryKey[];
  readonly threshold: number;
}

/** The same role in the words of `src/tuf/`, for whatever compares roles by key material there. */
export function asTufRole({ keys, threshold }: NotaryRole): RoleKeys {
  return { threshold, keys: keys.flatMap(spelledOut) };
}

/** How many different keys of the role signed exactly this message; never more than the threshold is counted. */
export function countNotarySigners(
  role: NotaryRole,
  message: Uint8Array,
  signatures: readonly NotarySignature[],
): number {
  return countSigners(asTufRole(role), message, signatures.map(namedByMethod));
}

/** Whether this key is behind one of the signatures, by any method that it has. */
export function hasSigned(key: NotaryKey, message: Uint8Array, signatures: readonly NotarySignature[]): boolean {
  return signatures.some(
    ({ keyId, method, bytes }) => keyId === key.id && key.verifiers.get(methodNamed(method))?.(message, bytes) === true,
  );
}

/** @throws TRUST_SIGNATURES when fewer than the threshold of different keys signed, TRUST_THRESHOLD_VALUE when none could */
export function requireNotaryThreshold(
  name: RoleName,
  role: NotaryRole,
  message: Uint8Array,
  signatures: readonly NotarySignature[],
  delegator?: RoleName,
): void {
  requireThreshold(name, asTufRole(role), message, signatures.map(namedByMethod), delegator);
}

function spelledOut(key: NotaryKey): Key[] {
  const { keytype, fingerprint, object, isSupported } = key;
  const methods = [...key.verifiers];
  // A key that is not supported still is one of the role’s keys; it only never counts.
  if (methods.length === 0) methods.push(['', () => false]);
  return methods.map(([scheme, verify]) => {
    return { id: nameOf(key.id, scheme), keytype, scheme, fingerprint, isSupported, object, verify };
  });
}

function namedByMethod({ keyId, method, bytes }: NotarySignature): { keyId: KeyId; bytes: Uint8Array } {
  return { keyId: nameOf(keyId, methodNamed(method)), bytes };
}

/** Key ids are 64 hex digits, so the two parts cannot run into each other. */
function nameOf(id: KeyId, method: string): KeyId {
  return `${id} ${method}` as KeyId;
}
