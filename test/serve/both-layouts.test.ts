/** Both usual layouts, ours and upstream’s: the same bytes under every name that a client may ask for. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { openLog } from '../../src/platform/log.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { PublishedTrees } from '../../src/serve/published.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { repositoryId, roleName } from '../../src/tuf/names.ts';
import { mirrorBytes, TestMirror, upstreamBytes } from './fixture.ts';

async function twoGenerations(t: TestContext): Promise<TestMirror> {
  return TestMirror.open(t, { roles: { targets: 1, 'a/b': 3 } }, { roles: { targets: 2, 'a/b': 3 } });
}

const NEWEST = {
  'timestamp.json': mirrorBytes('demo', 'timestamp', 202),
  '1.root.json': mirrorBytes('demo', 'root', 1),
  'root.json': mirrorBytes('demo', 'root', 1),
  '102.snapshot.json': mirrorBytes('demo', 'snapshot', 102),
  'snapshot.json': mirrorBytes('demo', 'snapshot', 102),
  '2.targets.json': upstreamBytes('targets', 2),
  'targets.json': upstreamBytes('targets', 2),
  '3.a%2Fb.json': upstreamBytes('a/b', 3),
  'a%2Fb.json': upstreamBytes('a/b', 3),
};

void test('our metadata lies below metadata/ and directly below the repository', async (t) => {
  const mirror = await twoGenerations(t);
  for (const [name, bytes] of Object.entries(NEWEST)) {
    assert.equal(await mirror.text(`/demo/metadata/${name}`), `200 ${bytes}`);
    assert.equal(await mirror.text(`/demo/${name}`), `200 ${bytes}`);
  }
});

void test('upstream’s own tree lies below upstream/, in both layouts, byte for byte', async (t) => {
  const mirror = await twoGenerations(t);
  const files = {
    'timestamp.json': upstreamBytes('timestamp', 2),
    '1.root.json': upstreamBytes('root', 1),
    '2.root.json': upstreamBytes('root', 2),
    'root.json': upstreamBytes('root', 2),
    '1.snapshot.json': upstreamBytes('snapshot', 1),
    '2.snapshot.json': upstreamBytes('snapshot', 2),
    'snapshot.json': upstreamBytes('snapshot', 2),
    '1.targets.json': upstreamBytes('targets', 1),
    'targets.json': upstreamBytes('targets', 2),
    '3.a%2Fb.json': upstreamBytes('a/b', 3),
  };
  for (const [name, bytes] of Object.entries(files)) {
    assert.equal(await mirror.text(`/demo/upstream/metadata/${name}`), `200 ${bytes}`);
    assert.equal(await mirror.text(`/demo/upstream/${name}`), `200 ${bytes}`);
    const digest = sha256(Buffer.from(bytes));
    assert.equal(await mirror.text(`/demo/upstream/sha256/${digest}`), `200 ${bytes}`);
  }
});

void test('versions once issued stay, so that a client in the middle of an update does not err', async (t) => {
  const mirror = await twoGenerations(t);
  assert.equal(await mirror.text('/demo/metadata/101.snapshot.json'), `200 ${mirrorBytes('demo', 'snapshot', 101)}`);
  assert.equal(await mirror.text('/demo/metadata/1.targets.json'), `200 ${upstreamBytes('targets', 1)}`);
});

void test('only the newest timestamp has a name; an older one would be a replay', async (t) => {
  const mirror = await twoGenerations(t);
  for (const path of [
    '/demo/201.timestamp.json',
    '/demo/upstream/1.timestamp.json',
    '/demo/upstream/2.timestamp.json',
  ]) {
    assert.equal((await mirror.ask(path)).status, 404, path);
  }
  const older = sha256(Buffer.from(upstreamBytes('timestamp', 1)));
  assert.equal((await mirror.ask(`/demo/upstream/sha256/${older}`)).status, 200);
});

void test('generations that arrive while the server runs are named like those it started with', async (t) => {
  const mirror = await TestMirror.open(t, { roles: { targets: 1, 'a/b': 3 } });
  // Two at once: the one in between was never current here, and its names count all the same.
  await mirror.publish({ roles: { targets: 2, 'a/b': 4 } });
  await mirror.publish({ roles: { targets: 3, 'a/b': 5 } });
  mirror.trees.refresh();
  for (const version of [1, 2, 3]) {
    assert.equal(
      await mirror.text(`/demo/${String(version)}.targets.json`),
      `200 ${upstreamBytes('targets', version)}`,
    );
    assert.equal(
      await mirror.text(`/demo/upstream/${String(version + 2)}.a%2Fb.json`),
      `200 ${upstreamBytes('a/b', version + 2)}`,
    );
    assert.equal((await mirror.ask(`/demo/${String(100 + version)}.snapshot.json`)).status, 200);
  }
  assert.equal(await mirror.text('/demo/targets.json'), `200 ${upstreamBytes('targets', 3)}`);
});

void test('rotated online keys may begin versions anew: the name is that of the newer file, also after a restart', async (t) => {
  const mirror = await TestMirror.open(t, {});
  mirror.rotate();
  const restarted = new PublishedTrees({
    reader: mirror.reader,
    bodies: new RecordBodies(mirror.reader),
    clock: systemClock,
    log: openLog({ clock: systemClock, out: { write: () => undefined } }),
  });
  for (const trees of [mirror.trees, restarted]) {
    trees.refresh();
    const snapshot = trees.metadata(repositoryId('demo'), { role: roleName('snapshot'), version: 101 });
    assert.equal(snapshot?.toString(), mirrorBytes('demo', 'snapshot', 101, 2));
    const timestamp = trees.metadata(repositoryId('demo'), { role: roleName('timestamp') });
    assert.equal(timestamp?.toString(), mirrorBytes('demo', 'timestamp', 201, 2));
  }
});

void test('a check that asks as a client would is given what clients are given', async (t) => {
  const mirror = await twoGenerations(t);
  const bytes = (role: string, version?: number): string | undefined =>
    mirror.trees
      .metadata(repositoryId('demo'), { role: roleName(role), ...(version !== undefined && { version }) })
      ?.toString();
  assert.equal(bytes('timestamp'), mirrorBytes('demo', 'timestamp', 202));
  assert.equal(bytes('snapshot', 101), mirrorBytes('demo', 'snapshot', 101));
  assert.equal(bytes('a/b', 3), upstreamBytes('a/b', 3));
  assert.equal(bytes('root', 2), undefined);
});

void test('H-09: two repositories with the same names answer with their own bytes, whatever Host says', async (t) => {
  const mirror = await TestMirror.open(
    t,
    { id: 'one', bytes: { targets: 'of one' } },
    { id: 'two', bytes: { targets: 'of two' } },
  );
  const asked = Array.from({ length: 40 }, async (_, at) => {
    const id = at % 2 === 0 ? 'one' : 'two';
    const { body } = await mirror.ask(`/${id}/1.targets.json`, { host: at % 3 === 0 ? 'one' : 'two' });
    assert.equal(body.toString(), `of ${id}`);
  });
  await Promise.all(asked);
});
