/** What an operation hands to the memory when everything was good, in the words of no dialect. */
import type { RoleName, Sha256 } from '../../tuf/names.ts';
import type { SeenContent } from '../trust/contents.ts';
import type { Marks } from '../trust/marks.ts';
import type { HeldRole } from './state.ts';

export interface MemorableFile {
  readonly bytes: Uint8Array;
  readonly fileSha256: Sha256;
}

/** One repository’s top: roots after the pinned one, in order. */
export interface MemorableTop {
  readonly roots: readonly MemorableFile[];
  readonly timestamp: MemorableFile;
  readonly snapshot: MemorableFile;
}

export interface Memorable {
  /** The operation’s reference time. */
  readonly now: Date;
  readonly mirror: MemorableTop | undefined;
  readonly upstream: MemorableTop | undefined;
  /** Authored roles that were read. */
  readonly roles: readonly (readonly [RoleName, { readonly version: number; readonly file: MemorableFile }])[];
  /** Whether a file that was read before is still the one that is listed. */
  readonly isStillListed: (role: RoleName, held: HeldRole) => boolean;
  readonly marks: Marks;
  readonly contents: ReadonlyMap<RoleName, SeenContent>;
  /** What the mirror’s log showed; undefined where the pin does not ask. */
  readonly ledger:
    { readonly checkpoint: string; readonly proof: Uint8Array; readonly approved?: Uint8Array | undefined } | undefined;
}
