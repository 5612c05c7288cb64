/** Keys of simulated people and machines, from names: every run signs the same bytes. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { type Signer, signerFromSeed } from '../../src/sign/signer.ts';

/** What stands before the 32 bytes of an Ed25519 seed (RFC 8410, section 7). */
const PKCS8_OF_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');

const made = new Map<string, Signer>();

/** The Ed25519 key of this name, the same one each time. It signs with another implementation than the program’s. */
export function signerNamed(name: string): Signer {
  let signer = made.get(name);
  if (!signer) made.set(name, (signer = signingBesides(seedNamed(name))));
  return signer;
}

function signingBesides(seed: Uint8Array): Signer {
  const der = Buffer.concat([PKCS8_OF_SEED, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { ...signerFromSeed(seed), sign: (message) => new Uint8Array(sign(null, message, key)) };
}

export function seedNamed(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`simulated ${name}`).digest());
}

/** Repeatable bytes in place of randomness: as many as asked for, other ones each time. */
export function drawFrom(seed: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    const bytes = createHash('sha512')
      .update(`${seed} ${String(count++)}`)
      .digest();
    return new Uint8Array(bytes.subarray(0, length));
  };
}
