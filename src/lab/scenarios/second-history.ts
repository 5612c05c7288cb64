/**
 * M-09, M-17: two histories. The log is cut back to before the newer release and goes on without it: for a client that is
 * to see another state than everybody else, or for one that has already seen what the mirror wants nobody to find.
 */
import type { Scenario } from '../play.ts';
import type { Scene } from '../scene.ts';
import type { ServedTree } from '../served-tree.ts';
import type { Thief } from '../thief.ts';
import { type Releases, replay, twoReleases } from './story.ts';

/** Within the age limit, so that nothing but the log can tell. */
const OLD_DAYS = 40;

/** How many of the three witnesses sign whatever they are shown. */
type Accomplices = 0 | 2;

/** The old release, in a log that never had the newer one, and is no shorter than the one that others have seen. */
function withoutNewest(thief: Thief, { old }: Releases, than: ServedTree, accomplices: Accomplices): ServedTree {
  const log = thief.goBackTo(old);
  // As if the mirror had renewed all the while, and nothing else had happened.
  while (log.entries.length < than.log.entries.length) log.addTimestamp(thief.sign(old));
  return thief.enter(thief.sign(old), log, accomplices);
}

async function forThisClient(scene: Scene, accomplices: Accomplices): ReturnType<Scenario['stage']> {
  const releases = await twoReleases(scene, OLD_DAYS);
  const thief = await scene.thief('online');
  return replay(releases, withoutNewest(thief, releases, releases.newest, accomplices));
}

async function afterwards(scene: Scene, accomplices: Accomplices): ReturnType<Scenario['stage']> {
  const releases = await twoReleases(scene, OLD_DAYS);
  const thief = await scene.thief('online');
  // Recorded: an entry about the old release, after that of the newer one.
  const seen = thief.stamp(releases.old);
  return replay(releases, withoutNewest(thief, releases, seen, accomplices), { seen: { tree: seen, at: scene.now } });
}

const unnoticed = { stock: 'not detected', pins: 'not detected', chain: 'not detected' } as const;

const ownHistory: Scenario = {
  id: 'M-09',
  name: 'own-history',
  attack: 'with the online keys: keeps a second log for this new client, in which there is no newer release',
  expected: { ...unnoticed, ledger: 'TRUST_LOG_WITNESSES' },
  stage: (scene) => forThisClient(scene, 0),
};

const ownHistoryCosigned: Scenario = {
  id: 'M-09',
  name: 'own-history-cosigned',
  attack: 'the same, and two of the three witnesses sign whatever they are shown',
  expected: { ...unnoticed, ledger: 'not detected' },
  stage: (scene) => forThisClient(scene, 2),
};

const rewritten: Scenario = {
  id: 'M-17',
  name: 'history-rewritten',
  attack:
    'with the online keys: rewrites its log as if the newer release, which it keeps from this client, had never come in',
  expected: { ...unnoticed, ledger: 'TRUST_LOG_WITNESSES' },
  stage: (scene) => afterwards(scene, 0),
};

const rewrittenCosigned: Scenario = {
  id: 'M-17',
  name: 'history-rewritten-cosigned',
  attack: 'the same, and two of the three witnesses sign whatever they are shown',
  expected: { ...unnoticed, ledger: 'TRUST_LOG_FORK' },
  stage: (scene) => afterwards(scene, 2),
};

export const EQUIVOCATING = [ownHistory, ownHistoryCosigned];
export const REWRITING = [rewritten, rewrittenCosigned];
