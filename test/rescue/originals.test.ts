/** What is taken home is whole, whatever the server does while it is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDirectoryCollection } from '../../src/acquire/notary/directory-collection.ts';
import { Disk } from '../../src/platform/disk.ts';
import { keepOriginals } from '../../src/rescue/originals.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { type RoleName, SNAPSHOT, TIMESTAMP } from '../../src/tuf/names.ts';
import { directory } from '../acquire/directories.ts';
import { SimulatedCollection } from '../simulator/collection.ts';

test('a server that signs anew because an expired timestamp was asked for is asked before anything is taken', async (t) => {
  const collection = new SimulatedCollection().publish();
  const renewing = Object.assign(Object.create(collection) as SimulatedCollection, {
    current: (role: RoleName): Promise<Uint8Array> => {
      const bytes = collection.file(`${role}.json`);
      // Whoever asks for an expired one gets it once more at most.
      if (role === TIMESTAMP && collection.versions.timestamp === 1) collection.publishTimestamp();
      return Promise.resolve(bytes);
    },
    byVersion: collection.byVersion.bind(collection),
    byHash: collection.byHash.bind(collection),
  });
  const into = await directory(t);
  await keepOriginals(renewing, { disk: new Disk(), into, limits: DEFAULT_LIMITS });
  const kept = await openDirectoryCollection(into, collection.gun);
  assert.deepEqual(
    Buffer.from(await kept.current(TIMESTAMP, 1e6)),
    Buffer.from(collection.file('timestamp.json')),
    'the renewed one',
  );
});

test('the snapshot that the timestamp names is kept, also where a newer one is there already', async (t) => {
  const collection = new SimulatedCollection().publish();
  const named = collection.file('snapshot.json');
  const digest = sha256(named);
  const old = collection.file('timestamp.json');
  collection.publish();
  // In the middle of a publication: the timestamp is still the old one.
  collection.files.set('timestamp.json', old);
  const into = await directory(t);
  await keepOriginals(collection, { disk: new Disk(), into, limits: DEFAULT_LIMITS });
  const kept = await openDirectoryCollection(into, collection.gun);
  assert.equal(sha256(await kept.byHash(SNAPSHOT, digest, 1e6)), digest);
});
