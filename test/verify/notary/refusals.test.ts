/** What a server of collections, or a thief of its keys, may try: each is refused by its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../../src/errors.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { DAY } from '../../simulator/clock.ts';
import { decide } from '../../simulator/mirrored.ts';
import { lookerAt, published } from './looking.ts';

interface Attack {
  readonly what: string;
  readonly code: string;
  /** Between an honest import and the next. */
  readonly attack: (collection: SimulatedCollection) => void;
}

/** Puts an earlier file back and lists it under a newer snapshot, as whoever has the online keys can. */
function goBack(collection: SimulatedCollection, role: string, version: number): void {
  const old = collection.file(`${String(version)}.${role}.json`);
  collection.files.set(`${role}.json`, old);
  collection.publishSnapshot();
}

const ATTACKS: readonly Attack[] = [
  {
    what: '7.4 targets go back to a version that is shorter, under a newer snapshot',
    code: 'TRUST_ROLLBACK',
    attack: (collection) => goBack(collection, 'targets', 1),
  },
  {
    what: '7.4 a delegation goes back to a version that is shorter',
    code: 'TRUST_ROLLBACK',
    attack: (collection) => goBack(collection, 'targets/releases', 1),
  },
  {
    what: '7.4 a snapshot with a lower version, and two bytes less',
    code: 'TRUST_ROLLBACK',
    attack(collection) {
      collection.versions.snapshot = 0;
      collection.publishSnapshot();
    },
  },
  {
    what: '7.3 a timestamp with a lower version',
    code: 'TRUST_ROLLBACK',
    attack(collection) {
      collection.versions.timestamp = 0;
      collection.publishTimestamp();
    },
  },
  {
    what: '7.3 a delegation that was there is left out of the snapshot',
    code: 'TRUST_ROLE_REMOVED',
    attack(collection) {
      collection.hidden.add('targets/releases');
      collection.publishSnapshot();
    },
  },
  {
    what: '7.3 the snapshot lists another root than is served',
    code: 'TRUST_TORN',
    attack(collection) {
      const served = collection.file('root.json');
      collection.publishRoot().publishSnapshot();
      collection.files.set('root.json', served);
    },
  },
  {
    what: '7.3 targets signed by another key',
    code: 'TRUST_SIGNATURES',
    attack(collection) {
      collection.role().signers = [collection.signer('thief')];
      collection.publish('targets');
    },
  },
  {
    what: 'a new root that the one before has not signed',
    code: 'TRUST_SIGNATURES',
    attack(collection) {
      collection.rootSigners = [collection.rootSigner('thief')];
      collection.publishRoot().publishSnapshot();
    },
  },
  {
    what: 'a root with a lower version',
    code: 'TRUST_ROLLBACK',
    attack: (collection) => void collection.files.set('root.json', collection.file('1.root.json')),
  },
  {
    what: 'N-04 a root whose certificate is for another collection',
    code: 'TRUST_WRONG_REPOSITORY',
    attack(collection) {
      collection.alsoSignedBy = collection.rootSigners;
      collection.rootSigners = [collection.rootSigner('root', 'registry.example.com/other/app')];
      collection.publishRoot().publishSnapshot();
    },
  },
  {
    what: 'N-02 a threshold of two met by one key in two certificates',
    code: 'TRUST_THRESHOLD_VALUE',
    attack(collection) {
      collection.rootThreshold = 2;
      collection.rootSigners = [collection.rootSigner('root'), collection.rootSigner('root', 'registry.example.com/*')];
      collection.publishRoot().publishSnapshot();
    },
  },
  {
    what: 'W-07 the same version with other content',
    code: 'TRUST_EQUIVOCATION',
    attack(collection) {
      collection.role().version--;
      collection.add('v9', '99'.repeat(32)).publish('targets');
    },
  },
  {
    what: 'F-06 a version that leaps ahead',
    code: 'POLICY_VERSION_JUMP',
    attack(collection) {
      collection.role().version = 5000;
      collection.publish('targets');
    },
  },
  {
    what: 'other bytes than the digest that was asked for',
    code: 'TRUST_ROLE_MISMATCH',
    attack(collection) {
      const name = `targets/releases.${sha256(collection.file('targets/releases.json'))}.json`;
      collection.files.set(name, Buffer.concat([collection.file('targets/releases.json'), Buffer.from('\n')]));
    },
  },
];

for (const { what, code, attack } of ATTACKS)
  test(`${what}: ${code}, and what was accepted stays`, async () => {
    const collection = published(new SimulatedCollection());
    collection.publishRoot();
    collection.add('v1.1', '12'.repeat(32)).add('v2.1', '23'.repeat(32), 'targets/releases').publish();
    const looker = lookerAt(collection);
    const before = await looker.look();
    const honest = new Map(collection.files);
    attack(collection);
    await assert.rejects(looker.look(), (error) => isRefusal(error, code as never) || assert.fail(String(error)));
    collection.files.clear();
    for (const [name, bytes] of honest) collection.files.set(name, bytes);
    assert.equal((await looker.look()).digest, before.digest);
  });

test('what a person decides by name: equivocation, a leap, a role that is left out', async () => {
  const collection = published(new SimulatedCollection());
  const looker = lookerAt(collection);
  await looker.look();
  collection.role().version--;
  collection.add('v9', '99'.repeat(32)).publish('targets');
  const { content } = await looker.look(decide('accept-equivocation', 'targets@1'));
  assert.deepEqual(
    content.decisions.map(({ kind, role }) => [kind, role]),
    [['accept-equivocation', 'targets']],
  );
  collection.hidden.add('targets/releases');
  collection.publishSnapshot();
  const without = await looker.look(decide('exclude-role', 'targets/releases'));
  assert.deepEqual([...without.content.roles.keys()], ['targets']);
  // It comes back under the version that it had, and not below it.
  collection.hidden.clear();
  collection.role('targets/releases').version = 0;
  collection.publishSnapshot();
  await assert.rejects(looker.look(), { code: 'TRUST_ROLE_REMOVED' });
});

test('an expired certificate upstream says nothing about its signatures; a dead role is carried and said', async () => {
  const collection = published(new SimulatedCollection());
  collection.role().expires = new Date(collection.now.getTime() - DAY);
  collection.publish('targets');
  const { content } = await lookerAt(collection).look();
  assert.deepEqual(
    content.notes.map(({ kind, role }) => [kind, role]),
    [['dead-horizon', 'targets']],
  );
});
