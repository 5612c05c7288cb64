/** What the witnesses have not seen is shown to nobody: not a name, not a version, not a leaf, and not after a restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tilePath } from '../../src/tlog/tiles.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { LoggedMirror } from './logged.ts';

void test('a publication, a renewal and new keys stay unknown until enough witnesses answered', async (t) => {
  const mirror = await LoggedMirror.open(t);
  await mirror.askWitnesses();
  const upstream = new SimulatedUpstream();
  const one = await mirror.mirrorOf('one', upstream);
  const shown = [
    'timestamp.json',
    'snapshot.json',
    'root.json',
    'upstream/timestamp.json',
    'timestamp.json.tlog-proof',
  ];
  const show = async (): Promise<string[]> =>
    Promise.all(
      [...shown.map((name) => `/one/${name}`), '/log/checkpoint', '/v2/_trust/changefeed?records=0'].map((path) =>
        mirror.body(path).then(String),
      ),
    );
  const before = await show();
  const { size } = await mirror.checkpoint();

  mirror.isWitnessed = false;
  upstream.add('new.txt', 'not yet').publish('targets');
  await one.importExpecting('published');
  mirror.trees.refresh();
  await mirror.rotate(one.id);
  await mirror.mirrorOf('two');
  await mirror.renew();

  const { reader } = mirror.mirror;
  const current = reader.current(one.id);
  assert.ok(current && current.generation === 2 && current.rootVersion === 2 && current.onlineEpoch === 2);
  const [snapshot] = reader.issued(one.id, 'snapshot');
  const [upstreamFile] = reader
    .importFiles(reader.importOfGeneration(one.id, 2))
    .filter(({ kind }) => kind === 'snapshot');
  const unknown = [
    '/one/2.root.json',
    `/one/${String(snapshot?.version)}.snapshot.json`,
    '/one/2.targets.json',
    '/one/targets/new.txt',
    '/one/upstream/2.snapshot.json',
    `/one/upstream/sha256/${String(upstreamFile?.fileSha256)}`,
    '/two/timestamp.json',
    '/two/1.root.json',
    '/two/timestamp.json.tlog-proof',
    `/log/${tilePath(0, 0, size + 1)}`,
  ];
  const isUnknown = async (): Promise<void> => {
    assert.deepEqual(await show(), before);
    for (const path of unknown) assert.equal(await mirror.status(path), 404, path);
    assert.equal((await mirror.askAsAuditor(`/log/${tilePath('entries', 0, size + 1)}`)).status, 404);
    assert.equal(await mirror.status(`/one/at/${mirror.clock.now().toISOString().slice(0, 19)}Z/2.root.json`), 404);
  };
  await isUnknown();
  await mirror.restart();
  await isUnknown();

  mirror.isWitnessed = true;
  await mirror.release();
  for (const path of unknown) assert.equal(await mirror.status(path), 200, path);
  assert.deepEqual(mirror.logged, []);
});
