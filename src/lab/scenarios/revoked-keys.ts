/** M-16: upstream’s targets key was stolen. Upstream has replaced it with its next root, which the mirror hides. */
import type { Play, Scenario } from '../play.ts';
import type { LabRepository, Scene } from '../scene.ts';
import type { ServedTree } from '../served-tree.ts';
import { forge, grant, list } from '../thief.ts';
import { FORGED, NEW, TOOL, forgery } from './story.ts';

interface Compromise {
  readonly repository: LabRepository;
  /** While the forged release stood at upstream itself. */
  readonly poisoned: ServedTree;
  /** After upstream’s next root, which replaces the key. */
  readonly healed: ServedTree;
}

async function compromise(scene: Scene, daysAgo: number): Promise<Compromise> {
  const repository = scene.repository();
  const { upstream } = repository;
  upstream.put(TOOL, FORGED);
  const poisoned = await repository.release(daysAgo);
  upstream.put(TOOL, NEW);
  upstream.author.now = scene.daysAgo(daysAgo - 1);
  upstream.replaceTargetsKey();
  return { repository, poisoned, healed: await repository.release(0) };
}

/** Static pins hold the key that was stolen: they refuse the mirror that follows upstream, and believe the one that does not. */
const outdatedPins: Partial<Play> = { outdatedPins: 'TRUST_PIN_MISMATCH' };

async function hide(scene: Scene, daysAgo: number): Promise<Play> {
  const { repository, poisoned, healed } = await compromise(scene, daysAgo);
  const thief = await scene.thief('online');
  return forgery(repository, healed, thief.stamp(poisoned), outdatedPins);
}

const hidden: Scenario = {
  id: 'M-16',
  name: 'hidden-root',
  attack:
    'hides the root by which upstream replaced a stolen key, and goes on with what the thief published; after 60 days',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'ACCEPTED' },
  stage: (scene) => hide(scene, 60),
};

const hiddenBeyond: Scenario = {
  id: 'M-16',
  name: 'hidden-root-beyond-limit',
  attack: 'the same, after 100 days',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'POLICY_UPSTREAM_AGE' },
  stage: (scene) => hide(scene, 100),
};

const seenRoot: Scenario = {
  id: 'M-16',
  name: 'hidden-root-seen',
  attack: 'the same after 60 days, with the mirror’s root key, to a client that has seen upstream’s new root',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'TRUST_PIN_MISMATCH' },
  async stage(scene) {
    const { repository, poisoned, healed } = await compromise(scene, 60);
    const thief = await scene.thief('root');
    // The mirror had followed upstream; now its root takes the old key back, and lets clients forget.
    const usurped = thief.usurp(healed, (root) => {
      grant(root, 'targets', [repository.upstream.key('targets')]);
      grant(root, 'snapshot', [thief.ownOnline.snapshot]);
      grant(root, 'timestamp', [thief.ownOnline.timestamp]);
    });
    const hidden = new Map([
      ...poisoned.files,
      ...[...usurped.files].filter(([path]) => /^metadata\/\d+\.root/.test(path)),
    ]);
    const attack = thief.stamp(poisoned.with(...hidden), undefined, thief.ownOnline);
    return forgery(repository, healed, attack, { ...outdatedPins, seen: { tree: healed, at: scene.now } });
  },
};

const stolenKey: Scenario = {
  id: 'M-16',
  name: 'stolen-upstream-key',
  attack: 'with the online keys and upstream’s stolen targets key: lists what upstream itself never published',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'TRUST_MIX_AND_MATCH' },
  async stage(scene) {
    const repository = scene.repository();
    repository.upstream.put(TOOL, NEW);
    const honest = await repository.release(0);
    const thief = await scene.thief('online');
    const forged = forge(honest, 'targets', [TOOL, FORGED], repository.upstream.key('targets'));
    return forgery(
      repository,
      honest,
      thief.stamp(forged.tree, (snapshot) => list(snapshot, 'targets', forged.file)),
    );
  },
};

export const REVOKED_KEYS = [hidden, hiddenBeyond, seenRoot, stolenKey];
