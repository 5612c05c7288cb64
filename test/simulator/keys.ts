/** Keys of simulated people and machines, from names: every run signs the same bytes. */
import { createHash } from 'node:crypto';
import { type Signer, signerFromSeed } from '../../src/sign/signer.ts';

const made = new Map<string, Signer>();

/** The Ed25519 key of this name, the same one each time. */
export function signerNamed(name: string): Signer {
  let signer = made.get(name);
  if (!signer) made.set(name, (signer = signerFromSeed(seedNamed(name))));
  return signer;
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
