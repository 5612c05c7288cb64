/** Replays of older states (W-04): each role’s version is held against the last accepted import, with and without hashes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyId } from '../../src/tuf/names.ts';
import { TestMirror } from '../simulator/mirror.ts';
import { noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

interface Replay {
  readonly what: string;
  readonly role: string;
  /** Takes one role back, in a state that is newer in everything else. */
  readonly replay: (upstream: SimulatedUpstream) => void;
}

const REPLAYS: readonly Replay[] = [
  {
    what: 'timestamp',
    role: 'timestamp',
    replay({ author }) {
      author.timestamp.version = 0;
      author.publishTimestamp();
    },
  },
  {
    what: 'snapshot, under a newer timestamp',
    role: 'snapshot',
    replay(upstream) {
      upstream.author.snapshot.version = 0;
      upstream.publish();
    },
  },
  {
    what: 'targets, under a newer snapshot',
    role: 'targets',
    replay(upstream) {
      upstream.targets.version = 0;
      upstream.publish('targets');
    },
  },
  {
    what: 'a role at depth one, under a newer snapshot',
    role: 'one',
    replay(upstream) {
      upstream.author.role('one').version = 0;
      upstream.publish('one');
    },
  },
  {
    what: 'a role at depth two, under a newer snapshot',
    role: 'two',
    replay(upstream) {
      upstream.author.role('two').version = 0;
      upstream.publish('two');
    },
  },
];

for (const listsDigests of [true, false]) {
  for (const { what, role, replay } of REPLAYS) {
    const listing = listsDigests ? 'with' : 'without';
    test(`W-04 an older ${what} is refused, ${listing} hashes in the listing`, async (context) => {
      const mirror = await TestMirror.open(context);
      const upstream = published(listsDigests);
      const mirrored = await mirror.enrol(upstream);
      await mirrored.importNow();
      replay(upstream);
      const refusal = await mirrored.importRefused('TRUST_ROLLBACK');
      assert.equal(refusal.details['role'], role);
      assert.equal(refusal.details['version'], 1);
      // The honest state, newer in everything, is still welcome (W-02).
      // Its versions lie above those of the refused state, which are on record now.
      mirrored.source = published(listsDigests).publish('targets', 'one', 'two').publish();
      await mirrored.importNow();
    });
  }
}

test('W-04 a replay of the whole older state is refused by its timestamp alone', async (context) => {
  const mirror = await TestMirror.open(context);
  const upstream = published(true);
  const mirrored = await mirror.enrol(upstream);
  await mirrored.importNow();
  mirrored.source = new SimulatedUpstream().publish();
  await mirrored.importRefused('TRUST_ROLLBACK');
});

test('F-02 after upstream rotated its online keys, timestamp and snapshot may start over, and that is noted', async (context) => {
  const mirror = await TestMirror.open(context);
  const upstream = published(true);
  const mirrored = await mirror.enrol(upstream);
  await mirrored.importNow();
  for (const role of ['timestamp', 'snapshot']) {
    upstream.author.keyholders.set(role, { signers: [upstream.signer(`new ${role}`)], threshold: 1 });
  }
  upstream.author.publishRoot();
  upstream.author.timestamp.version = 0;
  upstream.author.snapshot.version = 0;
  upstream.publish();
  const { candidate } = await mirrored.importNow();
  assert.ok(noteKinds({ candidate }).includes('versions-reset'));
  assert.deepEqual([candidate.content.timestamp.version, candidate.content.snapshot.version], [1, 1]);
});

test('F-02 an upstream that lowers a role with its key rotation makes the mirror rotate its own online keys', async (context) => {
  const mirror = await TestMirror.open(context);
  const upstream = published(true);
  const mirrored = await mirror.enrol(upstream);
  const before = await mirrored.importNow();
  upstream.author.keyholders.set('snapshot', { signers: [upstream.signer('new snapshot')], threshold: 1 });
  upstream.author.publishRoot();
  upstream.author.role('one').version = 0;
  upstream.add('one/other', 'recovered', 'one').publish('one');
  const { current } = await mirrored.importNow();
  assert.deepEqual([current.onlineEpoch, current.rootVersion], [before.current.onlineEpoch + 1, 2]);
});

test('F-02 a new root with the same online keys under new ids resets nothing', async (context) => {
  const mirror = await TestMirror.open(context);
  const upstream = published(true);
  const mirrored = await mirror.enrol(upstream);
  await mirrored.importNow();
  const own = upstream.signer('timestamp');
  const renamed = { keyId: 'renamed' as KeyId, keyObject: own.keyObject, sign: own.sign.bind(own) };
  upstream.author.keyholders.set('timestamp', { signers: [renamed], threshold: 1 });
  upstream.author.publishRoot();
  upstream.author.timestamp.version = 0;
  upstream.publish();
  await mirrored.importRefused('TRUST_ROLLBACK');
});

/** Everything at version 2. */
function published(listsDigests: boolean): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.listsDigests = listsDigests;
  upstream.author.delegate('targets', 'one', { paths: ['one/*'] });
  upstream.author.delegate('one', 'two', { paths: ['one/*'] });
  return upstream.publish().publish('targets', 'one', 'two');
}
