/** One of the two states that are compared: verified once, and parsed again from the bytes that were recorded. */
import type { Parsed, Root, Snapshot, Targets, Timestamp } from '../../tuf/metadata.ts';
import type { RoleName, Sha256, TargetPath } from '../../tuf/names.ts';

export interface Side {
  readonly label: string;
  readonly root: Parsed<Root>;
  readonly timestamp: Parsed<Timestamp>;
  readonly snapshot: Parsed<Snapshot>;
  /** `targets` and every delegated role that is carried. */
  readonly authored: ReadonlyMap<RoleName, AuthoredFile>;
  /** Parsed anew at each call, one at a time: a repository may be too large to hold. */
  role(name: RoleName): Parsed<Targets>;
}

/** Which file a role is: enough to see that nothing changed. */
export interface AuthoredFile {
  readonly version: number;
  readonly fileSha256: Sha256;
}

/** The bytes of a carried target as a role lists it; undefined when they are not held, or are too large to look into. */
export type TargetBytes = (role: RoleName, path: TargetPath) => Uint8Array | undefined;

export interface TargetContents {
  readonly from: TargetBytes;
  readonly to: TargetBytes;
}
