/**
 * One of the two states that are compared: verified once, and parsed again from the bytes that were recorded. Both are of
 * one dialect, because both are of one repository.
 */
import type {
  NotaryRoot,
  NotarySnapshot,
  NotaryTargets,
  NotaryTimestamp,
  ParsedNotary,
} from '../../notary/metadata.ts';
import type { Parsed, Root, Snapshot, Targets, Timestamp } from '../../tuf/metadata.ts';
import type { RoleName, Sha256, TargetPath } from '../../tuf/names.ts';

interface SideOf<R, T, S, A> {
  readonly label: string;
  readonly root: R;
  readonly timestamp: T;
  readonly snapshot: S;
  /** `targets` and every delegated role that is carried. */
  readonly authored: ReadonlyMap<RoleName, AuthoredFile>;
  /** Parsed anew at each call, one at a time: a repository may be too large to hold. */
  role(name: RoleName): A;
}

export interface TufSide extends SideOf<Parsed<Root>, Parsed<Timestamp>, Parsed<Snapshot>, Parsed<Targets>> {
  readonly dialect: 'tuf';
}

export interface CollectionSide extends SideOf<
  ParsedNotary<NotaryRoot>,
  ParsedNotary<NotaryTimestamp>,
  ParsedNotary<NotarySnapshot>,
  ParsedNotary<NotaryTargets>
> {
  readonly dialect: 'notary';
  /** The name upstream, which root certificates bear, and the one under which clients ask here. */
  readonly collection: { readonly name: string; readonly servedAs: string };
}

export type Side = TufSide | CollectionSide;

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
