/** M-12: one repository’s files in the place of another’s, where an organisation signs both with keys that they share. */
import type { Play, Scenario } from '../play.ts';
import type { Scene } from '../scene.ts';
import { member } from '../served-tree.ts';
import { repositoryId } from '../../tuf/names.ts';
import { LabUpstream } from '../upstream.ts';
import { NEW, TOOL, forgery } from './story.ts';

const NIGHTLY = 'tool of last night, which nobody has tested';

interface Substitution {
  /** What upstream’s two repositories have in common. */
  readonly shared: readonly string[];
  /** Whether the mirror states that it is the repository that was asked for. */
  readonly lies: boolean;
}

/** At the address of `stable`, under its mirror’s keys: the content and evidence of `nightly`. */
async function substitute(scene: Scene, { shared, lies }: Substitution): Promise<Play> {
  const stable = scene.repository('stable');
  stable.upstream.put(TOOL, NEW);
  const honest = await stable.release(0.01);
  const nightly = scene.repository('nightly', new LabUpstream(stable.upstream.keys(...shared)));
  nightly.upstream.put(TOOL, NIGHTLY);
  const other = await nightly.release(0);
  const thief = await scene.thief('online');
  const attack = thief.stamp(honest.answeringWith(other), (snapshot) => {
    if (lies) member(snapshot, 'x-countersign').set('repository', repositoryId('stable'));
  });
  return forgery(stable, honest, attack, { gain: [NIGHTLY] });
}

const sameMirrorKeys: Scenario = {
  id: 'M-12',
  name: 'other-repository',
  attack: 'serves another repository of this mirror, under the same keys of mirror and upstream',
  expected: { stock: 'ACCEPTED', pins: 'TRUST_WRONG_REPOSITORY', chain: 'TRUST_WRONG_REPOSITORY' },
  stage: (scene) => substitute(scene, { shared: ['root', 'timestamp', 'snapshot', 'targets'], lies: false }),
};

const lying: Scenario = {
  id: 'M-12',
  name: 'other-repository-lying',
  attack: 'the same, and states the wrong repository; upstream’s two share their targets key only',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'TRUST_SIGNATURES' },
  stage: (scene) => substitute(scene, { shared: ['root', 'targets'], lies: true }),
};

const sameUpstreamKeys: Scenario = {
  id: 'M-12',
  name: 'other-repository-same-keys',
  attack: 'the same, and upstream’s two share every key: nothing tells them apart',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'ACCEPTED' },
  stage: (scene) => substitute(scene, { shared: ['root', 'timestamp', 'snapshot', 'targets'], lies: true }),
};

export const SUBSTITUTING = [sameMirrorKeys, lying, sameUpstreamKeys];
