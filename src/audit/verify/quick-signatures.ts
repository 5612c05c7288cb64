/**
 * Ed25519 for a million signatures by one key. The verdict is that of the one strict verifier (C-01): for a key that was
 * checked to be sound, whatever the runtime accepts the strict verifier accepts as well, because the two differ only about
 * keys of small order, about spellings of them, and about signatures that the runtime refuses. So the runtime, which is ten
 * times faster, is asked first, and what it refuses is asked again before it is called wrong.
 */
import { createPublicKey, verify } from 'node:crypto';
import { spkiOf } from '../../dsse.ts';
import { isSoundPublicKey, verifyEd25519 } from '../../tuf/ed25519.ts';

export type Verifies = (message: Uint8Array, signature: Uint8Array) => boolean;

export function quickVerifier(publicKey: Uint8Array): Verifies {
  const strictly: Verifies = (message, signature) => verifyEd25519(publicKey, message, signature);
  if (!isSoundPublicKey(publicKey)) return strictly;
  const key = createPublicKey({ key: Buffer.from(spkiOf(publicKey)), format: 'der', type: 'spki' });
  return (message, signature) =>
    (signature.length === 64 && verify(null, message, key, signature)) || strictly(message, signature);
}
