/** What an import of a Notary collection changes: tags first, then who may say what they mean, and who said it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY } from '../../simulator/clock.ts';
import { GUN, SimulatedCollection } from '../../simulator/collection.ts';
import { type CollectionFiles, collectionFiles, collectionSummary } from './collection-sides.ts';
import { linesOf } from './sides.ts';

const [ONE, TWO] = ['11'.repeat(32), '22'.repeat(32)];

/** A collection with a tag, as it is after these steps. */
function after(...steps: readonly ((collection: SimulatedCollection) => unknown)[]): CollectionFiles {
  const collection = new SimulatedCollection().add('v1.1', ONE).publish();
  for (const step of steps) step(collection);
  return collectionFiles(collection);
}

const before = after();

test('a first import: the collection by both names, every tag with its digest in full, every key with its certificate', () => {
  const summary = collectionSummary(undefined, before);
  assert.match(
    summary.text,
    /^collection {2}"registry\.example\.com\/team\/app", served here as mirror\.example\/team\/app$/m,
  );
  assert.deepEqual(linesOf(summary, 'target-added'), [`tag "v1.1" in targets: means sha256:${ONE} (1000 bytes)`]);
  assert.deepEqual(linesOf(summary, 'role-added'), ['targets is new, at version 1 with 1 tags']);
  const [key] = linesOf(summary, 'keys').filter((line) => line.startsWith('root'));
  assert.match(
    key ?? '',
    /^root: key \(ecdsa-x509, certificate for "registry\.example\.com\/team\/app" until 2036-01-01T00:00:00Z, shown by clients as [0-9a-f]{12}\.\.\., id [0-9a-f]{12}\.\.\., material [0-9a-f]{16}\.\.\.\) added$/,
  );
  assert.deepEqual(
    linesOf(summary, 'threshold'),
    ['root', 'snapshot', 'targets', 'timestamp'].map((role) => `${role}: threshold 1 of 1 keys`),
  );
  assert.deepEqual(linesOf(summary, 'listing'), []);
  assert.match(summary.text, /^New tags \(1\)$/m);
  assert.match(summary.text, /^What tags mean is in a registry, and was not looked into\.$/m);
});

test('tags that come, go, and mean another image, in full', () => {
  const changed = after((collection) => {
    collection.add('v1.1', TWO).add('v1.2', ONE).publish('targets');
  });
  const there = collectionSummary(before, changed);
  assert.deepEqual(linesOf(there, 'target-replaced'), [
    `tag "v1.1" in targets: now means sha256:${TWO} (1000 bytes); it was sha256:${ONE} (1000 bytes)`,
  ]);
  assert.deepEqual(linesOf(there, 'target-added'), [`tag "v1.2" in targets: means sha256:${ONE} (1000 bytes)`]);
  assert.match(there.text, /^Tags that mean something else \(1\)$/m);
  const back = collectionSummary(changed, before);
  assert.deepEqual(linesOf(back, 'target-removed'), [
    `tag "v1.2" in targets: means nothing any more; it was sha256:${ONE} (1000 bytes)`,
  ]);
  assert.match(back.text, /^Tags that are gone \(1\)$/m);
  const [change] = there.changes.filter(({ kind }) => kind === 'target-replaced');
  assert.deepEqual(
    [change?.role, change?.name, change?.before, change?.after],
    ['targets', 'v1.1', `sha256:${ONE} (1000 bytes)`, `sha256:${TWO} (1000 bytes)`],
  );
});

test('what a publisher says of a tag besides', () => {
  const said = after((collection) => {
    collection.role().custom['v1.1'] = new Map([['os', 'linux']]);
    collection.publish('targets');
  });
  assert.deepEqual(linesOf(collectionSummary(before, said), 'target-words'), [
    'tag "v1.1" in targets: upstream\'s own "custom": absent -> {"os": "linux"}',
  ]);
});

