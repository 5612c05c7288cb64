/** What most plays have in common: an upstream with one tool, an old release of it with a hole, and a newer one without. */
import type { LabRepository, Scene } from '../scene.ts';
import type { Play } from '../play.ts';
import type { ServedTree } from '../served-tree.ts';

export const TOOL = 'tool.bin';
/** Genuine, outdated, and known to be vulnerable. */
export const OLD = 'tool 1.0, with a hole';
export const NEW = 'tool 1.1, mended';
/** Upstream never made it. */
export const FORGED = 'tool 1.2, with a back door';

export interface Releases {
  readonly repository: LabRepository;
  /** What the mirror served after the old release, and what it serves now. */
  readonly old: ServedTree;
  readonly newest: ServedTree;
}

export async function twoReleases(scene: Scene, oldDaysAgo: number, newDaysAgo = 0): Promise<Releases> {
  const repository = scene.repository();
  repository.upstream.put(TOOL, OLD);
  const old = await repository.release(oldDaysAgo);
  repository.upstream.put(TOOL, NEW);
  return { repository, old, newest: await repository.release(newDaysAgo) };
}

/** Serving the old release, however it is done: genuine, so at most it is not detected. */
export function replay({ repository, newest }: Releases, attack: ServedTree, more: Partial<Play> = {}): Play {
  return {
    upstreamRoot: repository.upstream.firstRoot,
    honest: newest,
    attack,
    asked: [TOOL],
    genuine: [NEW],
    gain: [OLD],
    gainIs: 'not detected',
    ...more,
  };
}

/** Serving what upstream never meant. */
export function forgery(
  repository: LabRepository,
  honest: ServedTree,
  attack: ServedTree,
  more: Partial<Play> = {},
): Play {
  return {
    upstreamRoot: repository.upstream.firstRoot,
    honest,
    attack,
    asked: [TOOL],
    genuine: [NEW],
    gain: [FORGED],
    gainIs: 'ACCEPTED',
    ...more,
  };
}
