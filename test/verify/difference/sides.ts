/** States to compare, from metadata files: what an accepted import is parsed from. */
import { sha256 } from '../../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { parseRoot, parseSnapshot, parseTargets, parseTimestamp } from '../../../src/tuf/metadata.ts';
import { type RepositoryId, type RoleName, type Sha256, roleName } from '../../../src/tuf/names.ts';
import type { TargetBytes, TargetContents, TufSide } from '../../../src/verify/difference/side.ts';
import { type Summary, summarise } from '../../../src/verify/difference/summary.ts';
import type { SimulatedUpstream } from '../../simulator/upstream.ts';

export interface SideFiles {
  readonly root: Uint8Array;
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  /** `targets` and delegated roles. */
  readonly roles: ReadonlyMap<string, Uint8Array>;
  /** Content of targets by role and path. */
  readonly targets?: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

export function sideOf(label: string, { root, timestamp, snapshot, roles }: SideFiles): TufSide {
  const parse = (name: RoleName) => parseTargets(roles.get(name) ?? new Uint8Array(), name, DEFAULT_LIMITS);
  const authored = [...roles].map(([name, bytes]) => {
    const role = roleName(name);
    return [role, { version: parse(role).version, fileSha256: sha256(bytes) }] as const;
  });
  return {
    dialect: 'tuf',
    label,
    root: parseRoot(root, 'root', DEFAULT_LIMITS),
    timestamp: parseTimestamp(timestamp, 'timestamp', DEFAULT_LIMITS),
    snapshot: parseSnapshot(snapshot, 'snapshot', DEFAULT_LIMITS),
    authored: new Map(authored),
    role: parse,
  };
}

/** What the upstream has published last; later changes do not reach it. */
export function filesOf({ author }: SimulatedUpstream): SideFiles {
  const file = (name: string): Uint8Array => author.files.get(name) ?? new Uint8Array();
  const roles = [...author.roles];
  return {
    root: file(`${author.root.version}.root.json`),
    timestamp: file('timestamp.json'),
    snapshot: file(`${author.snapshot.version}.snapshot.json`),
    roles: new Map(roles.map(([name, { version }]) => [name, file(`${version}.${name}.json`)])),
    targets: new Map(roles.map(([name, { targets }]) => [name, new Map(targets)])),
  };
}

export function contentsOf(from: SideFiles | undefined, to: SideFiles): TargetContents {
  const bytes =
    (files: SideFiles | undefined): TargetBytes =>
    (role, path) =>
      files?.targets?.get(role)?.get(path);
  return { from: bytes(from), to: bytes(to) };
}

export const CANDIDATE = 'c'.repeat(64) as Sha256;

/** The summary of an import 2 that follows import 1, or of a first import. */
export function summaryOf(from: SideFiles | undefined, to: SideFiles): Summary {
  return summarise({
    repository: 'sample' as RepositoryId,
    import: from ? 2 : 1,
    candidate: CANDIDATE,
    from: from && sideOf('import 1', from),
    to: sideOf(from ? 'import 2' : 'import 1', to),
    targets: contentsOf(from, to),
  });
}

/** The summary’s lines of one kind. */
export function linesOf({ changes }: Pick<Summary, 'changes'>, kind: Summary['changes'][number]['kind']): string[] {
  return changes.filter((change) => change.kind === kind).map(({ text }) => text);
}
