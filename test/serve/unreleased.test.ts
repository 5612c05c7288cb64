/** What the witnesses have not seen is shown to nobody: not a name, not a version, not a leaf, and not after a restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServedView } from '../../src/cli/served-view.ts';
import { PublishedTrees } from '../../src/serve/published.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openLog } from '../../src/platform/log.ts';
import { tilePath } from '../../src/tlog/tiles.ts';
import { decide } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { digestOf, mirrorBytes, TestMirror } from './fixture.ts';
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
      [
        ...shown.map((name) => `/one/${name}`),
        ...['/log/checkpoint', '/v2/_trust/changefeed?records=0', '/v2/_trust/changefeed?records=-9&change_id=99999'],
      ].map((path) => mirror.body(path).then(String)),
    );
  const before = await show();
  const { size } = await mirror.checkpoint();

  mirror.isWitnessed = false;
  const since = mirror.clock.now();
  upstream.add('new.txt', 'not yet').publish('targets');
  await one.importExpecting('published');
  mirror.trees.refresh();
  await mirror.rotate(one.id);
  await mirror.mirrorOf('two');
  await mirror.renew();

  const { reader } = mirror.mirror;
  assert.deepEqual(reader.log.waitingSince(), since);
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
    `/one/targets/${digestOf('sha256', 'not yet')}.new.txt`,
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
  // Ready is who serves everything public, and not who serves everything.
  const view = new ServedView(reader, mirror.trees, mirror.clock);
  assert.deepEqual(view.repositories(), ['one']);
  assert.equal((await view.verifyAsClient(one.id)).ok, true);

  mirror.isWitnessed = true;
  await mirror.release();
  for (const path of unknown) assert.equal(await mirror.status(path), 200, path);
  assert.deepEqual(mirror.logged, []);
});

void test('new keys that wait may begin with versions that are served: those of the old keys are', async (t) => {
  const mirror = await TestMirror.open(t, {});
  mirror.ledger.isReleasing = false;
  mirror.rotate();
  // A process that starts now has no tree from before.
  const { reader } = mirror;
  const log = openLog({ clock: systemClock, out: { write: () => true } });
  const trees = new PublishedTrees({ reader, bodies: new RecordBodies(reader), clock: systemClock, log });
  trees.refresh();
  const bodyOf = (name: string): string | undefined => trees.now.hot.get(`/demo/${name}`)?.body.toString();
  assert.equal(bodyOf('timestamp.json'), mirrorBytes('demo', 'timestamp', 201));
  assert.equal(bodyOf('snapshot.json'), mirrorBytes('demo', 'snapshot', 101));
  assert.equal(bodyOf('101.snapshot.json'), mirrorBytes('demo', 'snapshot', 101));
  assert.equal(trees.now.find('/demo/2.root.json'), undefined);
  mirror.ledger.release();
  trees.refresh();
  assert.equal(bodyOf('timestamp.json'), mirrorBytes('demo', 'timestamp', 201, 2));
});

void test('of two publications since the last look, the second waits: only the first is seen', async (t) => {
  const mirror = await TestMirror.open(t, {});
  await mirror.publish({ roles: { targets: 2 }, targets: [{ path: 'second', bytes: 'second' }] });
  mirror.ledger.isReleasing = false;
  await mirror.publish({ roles: { targets: 3 }, targets: [{ path: 'third', bytes: 'third' }] });
  mirror.trees.refresh();
  const [second, third] = ['second', 'third'].map((name) => `/demo/targets/${digestOf('sha256', name)}.${name}`);
  for (const path of ['/demo/2.targets.json', '/demo/upstream/2.snapshot.json', second ?? ''])
    assert.equal((await mirror.ask(path)).status, 200, path);
  for (const path of ['/demo/3.targets.json', '/demo/upstream/3.snapshot.json', third ?? ''])
    assert.equal((await mirror.ask(path)).status, 404, path);
  mirror.ledger.release();
  mirror.trees.refresh();
  assert.equal((await mirror.ask(third ?? '')).status, 200);
});

void test('ready judges what is served by its own decisions, and not by those of a state that waits', async (t) => {
  const mirror = await LoggedMirror.open(t);
  await mirror.askWitnesses();
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'bin', { paths: ['bin/*'] });
  upstream.publish();
  upstream.drop('1.bin.json');
  const one = await mirror.enrol('one', upstream);
  await one.importExpecting('published', decide('exclude-role', 'bin'));
  mirror.isWitnessed = false;
  upstream.restore();
  upstream.publish('targets');
  await one.importExpecting('published');
  mirror.trees.refresh();
  const { reader } = mirror.mirror;
  assert.equal(reader.current(one.id)?.generation, 2);
  const { ok } = await new ServedView(reader, mirror.trees, mirror.clock).verifyAsClient(one.id);
  assert.ok(ok);
});
