/**
 * What a guard remembers, behind an interface that an embedder can replace: one small state, and files by digest.
 *
 * The state is what counts, and it moves by comparison: two processes that start from the same state cannot both
 * succeed, so marks never go back (F-02), and no lock is left behind by a process that was killed. Files are written
 * before the state that names them, and mean nothing until then. Nothing in a store is believed: it is verified on
 * every use (W-10).
 */
import type { Sha256 } from '../../tuf/names.ts';

export interface StoredState {
  /** Counts from 1; each commit adds one. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface Store {
  /** For people. */
  readonly description: string;
  /** The newest state; undefined when there never was one. @throws STATE_CACHE, STATE_PERMISSIONS, STATE_DISK */
  state(): Promise<StoredState | undefined>;
  /**
   * Makes `bytes` the state after number `previous` (0: the first), durably, all of it or nothing.
   * @returns false when another state follows `previous` already: nothing was changed, begin again from `state()`
   */
  commit(previous: number, bytes: Uint8Array): Promise<boolean>;
  /** The file of that digest as it lies there, possibly damaged; undefined when there is none. */
  read(digest: Sha256): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Keeps the content under its digest, durably; nothing is kept when reading it throws. */
  write(content: AsyncIterable<Uint8Array>): Promise<Sha256>;
  /** Files of other digests may go, except those that were written a moment ago by somebody who has not committed yet. */
  keepOnly(digests: ReadonlySet<Sha256>): Promise<void>;
}
