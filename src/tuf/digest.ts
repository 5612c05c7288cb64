/** Digests of files: `node:crypto` for speed (nine times noble’s, measured in docs/design/performance.md). */
import { createHash } from 'node:crypto';
import type { Sha256 } from './names.ts';

/** Algorithms that count; every one of these that metadata lists must match, others are ignored (C-07). */
export const KNOWN_ALGORITHMS = ['sha256', 'sha512'] as const;

export function sha256(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

/** The first listed known algorithm whose digest differs from that of `bytes`, or undefined when all agree. */
export function mismatchedHash(bytes: Uint8Array, hashes: ReadonlyMap<string, string>): string | undefined {
  return KNOWN_ALGORITHMS.find((algorithm) => {
    const expected = hashes.get(algorithm);
    return expected !== undefined && createHash(algorithm).update(bytes).digest('hex') !== expected;
  });
}
