/**
 * Keys and thresholds as root and delegations list them. A role that names a key that is not listed beside it makes the
 * whole file invalid, as it does for stock clients; TUF 1.0 lets that pass.
 * Source: the dialect’s description, 3.2 and 8.
 */
import { Refusal } from '../errors.ts';
import type { JsonObject } from '../tuf/json.ts';
import type { Limits } from '../tuf/limits.ts';
import { type KeyId, printable } from '../tuf/names.ts';
import { refuseShape, type Shape } from '../tuf/shape.ts';
import { type NotaryKey, readKey } from './keys.ts';
import type { NotaryRole } from './signatures.ts';

/**
 * The `keys` object of root or of a delegation.
 * @throws TRUST_LIMIT, TRUST_KEY, TRUST_MALFORMED
 */
export function readKeys(object: JsonObject, label: string, limits: Limits): Map<KeyId, NotaryKey> {
  if (object.size > limits.keys) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(label)} lists ${String(object.size)} keys, more than ${String(limits.keys)}.`,
      { details: { file: label, limit: 'keys' } },
    );
  }
  return new Map([...object].map(([id, value]) => [id as KeyId, readKey(id, value, label)]));
}

/**
 * `keyids` and `threshold` of a role, against the keys listed beside it.
 * @param lock whether a threshold that its different keys cannot reach is refused; kept, only that role can never be verified
 * @throws TRUST_THRESHOLD_VALUE, TRUST_MALFORMED
 */
export function readRole(shape: Shape, keys: ReadonlyMap<KeyId, NotaryKey>, lock: 'refused' | 'kept'): NotaryRole {
  const listed = [...new Set(shape.strings('keyids'))].map(
    (id) =>
      keys.get(id as KeyId) ?? refuseShape(shape.label, `names the key ${printable(id, 12)}, which is not listed`),
  );
  // By material: two certificates around one key must not make a threshold of two look reachable (N-02).
  const distinct = new Set(listed.map((key) => key.fingerprint)).size;
  const threshold = shape.object.get('threshold');
  if (typeof threshold !== 'number' || threshold < 1 || (threshold > distinct && lock === 'refused')) {
    const found = typeof threshold === 'number' ? String(threshold) : `a ${typeof threshold}`;
    throw new Refusal(
      'TRUST_THRESHOLD_VALUE',
      `${printable(shape.label)} has ${String(distinct)} different keys and a threshold of ${found}.`,
      { details: { file: shape.label, keys: distinct } },
    );
  }
  return { keys: listed, threshold };
}
