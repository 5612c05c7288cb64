/**
 * A map: which repositories must agree on which targets, in which order they are asked (TAP 4). It is written by the
 * people who run the guard and never comes from a repository. The file is read by `map-file.ts`.
 */

export interface RepositoryMap {
  /** By name; names are bounded, never paths, and differ by more than case (P-03). */
  readonly repositories: ReadonlyMap<string, MappedRepository>;
  /** In the order in which they are tried: the first that matches a target’s path decides, or leaves it to the next. */
  readonly mapping: readonly Mapping[];
}

/** Where a mapped repository’s trust comes from: always an enrolment, which has a pin. */
export interface MappedRepository {
  /** The enrolment that is meant: the one named in the map, or the one of the repository’s own name. */
  readonly enrolment: string;
  /** TAP 4’s own form: that enrolment’s location must be one of these, ends in slashes. Undefined: it may be any. */
  readonly addresses: readonly URL[] | undefined;
}

export interface Mapping {
  /**
   * Patterns of target paths with TUF’s meaning (`src/tuf/glob.ts`): `*` does not cross “/”, so that TAP 4’s `["*"]`
   * stands for the targets at the top only, and `a/*` for those in the folder a.
   */
  readonly paths: readonly string[];
  /** Names of `repositories`, in the order in which they are asked; no two are the same repository. */
  readonly repositories: readonly string[];
  /** How many of them must name the same length and hashes: 1 to all. */
  readonly threshold: number;
  /** Whether a target that they do not agree on is looked for no further. */
  readonly terminating: boolean;
}
