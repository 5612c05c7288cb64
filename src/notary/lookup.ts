/**
 * Where a target is found, as stock clients search: breadth first from `targets`, first hit wins, over files that were
 * verified before. A role without a file (not listed, not verified, expired) is passed over, with all below it.
 *
 * Pulls with content trust ask `targets/releases` first and then `targets`, and take nothing from any other role.
 * Source: the dialect’s description, 8.
 */
import type { Json } from '../tuf/json.ts';
import { type RoleName, roleName, TARGETS, type TargetPath, targetPath } from '../tuf/names.ts';
import { restrictPaths } from './delegations.ts';
import type { NotaryListing } from './hashes.ts';
import type { NotaryTargets } from './metadata.ts';
import { isWithin } from './names.ts';

/** Verified files by role. Whatever is in here is believed. */
export type TargetsFiles = ReadonlyMap<RoleName, NotaryTargets>;

export interface Found {
  readonly role: RoleName;
  readonly path: TargetPath;
  readonly entry: NotaryListing & { readonly custom: Json | undefined };
}

export const RELEASES = roleName('targets/releases');

/** One role on the way, with the prefixes that its delegators left it. */
interface Step {
  readonly name: RoleName;
  readonly paths: readonly string[];
}

/**
 * What `notary lookup` finds.
 * @param roles priority list: each role’s subtree in turn, the other listed roles and all below them left out
 */
export function findTarget(
  files: TargetsFiles,
  path: TargetPath,
  roles: readonly RoleName[] = [TARGETS],
): Found | undefined {
  for (const { role, maySpeak } of lookUp(files, path, roles)) {
    const entry = maySpeak ? files.get(role)?.targets.get(path) : undefined;
    if (entry) return { role, path, entry };
  }
  return undefined;
}

/** One role that a look-up comes to, in its order. */
export interface LookedAt {
  readonly role: RoleName;
  /** The role of the priority list below which it is asked, or is itself. */
  readonly start: RoleName;
  /** Whether its delegators let it speak for the path. One that may not is not asked, nor is what it delegates to. */
  readonly maySpeak: boolean;
  /** Whether it has a file; without one it is passed over with all below it. */
  readonly hasFile: boolean;
}

/** The whole way of a look-up, as if no role listed the path. */
export function* lookUp(files: TargetsFiles, path: TargetPath, roles: readonly RoleName[]): Generator<LookedAt> {
  for (const start of roles) {
    const skipped = new Set(roles.filter((role) => role !== start));
    yield* rolesFor(files, path, start, skipped);
  }
}

export type TagAnswer =
  | {
      readonly outcome: 'found';
      readonly role: RoleName;
      /** The image’s, hex. */ readonly sha256: string;
      readonly length: number;
    }
  /** A role that docker does not listen to has it; it does not go on to another. */
  | { readonly outcome: 'ignored'; readonly role: RoleName }
  | { readonly outcome: 'without-sha256'; readonly role: RoleName }
  | { readonly outcome: 'absent' };

/** What `docker pull` with content trust makes of a tag: the image digest, or no trust data. */
export function findTag(files: TargetsFiles, tag: string): TagAnswer {
  const found = findTarget(files, targetPath(tag), [RELEASES, TARGETS]);
  if (!found) return { outcome: 'absent' };
  const { role, entry } = found;
  if (role !== RELEASES && role !== TARGETS) return { outcome: 'ignored', role };
  const sha256 = entry.hashes.get('sha256');
  return sha256 === undefined
    ? { outcome: 'without-sha256', role }
    : { outcome: 'found', role, sha256, length: entry.length };
}

/** The roles that may speak for a path, in the order in which clients ask them: `start` and what is below it. */
function* rolesFor(
  files: TargetsFiles,
  path: TargetPath,
  start: RoleName,
  skipped: ReadonlySet<RoleName>,
): Generator<LookedAt> {
  // Each role is delegated by its one parent and named once there, so the queue ends with the last file.
  const queue: Step[] = [{ name: TARGETS, paths: [''] }];
  for (const step of queue) {
    const file = files.get(step.name);
    const isOnTheWay = step.name !== start && isWithin(start, step.name);
    if (!isOnTheWay) {
      if (!isWithin(step.name, start) || skipped.has(step.name)) continue;
      const maySpeak = step.paths.some((prefix) => path.startsWith(prefix));
      yield { role: step.name, start, maySpeak, hasFile: file !== undefined };
      // A role that may not speak for the path hands nothing on for it either.
      if (!maySpeak) continue;
    }
    for (const { name, paths } of file?.delegations?.roles ?? []) {
      queue.push({ name, paths: restrictPaths(step.paths, paths) });
    }
  }
}
