/** Signers with the kinds of key that upstreams have and mirrors never issue; fresh in every run, as these need randomness. */
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '../../src/sign/signer.ts';
import { type JsonObject, jsonObject } from '../../src/tuf/json.ts';
import type { KeyId } from '../../src/tuf/names.ts';

/** @param digest what it signs with; the right one unless a test says otherwise */
export function ecSigner(id: string, curve: 'P-256' | 'P-384', digest?: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const [scheme, right] = curve === 'P-256' ? ['nistp256', 'sha256'] : ['nistp384', 'sha384'];
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  return {
    keyId: id as KeyId,
    keyObject: keyObject('ecdsa', `ecdsa-sha2-${scheme}`, pem),
    sign: (message) => sign(digest ?? right, message, privateKey),
  };
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const rsaPem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }));

export function rsaSigner(id: string, saltLength: number): Signer {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return {
    keyId: id as KeyId,
    keyObject: keyObject('rsa', 'rsassa-pss-sha256', rsaPem),
    sign: (message) => sign('sha256', message, { key: rsa.privateKey, padding, saltLength }),
  };
}

/** An RSA PKCS#1 v1.5 signature under whatever key object: what a confused verifier would accept (K-05). */
export function rsaSignerAs(id: string, object: JsonObject): Signer {
  return { keyId: id as KeyId, keyObject: object, sign: (message) => sign('sha256', message, rsa.privateKey) };
}

export function keyObject(keytype: string, scheme: string, publicText: string): JsonObject {
  return jsonObject({ keytype, keyval: jsonObject({ public: publicText }), scheme });
}

/** The same key under another id, as another object, or with another hand. */
export function variant(
  signer: Signer,
  changes: { id?: string; keyObject?: JsonObject; sign?: Signer['sign'] },
): Signer {
  return {
    keyId: (changes.id ?? signer.keyId) as KeyId,
    keyObject: changes.keyObject ?? signer.keyObject,
    sign: changes.sign ?? ((message) => signer.sign(message)),
  };
}
