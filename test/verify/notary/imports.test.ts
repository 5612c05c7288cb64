/** What an honest collection says, first and later: carried whole, and asked for as a Notary server answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../src/tuf/digest.ts';
import { delegatedRoles } from '../../../src/tuf/delegations.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { DAY } from '../../simulator/clock.ts';
import { lookerAt, published } from './looking.ts';

test('a first import: every file byte for byte, the targets keys, and what is delegated', async () => {
  const collection = published(new SimulatedCollection());
  const { content } = await lookerAt(collection).look();
  assert.deepEqual([...content.roles.keys()], ['targets', 'targets/releases']);
  for (const [role, { bytes, fileSha256 }] of content.roles) {
    assert.deepEqual(bytes, collection.file(`${role}.json`));
    assert.equal(fileSha256, sha256(bytes));
  }
  assert.deepEqual(content.snapshot.bytes, collection.file('snapshot.json'));
  assert.equal(content.targetsKeys.threshold, 1);
  const targets = content.roles.get(roleName('targets'));
  assert.deepEqual(
    [...delegatedRoles(targets?.delegations)].map(({ name }) => name),
    ['targets/releases'],
  );
  assert.equal(content.targetsTree.count, 2);
  assert.deepEqual(content.notes, []);
  const byDigest = ['snapshot', 'targets', 'targets/releases'].map(
    (role) => `${role}.${sha256(collection.file(`${role}.json`))}.json`,
  );
  assert.deepEqual(collection.requests, ['root.json', 'timestamp.json', ...byDigest]);
});

test('later: new targets, new online keys and a new root key, each step asked for by its number', async () => {
  const collection = new SimulatedCollection();
  collection.versions = { root: 0, snapshot: 40, timestamp: 40 };
  const looker = lookerAt(published(collection));
  await looker.look();
  collection.add('v3', '33'.repeat(32)).publish('targets');
  assert.equal((await looker.look()).content.roles.get(roleName('targets'))?.version, 2);

  collection.online = { snapshot: 'snapshot 2', timestamp: 'timestamp 2' };
  collection.publishRoot();
  collection.alsoSignedBy = collection.rootSigners;
  collection.rootSigners = [collection.rootSigner('root 2')];
  collection.versions.snapshot = 0;
  collection.versions.timestamp = 0;
  collection.publishRoot().publishSnapshot();
  collection.requests.length = 0;
  const { content } = await looker.look();
  assert.deepEqual(
    content.roots.map(({ version }) => version),
    [1, 2, 3],
  );
  assert.deepEqual(collection.requests.slice(0, 3), ['root.json', '2.root.json', 'timestamp.json']);
  assert.equal(content.timestamp.version, 1, 'new online keys begin anew');
  assert.equal(content.roles.get(roleName('targets'))?.version, 2, 'targets do not');
});

test('a source without the roots in between may jump to one that the trusted root signed', async () => {
  const collection = published(new SimulatedCollection());
  const looker = lookerAt(collection);
  for (const version of [2, 3]) {
    collection.publishRoot();
    collection.files.delete(`${String(version)}.root.json`);
  }
  collection.publishSnapshot();
  const { content } = await looker.look();
  assert.deepEqual(
    content.roots.map(({ version }) => version),
    [1, 3],
  );
});

test('a server that renews when it is asked is asked once more', async () => {
  const collection = published(new SimulatedCollection());
  const looker = lookerAt(collection);
  looker.now = new Date(collection.now.getTime() + 20 * DAY);
  let asked = 0;
  collection.beforeTimestamp = () => {
    if (asked++ !== 1) return;
    collection.timestampExpires = new Date(looker.now.getTime() + 14 * DAY);
    collection.publishTimestamp();
  };
  const { content } = await looker.look();
  assert.deepEqual([asked, content.timestamp.version, content.notes], [2, 2, []]);
});

test('one that is not renewed any more is noted, and refused when it has been silent for too long', async () => {
  const collection = published(new SimulatedCollection());
  const looker = lookerAt(collection);
  looker.now = new Date(collection.now.getTime() + 20 * DAY);
  const { content } = await looker.look();
  assert.deepEqual(
    content.notes.map(({ kind, role }) => [kind, role]),
    [['expired-within-limit', 'timestamp']],
  );
  looker.now = new Date(collection.now.getTime() + 120 * DAY);
  await assert.rejects(looker.look(), { code: 'POLICY_UPSTREAM_AGE' });
});

test('a delegation that nobody has published yet is noted; when it comes, it is carried', async () => {
  const collection = published(new SimulatedCollection());
  collection.delegate('targets/qa').publish('targets');
  const looker = lookerAt(collection);
  const first = await looker.look();
  assert.deepEqual(
    first.content.notes.map(({ kind, role }) => [kind, role]),
    [['unpublished-role', 'targets/qa']],
  );
  const named = delegatedRoles(first.content.roles.get(roleName('targets'))?.delegations);
  assert.deepEqual(
    [...named].map(({ name }) => name),
    ['targets/releases'],
    'a generation is complete without it',
  );
  collection.publish('targets/qa');
  const second = await looker.look();
  assert.ok(second.content.roles.has(roleName('targets/qa')));
  assert.deepEqual(second.content.notes, []);
});
