/** A Notary collection by the command line: enrolled under a name of its own, imported, published. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { writeCollected } from '../simulator/collected.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { Workplace } from './workplace.ts';

const SERVED = 'mirror.dc.internal/team/app';
const ROOT = `@up/${GUN}/tuf/1.root.json`;

async function place(t: TestContext): Promise<[Workplace, SimulatedCollection, string]> {
  const workplace = await Workplace.open(t);
  await workplace.succeed('init --root-online');
  const collection = new SimulatedCollection().add('v1.0', 'ab'.repeat(32)).delegate('targets/releases').publish();
  await writeCollected(workplace.path('up'), collection);
  return [workplace, collection, sha256(collection.firstRoot)];
}

function enrol(digest: string, more = ''): string {
  return `repo add app --dialect notary --gun ${GUN} --upstream up --root ${ROOT} --root-sha256 ${digest} ${more}`.trim();
}

test('enrolled under another name, imported from a directory, published, and imported again', async (t) => {
  const [workplace, collection, digest] = await place(t);
  const { json } = await workplace.succeed(`${enrol(digest)} --serve-as ${SERVED} --json`);
  assert.deepEqual(json['collection'], { gun: GUN, servedAs: SERVED });
  const first = await workplace.succeed('import app --json');
  assert.equal(first.json['outcome'], 'published');
  assert.deepEqual((await workplace.succeed('import app --json')).json['outcome'], 'unchanged');

  collection.add('v2.0', 'cd'.repeat(32), 'targets/releases').publish('targets/releases');
  await writeCollected(workplace.path('courier'), collection);
  const next = await workplace.succeed('import app --from courier --json');
  assert.equal(next.json['outcome'], 'published');
  const { json: listed } = await workplace.succeed('repo list --json');
  assert.deepEqual((listed['repositories'] as { collection: object }[])[0]?.collection, { gun: GUN, servedAs: SERVED });
  await workplace.succeed('status app');
  await workplace.succeed('fsck');
});

test('names that no client could ask for are refused before anything is recorded', async (t) => {
  const [workplace, , digest] = await place(t);
  const refusals = [
    [`${enrol(digest)} --serve-as Mirror.dc.internal/app`, /lower-case/],
    [`${enrol(digest)} --serve-as a//b`, /empty segment/],
    [`${enrol(digest)} --targets v1.0`, /nothing to select/],
    [enrol(digest).replace(`--gun ${GUN}`, ''), /needs its name/],
    [enrol(digest).replace('--dialect notary', ''), /TUF repository is none/],
  ] as const;
  for (const [typed, what] of refusals) {
    const refusal = await workplace.refused(typed);
    assert.deepEqual([refusal.exitCode, refusal.code], [2, 'USAGE_OPTION']);
    assert.match(refusal.what, what);
  }
  assert.deepEqual((await workplace.succeed('repo list --json')).json, { repositories: [] });
});

test('a root of another collection is refused, whatever its digest (N-04)', async (t) => {
  const [workplace, , digest] = await place(t);
  const refusal = await workplace.refused(enrol(digest).replace(`--gun ${GUN}`, `--gun ${GUN}2`));
  assert.equal(refusal.code, 'TRUST_WRONG_REPOSITORY');
});

test('one name is served once', async (t) => {
  const [workplace, , digest] = await place(t);
  await workplace.succeed(`${enrol(digest)} --serve-as ${SERVED}`);
  for (const rehearsal of ['', ' --dry-run']) {
    const again = `${enrol(digest).replace('add app', 'add other')} --serve-as ${SERVED}${rehearsal}`;
    const refusal = await workplace.refused(again);
    assert.equal(refusal.code, 'USAGE_REPOSITORY_EXISTS');
    assert.match(refusal.what, /repository “app”/);
  }
});
