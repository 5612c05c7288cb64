/** What Go’s golang.org/x/mod/sumdb/tlog made, as `test/interop/tlog` wrote it down: lines of words. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Hash } from '../../src/tlog/tree.ts';

export const GO_VECTORS = new URL('../vectors/tlog/merkle.txt', import.meta.url);

/** The lines that begin with this word, without it. */
export function goLines(kind: string): string[][] {
  return readFileSync(GO_VECTORS, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([first]) => first === kind)
    .map(([, ...words]) => words);
}

export function inBase64(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}

/** One digest over hashes that stand one after the other. */
export function digestOf(hashes: readonly Hash[]): string {
  return createHash('sha256').update(Buffer.concat(hashes)).digest('base64');
}
