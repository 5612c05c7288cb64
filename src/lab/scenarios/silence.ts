/** M-06, M-07, M-11, M-15: everything is genuine, and late: how long can a mirror hide that upstream has moved on? */
import type { Play, Scenario } from '../play.ts';
import type { Scene } from '../scene.ts';
import { type ServedTree, member, signedOf } from '../served-tree.ts';
import { signFile } from '../../sample/signing.ts';
import { sha256 } from '../../tuf/digest.ts';
import { targetFileNames, targetPath } from '../../tuf/names.ts';
import type { JsonObject } from '../../tuf/json.ts';
import { NEW, TOOL, replay, twoReleases } from './story.ts';

/** The mirror goes on with the old release, and stamps it as fresh, for as long as it likes; to a client with a memory. */
async function frozen(scene: Scene, days: number, alter?: (tree: ServedTree) => ServedTree): Promise<Play> {
  const releases = await twoReleases(scene, days);
  const thief = await scene.thief('online');
  const seen = { tree: thief.stamp(releases.old), at: scene.daysAgo(days - 1) };
  return replay(releases, thief.stamp(alter ? alter(releases.old) : releases.old), { seen });
}

const delayed: Scenario = {
  id: 'M-06',
  name: 'delayed-release',
  attack: 'keeps a new release back for three weeks',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'not detected' },
  stage: (scene) => frozen(scene, 21),
};

const frozenWithin: Scenario = {
  id: 'M-07',
  name: 'frozen',
  attack: 'stamps the same state as fresh, for ever: after 90 days',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'not detected' },
  stage: (scene) => frozen(scene, 90),
};

const frozenBeyond: Scenario = {
  id: 'M-07',
  name: 'frozen-beyond-limit',
  attack: 'the same, after 100 days (the pin allows 90 past upstream’s word)',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'POLICY_UPSTREAM_AGE' },
  stage: (scene) => frozen(scene, 100),
};

/** In a snapshot: upstream’s timestamp is this file, and lives so long. */
function restamp(snapshot: JsonObject, timestamp: Uint8Array, expires: string): void {
  const asOf = member(member(snapshot, 'x-countersign'), 'as_of');
  asOf.set('timestamp_sha256', sha256(timestamp)).set('timestamp_expires', expires);
}

const forgedEvidence: Scenario = {
  id: 'M-07',
  name: 'frozen-forged-evidence',
  attack: 'the same, with a forged upstream timestamp',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'TRUST_SIGNATURES' },
  async stage(scene) {
    const releases = await twoReleases(scene, 100);
    const thief = await scene.thief('online');
    const expires = scene.daysAgo(-5).toISOString().replace(/\.\d+/, '');
    const timestamp = signedOf(evidenceOf(releases.old));
    timestamp.set('expires', expires);
    const file = signFile('timestamp', timestamp, [thief.own]);
    const tree = releases.old.with([`upstream/sha256/${sha256(file)}`, file]);
    return replay(
      releases,
      thief.stamp(tree, (snapshot) => restamp(snapshot, file, expires)),
    );
  },
};

const lyingAsOf: Scenario = {
  id: 'M-15',
  name: 'lying-as-of',
  attack: 'states that upstream’s last word is newer than it is',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'TRUST_EVIDENCE' },
  async stage(scene) {
    const releases = await twoReleases(scene, 40);
    const thief = await scene.thief('online');
    const expires = scene.daysAgo(-5).toISOString().replace(/\.\d+/, '');
    const attack = thief.stamp(releases.old, (snapshot) => restamp(snapshot, evidenceOf(releases.old), expires));
    return replay(releases, attack);
  },
};

/** Upstream’s timestamp, as the mirror’s snapshot names it. */
function evidenceOf(tree: ServedTree): Uint8Array {
  const asOf = member(member(signedOf(tree.snapshot), 'x-countersign'), 'as_of');
  return tree.file(`upstream/sha256/${asOf.get('timestamp_sha256') as string}`);
}

const deniedFile: Scenario = {
  id: 'M-11',
  name: 'denied-file',
  attack: 'lists a release and denies its file',
  expected: {
    stock: { says: 'Failed to download', code: 'SOURCE_NOT_FOUND' },
    pins: 'SOURCE_NOT_FOUND',
    chain: 'SOURCE_NOT_FOUND',
  },
  async stage(scene) {
    const releases = await twoReleases(scene, 5);
    const { prefixedFile } = targetFileNames(targetPath(TOOL), sha256(Buffer.from(NEW)));
    return replay(releases, releases.newest.with([`targets/${prefixedFile}`, undefined]));
  },
};

const deniedToSome: Scenario = {
  id: 'M-11',
  name: 'denied-to-some',
  attack: 'gives a security update to others, and to this new client what was before it',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'not detected' },
  async stage(scene) {
    const releases = await twoReleases(scene, 5);
    const thief = await scene.thief('online');
    return replay(releases, thief.stamp(releases.old));
  },
};

const clockBackNew: Scenario = {
  id: 'M-15',
  name: 'clock-back-new',
  attack: 'with nothing stolen: a new client’s clock is 100 days behind; serves what was fresh then',
  expected: { stock: 'not detected', pins: 'not detected', chain: 'not detected' },
  async stage(scene) {
    // The client’s clock is the real one here, so the truth lies ahead of it.
    const releases = await twoReleases(scene, 0, -100);
    return replay(releases, releases.old);
  },
};

const clockBackKnown: Scenario = {
  id: 'M-15',
  name: 'clock-back-known',
  attack: 'with nothing stolen: the clock of a client that was used 30 days later is set back; serves what it saw',
  expected: { stock: 'not detected', pins: 'STATE_CLOCK_BEHIND', chain: 'STATE_CLOCK_BEHIND' },
  async stage(scene) {
    const releases = await twoReleases(scene, -30, -100);
    return replay(releases, releases.old, { seen: { tree: releases.old, at: scene.daysAgo(-30) } });
  },
};

export const DELAYING = [delayed];
export const FREEZING = [frozenWithin, frozenBeyond, forgedEvidence];
export const DENYING = [deniedFile, deniedToSome];
export const CLOCKS = [clockBackNew, clockBackKnown, lyingAsOf];
