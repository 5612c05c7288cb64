/**
 * Bounds on everything untrusted (R-01, R-02, D-05, J-04). Each is per repository and may be raised there.
 * The byte limits of root and timestamp are those of python-tuf, go-tuf and tuf-js; snapshot and targets are larger,
 * because a mirror must also carry repositories with tens of thousands of roles.
 */
export interface Limits {
  /** Largest root file, bytes. */
  readonly rootBytes: number;
  /** Largest timestamp file, bytes. */
  readonly timestampBytes: number;
  /** Largest snapshot file, bytes, unless timestamp states a smaller length. */
  readonly snapshotBytes: number;
  /** Largest targets or delegated file, bytes, unless snapshot states a smaller length. */
  readonly targetsBytes: number;
  /** Largest single target file, bytes. */
  readonly targetFileBytes: number;
  /** Deepest nesting of arrays and objects in a metadata file. */
  readonly jsonDepth: number;
  /** Most signatures in one file. */
  readonly signatures: number;
  /** Most keys listed in one file. */
  readonly keys: number;
  /** Most delegations in one file (explicit ones; a succinct delegation counts once). */
  readonly delegations: number;
  /** Most bins of one succinct delegation: 2^bitLength may not exceed it. */
  readonly bins: number;
  /** Most roles of one repository. */
  readonly roles: number;
  /** Longest chain of delegations from targets to a role. */
  readonly delegationDepth: number;
  /** Most new root versions in one import. */
  readonly rootRotations: number;
  /** Most roles visited in one search for a target. */
  readonly visitedRoles: number;
  /** A version may exceed the last accepted one by this much without an operator's decision (F-06). */
  readonly versionJump: number;
}

export const DEFAULT_LIMITS: Limits = {
  rootBytes: 512_000,
  timestampBytes: 16_384,
  snapshotBytes: 16_000_000,
  targetsBytes: 64_000_000,
  targetFileBytes: 16_000_000_000,
  jsonDepth: 64,
  signatures: 64,
  keys: 256,
  delegations: 65_536,
  bins: 65_536,
  roles: 131_072,
  delegationDepth: 16,
  rootRotations: 1024,
  visitedRoles: 1024,
  versionJump: 1000,
};
