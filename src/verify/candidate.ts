/**
 * A Candidate: one upstream state that passed every check. Only `verifyUpstream` and `verifyCollection` can make one, so
 * nothing downstream can be handed bytes that were not verified.
 */
import { canonicalize } from '../tuf/canonical.ts';
import type { Delegations } from '../tuf/delegations.ts';
import { sha256 } from '../tuf/digest.ts';
import { jsonObject } from '../tuf/json.ts';
import type { RepositoryId, RoleName, Sha256, TargetPath } from '../tuf/names.ts';
import type { RoleKeys } from '../tuf/signatures.ts';
import type { Decision } from './decisions.ts';
import type { Note } from './notes.ts';

/** One metadata file of upstream’s, byte for byte. */
export interface UpstreamFile {
  readonly role: RoleName;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256;
  readonly expires: Date;
}

/** A targets or delegated file, with what it delegates; its targets were visited and let go (they can be millions). */
export interface CandidateRole extends UpstreamFile {
  readonly delegations: Delegations | undefined;
  readonly targetCount: number;
}

/** A target that this repository’s selection wants carried. */
export interface SelectedTarget {
  readonly path: TargetPath;
  readonly role: RoleName;
  readonly length: number;
  readonly hashes: ReadonlyMap<string, string>;
}

export interface CandidateContent {
  readonly repository: RepositoryId;
  /** The whole root chain from the enrolled root to the newest. */
  readonly roots: readonly UpstreamFile[];
  readonly consistentSnapshot: boolean;
  readonly timestamp: UpstreamFile;
  readonly snapshot: UpstreamFile;
  /** `targets` and every reachable delegated role that is not excluded, in the order of the walk. */
  readonly roles: ReadonlyMap<RoleName, CandidateRole>;
  /** Upstream’s targets role: what the mirror’s root must list value for value. */
  readonly targetsKeys: RoleKeys;
  /** Versions that upstream’s snapshot lists: the floor of the next import. */
  readonly listed: ReadonlyMap<RoleName, number>;
  readonly selected: readonly SelectedTarget[];
  /** Everything that the roles list, as one tree: a single target is shown without the others. */
  readonly targetsTree: { readonly root: string; readonly count: number };
  readonly decisions: readonly Decision[];
  readonly notes: readonly Note[];
}

export class Candidate {
  readonly content: CandidateContent;
  /** Identity of the state: equal digests mean that an import brings nothing new. */
  readonly digest: Sha256;

  private constructor(content: CandidateContent) {
    this.content = content;
    this.digest = digestOf(content);
    Object.freeze(this);
  }

  /** For `verify/` only; the architecture test holds everybody else to it. */
  static afterVerification(content: CandidateContent): Candidate {
    return new Candidate(content);
  }
}

/** What upstream last vouched for, and until when (docs/glossary.md). */
export interface AsOf {
  readonly rootVersion: number;
  readonly timestampVersion: number;
  readonly timestampExpires: Date;
  readonly timestampSha256: Sha256;
  readonly snapshotVersion: number;
  readonly snapshotSha256: Sha256;
}

export function asOf({ content }: Candidate): AsOf {
  return {
    rootVersion: content.roots.at(-1)?.version ?? 0,
    timestampVersion: content.timestamp.version,
    timestampExpires: content.timestamp.expires,
    timestampSha256: content.timestamp.fileSha256,
    snapshotVersion: content.snapshot.version,
    snapshotSha256: content.snapshot.fileSha256,
  };
}

function digestOf(content: CandidateContent): Sha256 {
  const files = [...content.roots, content.timestamp, content.snapshot, ...content.roles.values()];
  const statement = jsonObject({
    repository: content.repository,
    files: files.map((file) => [file.role, file.version, file.fileSha256]),
    targets: content.selected.map((target) => [target.path, [...target.hashes].flat()]),
    decisions: content.decisions
      .filter((decision) => decision.kind === 'exclude-role')
      .map((decision) => decision.role),
  });
  return sha256(canonicalize(statement));
}
