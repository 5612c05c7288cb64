/** Randomness as a door. Keys and names only; nothing that must be repeatable. */
import { randomBytes } from 'node:crypto';

/** `length` bytes from the operating system’s generator. */
export function randomSecret(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

/** A name that no other process will choose: 128 bits, hexadecimal. */
export function randomName(): string {
  return randomBytes(16).toString('hex');
}

/** A number in [0, 1) for spreading work over time; not for secrets. */
export function jitter(): number {
  return randomBytes(4).readUInt32BE() / 2 ** 32;
}
