/**
 * Keys and thresholds as root and delegations list them. Key ids are opaque and scoped to the file that lists them:
 * there is no global map from id to key (K-04).
 */
import { Refusal } from '../errors.ts';
import type { JsonObject } from './json.ts';
import { decodeKey, isKnownKind, type Key } from './keys.ts';
import type { Limits } from './limits.ts';
import { type KeyId, printable } from './names.ts';
import { Shape } from './shape.ts';
import type { RoleKeys } from './signatures.ts';

const KEY = new Set(['keytype', 'scheme', 'keyval', 'keyid_hash_algorithms']);
const KEYVAL = new Set(['public']);

/** The `keys` object of root or of a delegation. */
export function readKeys(object: JsonObject, label: string, limits: Limits): Map<KeyId, Key> {
  if (object.size > limits.keys) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(label)} lists ${String(object.size)} keys, more than ${String(limits.keys)}.`,
      {
        details: { file: label, limit: 'keys' },
      },
    );
  }
  const keys = new Map<KeyId, Key>();
  for (const [text, value] of object) {
    const id = text as KeyId;
    const shape = new Shape(value, `${label} key ${printable(id, 12)}`, KEY);
    const keyval = new Shape(shape.map('keyval'), shape.label, KEYVAL);
    const [keytype, scheme] = [shape.string('keytype'), shape.string('scheme')];
    // Kinds that count for nothing may hold anything: a Sigstore identity has an issuer where others have “public”.
    const publicText = isKnownKind(keytype, scheme) || keyval.has('public') ? keyval.string('public') : '';
    keys.set(id, decodeKey(id, keytype, scheme, publicText, shape.object));
  }
  return keys;
}

/**
 * `keyids` and `threshold` of a role, against the keys listed beside it: 1 ≤ threshold ≤ different keys (K-03).
 * @param isLocked whether a threshold that its keys cannot reach is let pass here: nothing can be verified for such a role,
 * and `requireThreshold` says why
 */
export function readRoleKeys(
  shape: Shape,
  label: string,
  keys: ReadonlyMap<KeyId, Key>,
  isLocked: 'refused' | 'kept' = 'refused',
): RoleKeys {
  const listed = [...new Set(shape.strings('keyids'))].flatMap((id) => keys.get(id as KeyId) ?? []);
  const distinct = new Set(listed.map((key) => key.fingerprint)).size;
  const threshold = shape.object.get('threshold');
  if (typeof threshold !== 'number' || threshold < 1 || (threshold > distinct && isLocked === 'refused')) {
    throw new Refusal(
      'TRUST_THRESHOLD_VALUE',
      `${printable(label)} has ${String(distinct)} different keys and a threshold of ${typeof threshold === 'number' ? threshold : `a ${typeof threshold}`}.`,
      { details: { file: label, keys: distinct } },
    );
  }
  return { keys: listed, threshold };
}
