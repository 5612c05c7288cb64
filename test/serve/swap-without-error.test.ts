/** A publication while clients ask: each of them sees the old state or the new one, and never an error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { mirrorBytes, TestMirror } from './fixture.ts';

void test('another connection publishes and renews while clients update: no error, no mix, no restart', async (t) => {
  const mirror = await TestMirror.open(t, { roles: { targets: 1 } });
  const stopWatching = mirror.trees.watch();
  t.after(stopWatching);
  const stop = new AbortController();
  const seen = new Set<number>();
  const clients = Array.from({ length: 4 }, () => updateUntil(stop.signal, mirror, seen));

  for (let generation = 2; generation <= 5; generation += 1) {
    await mirror.publish({ roles: { targets: generation } });
    mirror.renew();
    await until(
      async () =>
        (await mirror.text('/demo/timestamp.json')) === `200 ${mirrorBytes('demo', 'timestamp', 199 + 2 * generation)}`,
    );
  }
  await until(() => Promise.resolve(seen.has(209)));
  stop.abort();
  await Promise.all(clients);
  assert.deepEqual(mirror.logged, []);
});

void test('a renewal replaces the timestamp and nothing else', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes: 'content' }] });
  const before = mirror.trees.now;
  mirror.renew();
  mirror.trees.refresh();
  const after = mirror.trees.now;
  assert.notEqual(after.hot.get('/demo/timestamp.json'), before.hot.get('/demo/timestamp.json'));
  for (const name of ['root.json', 'snapshot.json', '1.targets.json', 'upstream/timestamp.json']) {
    assert.ok(before.hot.has(`/demo/${name}`));
    assert.equal(after.hot.get(`/demo/${name}`), before.hot.get(`/demo/${name}`), name);
  }
});

void test('a refresh without news keeps every tree, and another repository’s publication keeps this one’s', async (t) => {
  const mirror = await TestMirror.open(t, { id: 'one' }, { id: 'two' });
  const [one, two] = ['one', 'two'].map((id) => mirror.trees.now.repositories.get(id));
  await mirror.publish({ id: 'two', roles: { targets: 2 } });
  mirror.trees.refresh();
  assert.equal(mirror.trees.now.repositories.get('one'), one);
  assert.notEqual(mirror.trees.now.repositories.get('two'), two);
});

void test('a state taken before the swap still answers whole', async (t) => {
  const mirror = await TestMirror.open(t, { roles: { targets: 1 } });
  const before = mirror.trees.now;
  await mirror.publish({ roles: { targets: 2 } });
  mirror.trees.refresh();
  assert.equal(before.hot.get('/demo/timestamp.json')?.body.toString(), mirrorBytes('demo', 'timestamp', 201));
  assert.equal(before.repositories.get('demo')?.find('101.snapshot.json')?.caching, 'immutable');
  assert.equal(before.repositories.get('demo')?.find('102.snapshot.json'), undefined);
});

void test('one repository that cannot be read keeps its old tree, is named, and does not stop the others', async (t) => {
  const mirror = await TestMirror.open(t, { id: 'one' }, { id: 'two' });
  mirror.database.run("UPDATE current SET timestamp_version = 999 WHERE repository = 'one'");
  await mirror.publish({ id: 'two', roles: { targets: 2 } });
  for (let times = 0; times < 3; times += 1) mirror.trees.refresh();
  assert.equal(await mirror.text('/one/timestamp.json'), `200 ${mirrorBytes('one', 'timestamp', 201)}`);
  assert.equal(await mirror.text('/two/timestamp.json'), `200 ${mirrorBytes('two', 'timestamp', 202)}`);
  assert.deepEqual(
    mirror.trees.trouble.map(({ repository, code }) => [repository, code]),
    [['one', 'STATE_NOTHING_PUBLISHED']],
  );
  assert.equal(mirror.logged.length, 1, 'said once, not at each look');
  mirror.database.run("UPDATE current SET timestamp_version = 201 WHERE repository = 'one'");
  mirror.trees.refresh();
  assert.deepEqual(mirror.trees.trouble, []);
});

/** Timestamp, its snapshot and its targets, over and over, as a client in the middle of an update would ask. */
async function updateUntil(signal: AbortSignal, mirror: TestMirror, seen: Set<number>): Promise<void> {
  while (!signal.aborted) {
    const timestamp = await mirror.text('/demo/metadata/timestamp.json');
    const version = Number(/:(\d+)\}$/.exec(timestamp)?.[1]);
    assert.equal(timestamp, `200 ${mirrorBytes('demo', 'timestamp', version)}`);
    seen.add(version);
    // In this test timestamps 201, 203, 205 … come with generations, and each even one renews the one before.
    const generation = version === 201 ? 1 : Math.ceil((version - 199) / 2);
    assert.equal((await mirror.ask(`/demo/metadata/${String(100 + generation)}.snapshot.json`)).status, 200);
    assert.equal((await mirror.ask(`/demo/metadata/${String(generation)}.targets.json`)).status, 200);
    assert.equal((await mirror.ask('/demo/metadata/2.root.json')).status, 404);
  }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let times = 0; times < 100; times += 1) {
    if (await isTrue()) return;
    await new Promise<void>((resolve) => void systemClock.after(50, resolve));
  }
  assert.fail('it did not happen within five seconds');
}
