/** A Notary collection in the ledger: claimed, observed and kept as every import is, refused ones with their evidence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import type { ImportResult, Mirror } from '../../src/mirror.ts';
import { importUpstream } from '../../src/mirror.ts';
import { reverifyLast } from '../../src/publish/reverify.ts';
import { replayProblems } from '../../src/ledger/replay.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { APP, collectionMirror, SERVED } from '../simulator/collection-mirror.ts';
import type { Scope } from '../simulator/mirror.ts';
import { decide } from '../simulator/mirrored.ts';
import { published } from '../verify/notary/looking.ts';

async function enrolled(scope: Scope, collection: SimulatedCollection): Promise<Mirror> {
  // Root keys with their holders: nothing is signed before a ceremony.
  return (await collectionMirror(scope, collection, 'offline')).mirror;
}

function bringIn(
  mirror: Mirror,
  source: SimulatedCollection,
  ...decisions: Parameters<typeof importUpstream>[1]['decisions']
): Promise<ImportResult> {
  return importUpstream(mirror, { repository: APP, openSource: () => Promise.resolve(source), decisions, claim: {} });
}

test('what was seen is recorded and waits for a root; brought in again it is nothing new', async (context) => {
  const collection = published(new SimulatedCollection());
  const mirror = await enrolled(context, collection);
  assert.deepEqual(mirror.reader.enrolment(APP).collection, { name: GUN, servedAs: SERVED });
  const first = await bringIn(mirror, collection);
  assert.equal(first.outcome, 'needs-root');
  const files = mirror.reader.importFiles(1).map(({ kind, role, version }) => [kind, role, version]);
  assert.deepEqual(files, [
    ['root', 'root', 1],
    ['timestamp', 'timestamp', 1],
    ['snapshot', 'snapshot', 1],
    ['authored', 'targets', 1],
    ['authored', 'targets/releases', 1],
  ]);
  const leaves = mirror.reader.log.leaves(0, mirror.reader.log.size()).map((leaf) => leaf.toString('utf8'));
  assert.ok(leaves.some((leaf) => leaf.includes('"profile":"notary1"')));
  await bringIn(mirror, collection);
  assert.equal(mirror.reader.import(2).outcome, 'unchanged');
  assert.deepEqual(await replayProblems(mirror.database, mirror.disk), []);
});

test('the record holds upstream to what it said, also about a role that was left out meanwhile', async (context) => {
  const collection = published(new SimulatedCollection());
  const mirror = await enrolled(context, collection);
  collection.publish('targets/releases');
  await bringIn(mirror, collection);
  const without = await bringIn(mirror, collection, decide('exclude-role', 'targets/releases'));
  assert.ok('candidate' in without && !without.candidate.content.roles.has('targets/releases' as never));
  collection.files.set('targets/releases.json', collection.file('1.targets/releases.json'));
  collection.publishSnapshot();
  await assert.rejects(bringIn(mirror, collection), (error) => isRefusal(error, 'TRUST_ROLLBACK'));
  const last = mirror.reader.imports(APP, 1)[0];
  assert.deepEqual([last?.outcome, last?.code], ['refused', 'TRUST_ROLLBACK']);
});

test('it is verified again from the record’s bytes before anything is signed for it', async (context) => {
  const collection = published(new SimulatedCollection());
  const mirror = await enrolled(context, collection);
  collection.publishRoot().publishSnapshot();
  const result = await bringIn(mirror, collection);
  const again = await reverifyLast(mirror, mirror.reader.enrolment(APP));
  assert.ok('candidate' in result);
  assert.equal(again.candidate.digest, result.candidate.digest);
  assert.equal(again.candidate.content.roots.length, 2);
});

test('a source of another collection is nobody’s: it is not even asked', async (context) => {
  const mirror = await enrolled(context, published(new SimulatedCollection()));
  const other = published(new SimulatedCollection('registry.example.com/other'));
  await assert.rejects(bringIn(mirror, other), TypeError);
  assert.deepEqual(other.requests, []);
});
