/** M-05, M-08: genuine files, chosen so that another role answers, or that versions stand together which upstream never put so. */
import type { Play, Scenario } from '../play.ts';
import { jsonObject } from '../../tuf/json.ts';
import type { LabRepository, Scene } from '../scene.ts';
import { type ServedTree, member } from '../served-tree.ts';
import { list } from '../thief.ts';
import { NEW, OLD, TOOL, forgery } from './story.ts';

const ANSWERED_BY_OTHERS = 'tool, as anybody may build it';

/** Two roles may speak for the tool: the vendor’s is asked first, the community’s only when the vendor has nothing. */
async function twoRoles(scene: Scene): Promise<{ repository: LabRepository; before: ServedTree; honest: ServedTree }> {
  const repository = scene.repository();
  const { upstream } = repository;
  upstream.author.delegate('targets', 'vendor', { paths: ['*'] });
  upstream.author.delegate('targets', 'community', { paths: ['*'] });
  upstream.put('other.bin', 'something else', 'vendor').put(TOOL, ANSWERED_BY_OTHERS, 'community');
  const before = await repository.release(20);
  upstream.put(TOOL, NEW, 'vendor');
  return { repository, before, honest: await repository.release(0, 'vendor') };
}

const otherAnswer: Partial<Play> = { gain: [ANSWERED_BY_OTHERS] };

const hidden: Scenario = {
  id: 'M-05',
  name: 'role-hidden',
  attack: 'with the online keys: leaves a role out, so that one of lower priority may answer',
  expected: {
    // tuf-js has no sentence for this: it fails on the absent entry.
    stock: { says: 'Cannot read properties of undefined', code: 'TRUST_ROLE_UNLISTED' },
    pins: 'TRUST_ROLE_WITHHELD',
    chain: 'TRUST_ROLE_WITHHELD',
  },
  async stage(scene) {
    const { repository, honest } = await twoRoles(scene);
    const thief = await scene.thief('online');
    const attack = thief.stamp(honest, (snapshot) => member(snapshot, 'meta').delete('vendor.json'));
    return forgery(repository, honest, attack, otherAnswer);
  },
};

const excluded: Scenario = {
  id: 'M-05',
  name: 'role-excluded',
  attack: 'the same, and states that the role is excluded',
  expected: {
    stock: { says: 'Cannot read properties of undefined', code: 'TRUST_ROLE_UNLISTED' },
    pins: 'POLICY_ROLE_EXCLUDED',
    chain: 'POLICY_ROLE_EXCLUDED',
  },
  async stage(scene) {
    const { repository, honest } = await twoRoles(scene);
    const thief = await scene.thief('online');
    const attack = thief.stamp(honest, (snapshot) => {
      member(snapshot, 'meta').delete('vendor.json');
      const entry = jsonObject({ role: 'vendor', reason: 'not needed here' });
      member(snapshot, 'x-countersign').set('excluded', [entry]);
    });
    return forgery(repository, honest, attack, otherAnswer);
  },
};

const outdatedRole: Scenario = {
  id: 'M-05',
  name: 'role-outdated',
  attack: 'with the online keys: lists the role as it was before it had the target; one of lower priority answers',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'TRUST_MIX_AND_MATCH' },
  async stage(scene) {
    const { repository, before, honest } = await twoRoles(scene);
    const thief = await scene.thief('online');
    const attack = thief.stamp(honest, (snapshot) => list(snapshot, 'vendor', before.role('vendor')));
    return forgery(repository, honest, attack, otherAnswer);
  },
};

const mixed: Scenario = {
  id: 'M-08',
  name: 'mix-and-match',
  attack: 'with the online keys: combines a new tool with an old library',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'TRUST_MIX_AND_MATCH' },
  async stage(scene) {
    const repository = scene.repository();
    const { upstream } = repository;
    upstream.author.delegate('targets', 'tools', { paths: ['tool*'] });
    upstream.author.delegate('targets', 'libraries', { paths: ['library*'] });
    upstream.put(TOOL, OLD, 'tools').put('library.so', 'library 1.0', 'libraries');
    const before = await repository.release(20);
    upstream.put(TOOL, NEW, 'tools').put('library.so', 'library 1.1, which tool 1.1 needs', 'libraries');
    const honest = await repository.release(0, 'tools', 'libraries');
    const thief = await scene.thief('online');
    const attack = thief.stamp(honest, (snapshot) => list(snapshot, 'libraries', before.role('libraries')));
    return forgery(repository, honest, attack, {
      asked: [TOOL, 'library.so'],
      genuine: [NEW, 'library 1.1, which tool 1.1 needs'],
      gain: [NEW, 'library 1.0'],
    });
  },
};

export const WITHHOLDING = [hidden, excluded, outdatedRole];
export const COMBINING = [mixed];
