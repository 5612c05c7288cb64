/** Keys with the words that upstream’s tools write beside them. */
import type { Signer } from '../../../src/sign/signer.ts';
import type { Json } from '../../../src/tuf/json.ts';
import type { KeyId } from '../../../src/tuf/names.ts';
import { signerNamed } from '../../simulator/keys.ts';

/** The person’s key, with its holder as upstream names it. */
export function keyOf(owner: string, seed = owner): Signer {
  return withWords(signerNamed(seed), { 'x-tuf-on-ci-keyowner': owner });
}

export function onlineKey(uri: string): Signer {
  return withWords(signerNamed(uri), { 'x-tuf-on-ci-online-uri': uri });
}

/** The same key under the same id, with these members in its object. */
export function withWords(signer: Signer, words: Readonly<Record<string, Json>>): Signer {
  return { ...signingAs(signer), keyObject: new Map([...signer.keyObject, ...Object.entries(words)]) };
}

/** The same key under another id. */
export function renamed(signer: Signer, id: string): Signer {
  return { ...signingAs(signer), keyId: id as KeyId };
}

/** A copy whose members can be exchanged. */
export function signingAs(signer: Signer): Signer {
  return { keyId: signer.keyId, keyObject: signer.keyObject, sign: (message) => signer.sign(message) };
}
