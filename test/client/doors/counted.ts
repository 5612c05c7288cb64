/** The states that `committer-child.ts` commits. */
import assert from 'node:assert/strict';
import type { StoredState } from '../../../src/client/remember/store.ts';
import type { Sha256 } from '../../../src/tuf/names.ts';

export interface Counted {
  readonly counter: number;
  readonly file: Sha256;
}

/** The state; fails when it is not one of these, as half of one would not be. */
export function parse({ bytes }: StoredState): Counted {
  const parsed = JSON.parse(Buffer.from(bytes).toString()) as Counted;
  assert.ok(parsed.counter > 0 && parsed.file.length === 64);
  return parsed;
}

/** What lies in the file of that state: more than one write of the disk. */
export function contentOf(counter: number): string {
  return `${counter}\n`.repeat(20_000);
}
