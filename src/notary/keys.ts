/**
 * Public keys as Notary metadata lists them, and their ids.
 *
 * An id is the digest of the key object, and clients recompute it: a file in which one does not match is refused whole,
 * as they do. It names the object and not the key inside (two certificates around one key have two ids), so thresholds
 * go by `fingerprint` (N-02). Source: the dialect’s description, 4 and 5.2.
 */
import { Refusal } from '../errors.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { decodeBase64 } from '../tuf/encoding.ts';
import { type Json, type JsonObject, jsonObject } from '../tuf/json.ts';
import { type KeyId, printable } from '../tuf/names.ts';
import { Shape } from '../tuf/shape.ts';
import { decodeMaterial, isKnownKeytype } from './key-material.ts';
import type { Verifiers } from './methods.ts';

export interface NotaryKey {
  readonly id: KeyId;
  /** The id of the bare key inside the first certificate: what `docker trust inspect` shows. Equals `id` for a bare key. */
  readonly canonicalId: KeyId;
  readonly keytype: string;
  /** Identity of the key material; equal for every wrapping of one key. */
  readonly fingerprint: string;
  /** False for a keytype outside the table: listed, but never counted. */
  readonly isSupported: boolean;
  /** `public`, decoded: SubjectPublicKeyInfo, 32 bytes, or the PEM text of certificates. */
  readonly publicBytes: Uint8Array;
  /** The key object exactly as listed: what mirror roots copy value for value. */
  readonly object: JsonObject;
  /** By method name, lower case. Empty when the kind is not supported. */
  readonly verifiers: Verifiers;
}

const KEY = new Set(['keytype', 'keyval']);
const KEYVAL = new Set(['public', 'private']);

/** A key object as we write it. `publicBytes` as in `NotaryKey`. */
export function keyObjectOf(keytype: string, publicBytes: Uint8Array): JsonObject {
  const publicText = Buffer.from(publicBytes).toString('base64');
  return jsonObject({ keytype, keyval: jsonObject({ private: null, public: publicText }) });
}

/** SHA-256 of the canonical key object, `private: null` included and nothing else (5.2); 64 hex digits. */
export function keyIdOf(keytype: string, publicBytes: Uint8Array): KeyId {
  return sha256(canonicalize(keyObjectOf(keytype, publicBytes))) as string as KeyId;
}

/**
 * One entry of a `keys` object.
 * @param id the name under which it is listed
 * @throws TRUST_KEY when the id is not the key’s, the material does not fit the declared type, is weak, or a private key
 * is listed with it; TRUST_MALFORMED, TRUST_JSON
 */
export function readKey(id: string, value: Json, file: string): NotaryKey {
  const label = `${file} key ${printable(id, 12)}`;
  const shape = new Shape(value, label, KEY);
  const keyval = new Shape(shape.map('keyval'), label, KEYVAL);
  const keytype = shape.string('keytype');
  // Go decodes every listed key before it looks at any: base64 that it cannot read makes the whole file unreadable.
  const publicBytes = decodeBase64(keyval.string('public')) ?? refuseKey(id, keytype, 'is not in padded base64');
  // Clients drop the member without a word; a private key that everybody can download is not upstream’s alone.
  if ((keyval.object.get('private') ?? null) !== null) refuseKey(id, keytype, 'is listed with its private half');
  if (keyIdOf(keytype, publicBytes) !== id) refuseKey(id, keytype, 'is not the key that its id names');
  return decodeKey(id as KeyId, keytype, publicBytes, shape.object);
}

function decodeKey(id: KeyId, keytype: string, publicBytes: Uint8Array, object: JsonObject): NotaryKey {
  if (!isKnownKeytype(keytype)) {
    const fingerprint = `unsupported:${id}`;
    return { id, canonicalId: id, keytype, publicBytes, object, fingerprint, isSupported: false, verifiers: new Map() };
  }
  const material = decodeMaterial(keytype, publicBytes);
  if (typeof material === 'string') return refuseKey(id, keytype, material);
  const { fingerprint, verifiers, bareType, barePublic } = material;
  const canonicalId = keyIdOf(bareType, barePublic);
  return { id, canonicalId, keytype, publicBytes, object, fingerprint, isSupported: true, verifiers };
}

function refuseKey(id: string, keytype: string, problem: string): never {
  throw new Refusal('TRUST_KEY', `Key ${printable(id, 12)} (${printable(keytype, 20)}) ${problem}.`, {
    details: { key: printable(id, 64) },
  });
}
