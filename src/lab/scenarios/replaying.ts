/** M-03, M-04, M-13: older genuine content, to clients that have seen newer, to new ones, and after the mirror’s keys were rotated. */
import type { Play, Scenario } from '../play.ts';
import { type Scene } from '../scene.ts';
import { list, restate, type Thief, grant } from '../thief.ts';
import type { ServedTree } from '../served-tree.ts';
import { type Releases, replay, twoReleases } from './story.ts';
import { roleName } from '../../tuf/names.ts';

/** Within the age limit, so that nothing but versions can tell. */
const OLD_DAYS = 40;

/** The newest evidence beside older targets, or the evidence that belongs to them. */
type EvidenceOf = 'newest' | 'old';

function rollBack(
  thief: Thief,
  { old, newest }: Releases,
  evidence: EvidenceOf,
  base = newest,
  keys = thief.stolen(newest.repository),
): ServedTree {
  return thief.stamp(
    base,
    (snapshot) => {
      list(snapshot, 'targets', old.role('targets'));
      if (evidence === 'old') restate(snapshot, old);
    },
    keys,
  );
}

const known: Scenario = {
  id: 'M-03',
  name: 'rollback-known',
  attack: 'with the online keys: serves an older release to a client that has seen the newer',
  expected: {
    stock: { says: 'is less than current version', code: 'TRUST_ROLLBACK' },
    pins: 'TRUST_ROLLBACK',
    chain: 'TRUST_ROLLBACK',
  },
  async stage(scene) {
    const releases = await twoReleases(scene, OLD_DAYS);
    const attack = rollBack(await scene.thief('online'), releases, 'old');
    return replay(releases, attack, { seen: { tree: releases.newest, at: scene.now } });
  },
};

async function toNewClient(scene: Scene, evidence: EvidenceOf, floor?: Play['floor']): Promise<Play> {
  const releases = await twoReleases(scene, OLD_DAYS);
  return replay(releases, rollBack(await scene.thief('online'), releases, evidence), floor && { floor });
}

const newWithNewestEvidence: Scenario = {
  id: 'M-04',
  name: 'rollback-new',
  attack: 'with the online keys: serves an older release to a new client, beside the newest evidence',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'TRUST_MIX_AND_MATCH' },
  stage: (scene) => toNewClient(scene, 'newest'),
};

const newWithOldEvidence: Scenario = {
  id: 'M-04',
  name: 'rollback-new-old-evidence',
  attack: 'the same, beside the evidence of that time',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'not detected' },
  stage: (scene) => toNewClient(scene, 'old'),
};

const newWithFloor: Scenario = {
  id: 'M-04',
  name: 'rollback-new-floor',
  attack: 'the same, to a guard whose pin has a floor',
  expected: { stock: 'not detected', pins: 'TRUST_FLOOR', chain: 'TRUST_FLOOR' },
  stage: (scene) => toNewClient(scene, 'old', { roles: new Map([[roleName('targets'), 2]]) }),
};

async function afterRotation(scene: Scene, evidence: EvidenceOf): Promise<Play> {
  const releases = await twoReleases(scene, OLD_DAYS);
  const thief = await scene.thief('root');
  // Clients drop their snapshot and timestamp when the keys of those roles change: that is how they are made to forget.
  const rotated = thief.usurp(releases.newest, (root) => {
    grant(root, 'snapshot', [thief.ownOnline.snapshot]);
    grant(root, 'timestamp', [thief.ownOnline.timestamp]);
  });
  const attack = rollBack(thief, releases, evidence, rotated, thief.ownOnline);
  return replay(releases, attack, { seen: { tree: releases.newest, at: scene.now } });
}

const rotated: Scenario = {
  id: 'M-13',
  name: 'rollback-rotated',
  attack:
    'with the mirror’s root key: rotates its keys, then serves an older release to a client that has seen the newer',
  expected: { stock: 'not detected', pins: 'TRUST_ROLLBACK', chain: 'TRUST_ROLLBACK' },
  stage: (scene) => afterRotation(scene, 'old'),
};

const rotatedWithNewestEvidence: Scenario = {
  id: 'M-13',
  name: 'rollback-rotated-newest-evidence',
  attack: 'the same, beside the newest evidence',
  expected: { stock: 'not detected', pins: 'TRUST_ROLLBACK', chain: 'TRUST_MIX_AND_MATCH' },
  stage: (scene) => afterRotation(scene, 'newest'),
};

export const REPLAYING = [known, newWithNewestEvidence, newWithOldEvidence, newWithFloor];
export const REPLAYING_ROTATED = [rotated, rotatedWithNewestEvidence];