test('delegations come, change and go with prefixes and keys, and say which tags they then bring', () => {
  const delegated = after((collection) => {
    collection.delegate('targets/releases', ['v1', '']).add('v1.2', TWO, 'targets/releases').publish();
  });
  const added = collectionSummary(before, delegated);
  assert.deepEqual(linesOf(added, 'delegation'), [
    'targets -> "targets/releases": added, for names that begin with "v1", ""',
  ]);
  assert.match(
    linesOf(added, 'keys').join('\n'),
    /^targets -> "targets\/releases": key \(ed25519, id [0-9a-f]{12}\.\.\., material [0-9a-f]{16}\.\.\.\) added$/,
  );
  assert.deepEqual(linesOf(added, 'role-added'), ['"targets/releases" is new, at version 1 with 1 tags']);
  assert.deepEqual(linesOf(added, 'target-added'), [
    `tag "v1.2" in "targets/releases": means sha256:${TWO} (1000 bytes)`,
  ]);
  assert.match(
    linesOf(added, 'signers').join('\n'),
    /^"targets\/releases": version 1 as delegated by targets signed by 1 of 1 keys, 1 needed: [0-9a-f]{12}\.\.\.$/m,
  );
  const narrowed = after(
    (collection) => collection.delegate('targets/releases', ['v2']),
    (collection) => {
      collection.role('targets/releases').signers = [collection.signer('another')];
      collection.publish();
    },
  );
  const changed = collectionSummary(delegated, narrowed);
  assert.deepEqual(linesOf(changed, 'delegation'), [
    'targets -> "targets/releases": now also for "v2"',
    'targets -> "targets/releases": no longer for "v1", ""',
  ]);
  assert.deepEqual(
    linesOf(changed, 'keys').map((line) => line.replace(/\(.*\)/, '()')),
    ['targets -> "targets/releases": key () removed', 'targets -> "targets/releases": key () added'],
  );
  assert.deepEqual(linesOf(collectionSummary(delegated, before), 'role-removed'), [
    '"targets/releases" is no longer here; it was at version 1 with 1 tags',
  ]);
  const [none] = linesOf(
    collectionSummary(
      before,
      after((collection) => collection.delegate('targets/none', []).publish()),
    ),
    'delegation',
  );
  assert.equal(none, 'targets -> "targets/none": added, for no name');
});

test('a new root key: which certificate comes and goes, and whose keys signed it', () => {
  const rotated = after((collection) => {
    collection.alsoSignedBy = collection.rootSigners;
    collection.rootSigners = [collection.rootSigner('next')];
    collection.publishRoot().publishSnapshot();
  });
  const summary = collectionSummary(before, rotated);
  assert.deepEqual(
    linesOf(summary, 'keys').map((line) => line.replace(/\(.*\)/, '()')),
    ['root: key () removed', 'root: key () added'],
  );
  assert.deepEqual(
    linesOf(summary, 'signers')
      .filter((line) => line.startsWith('root'))
      .map((line) => line.replace(/ [0-9a-f]{12}\.\.\. /, ' ID ')),
    [
      `root: version 2 signed by 1 of 1 keys, 1 needed: "${GUN}" ID (names as certificates say)`,
      `root: version 2 by the keys of version 1 signed by 1 of 1 keys, 1 needed: "${GUN}" ID (names as certificates say)`,
    ],
  );
});

test('N-04 a certificate of another collection among the root keys is said to count for nothing', () => {
  const foreign = after((collection) => {
    collection.rootSigners = [
      ...collection.rootSigners,
      collection.rootSigner('foreign', 'registry.example.com/other'),
    ];
    collection.publishRoot().publishSnapshot();
  });
  const summary = collectionSummary(before, foreign);
  assert.match(
    linesOf(summary, 'keys').join('\n'),
    /^root: key \(ecdsa-x509, certificate for "registry\.example\.com\/other" .*\) added, whose certificate does not name this collection, so that it counts for nothing$/,
  );
  assert.match(
    linesOf(summary, 'signers').join('\n'),
    /^root: version 2 signed by 1 of 1 keys, 1 needed: "registry\.example\.com\/team\/app" [0-9a-f]{12}\.\.\. \(names as certificates say\)$/m,
  );
});

test('N-02 the same key in another certificate is one key under another id', () => {
  const renewed = after((collection) => {
    collection.rootSigners = [collection.rootSigner('root', `${GUN.slice(0, -3)}*`)];
    collection.publishRoot().publishSnapshot();
  });
  const summary = collectionSummary(before, renewed);
  assert.deepEqual(linesOf(summary, 'keys'), []);
  assert.match(
    linesOf(summary, 'key-ids').join('\n'),
    /^root: key \(ecdsa-x509, certificate for "registry\.example\.com\/team\/\*" .*\) is the key that was listed as [0-9a-f]{12}\.\.\.$/,
  );
});

test('an ordinary refresh has no line beyond versions, expiry and signers', () => {
  const collection = new SimulatedCollection().add('v1.1', ONE).publish();
  const earlier = collectionFiles(collection);
  collection.timestampExpires = new Date(collection.timestampExpires.getTime() + DAY);
  collection.role().expires = new Date(collection.role().expires.getTime() + DAY);
  const summary = collectionSummary(earlier, collectionFiles(collection.publish('targets')));
  assert.deepEqual(
    summary.counts.map(({ kind, total }) => [kind, total]),
    [
      ['signers', 3],
      ['version', 3],
      ['expiry', 2],
    ],
  );
  assert.deepEqual(linesOf(summary, 'version'), [
    'timestamp: version 1 -> 2',
    'snapshot: version 1 -> 2',
    'targets: version 1 -> 2',
  ]);
});

test('two states that mean the same have no difference', () => {
  assert.match(collectionSummary(before, before).text, /^No difference in meaning\.$/m);
});
