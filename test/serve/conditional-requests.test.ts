/** H-08: strong ETags, 304 where the client has the bytes already, and never across a change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { mirrorBytes, type RawAnswer, TestMirror } from './fixture.ts';

const PATHS = [
  '/demo/metadata/timestamp.json', // prepared
  '/demo/metadata/%74imestamp.json', // the same, looked up by name
  '/demo/metadata/101.snapshot.json',
  '/demo/targets/file',
];

async function mirrorWithTarget(t: Parameters<typeof TestMirror.open>[0]): Promise<TestMirror> {
  return TestMirror.open(t, { targets: [{ path: 'file', bytes: 'content' }] });
}

function etagOf(answer: RawAnswer): string {
  return answer.headers.get('etag') ?? 'no ETag';
}

void test('the ETag is the SHA-256 of the body', async (t) => {
  const mirror = await mirrorWithTarget(t);
  for (const path of PATHS) {
    const answer = await mirror.ask(path);
    assert.equal(etagOf(answer), `"${sha256(answer.body)}"`);
    assert.equal(answer.headers.get('content-length'), String(answer.body.length));
    assert.equal(answer.headers.get('content-encoding'), undefined);
    assert.equal(answer.headers.get('vary'), undefined);
  }
});

void test('If-None-Match: the tag itself, in a list, weakened, or any', async (t) => {
  const mirror = await mirrorWithTarget(t);
  for (const path of PATHS) {
    const whole = await mirror.ask(path);
    const etag = etagOf(whole);
    for (const value of [etag, `W/${etag}`, '*', ' * ', `"other", ${etag}`, `"a,b",W/"x" , W/${etag}`, `${etag},"z"`]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await mirror.ask(path, { 'If-None-Match': value }, method);
        assert.deepEqual([answer.status, answer.body.length], [304, 0], `${path} ${value}`);
        assert.equal(etagOf(answer), etag);
        assert.equal(answer.headers.get('cache-control'), whole.headers.get('cache-control'));
        assert.equal(answer.headers.get('content-length'), undefined);
      }
    }
    for (const value of [
      '"other"',
      'W/"other"',
      '',
      etag.slice(1, -1),
      `"x${etag.slice(1)}`,
      `"${etag}"`.slice(0, -3),
    ]) {
      assert.equal((await mirror.ask(path, { 'If-None-Match': value })).status, 200, `${path} ${value}`);
    }
  }
});

void test('after a renewal the old tag is answered with the new file', async (t) => {
  const mirror = await mirrorWithTarget(t);
  const etag = etagOf(await mirror.ask('/demo/timestamp.json'));
  mirror.renew();
  mirror.trees.refresh();
  const answer = await mirror.ask('/demo/timestamp.json', { 'If-None-Match': etag });
  assert.equal(`${String(answer.status)} ${answer.body.toString()}`, `200 ${mirrorBytes('demo', 'timestamp', 202)}`);
});

void test('If-Match: a resumed download of what has changed is 412, and a weak tag matches nothing', async (t) => {
  const mirror = await mirrorWithTarget(t);
  for (const path of PATHS) {
    const etag = etagOf(await mirror.ask(path));
    assert.equal((await mirror.ask(path, { 'If-Match': etag })).status, 200);
    assert.equal((await mirror.ask(path, { 'If-Match': '*' })).status, 200);
    for (const value of ['"other"', `W/${etag}`]) {
      const answer = await mirror.ask(path, { 'If-Match': value });
      assert.equal(`${String(answer.status)} ${answer.body.toString()}`, '412 {"code":"PRECONDITION_FAILED"}\n');
    }
  }
});

void test('names that never change are immutable, the others are asked for again', async (t) => {
  const mirror = await mirrorWithTarget(t);
  const cacheControl = async (path: string): Promise<string | undefined> =>
    (await mirror.ask(path)).headers.get('cache-control');
  for (const name of ['timestamp.json', 'root.json', 'snapshot.json', 'targets.json']) {
    for (const tree of ['', 'metadata/', 'upstream/', 'upstream/metadata/']) {
      assert.equal(await cacheControl(`/demo/${tree}${name}`), 'no-cache, no-transform');
    }
  }
  const { headers } = await mirror.ask('/demo/upstream/1.targets.json');
  const evidence = `/demo/upstream/sha256/${(headers.get('etag') ?? '').slice(1, -1)}`;
  for (const path of ['/demo/1.root.json', '/demo/101.snapshot.json', '/demo/metadata/101.snapshot.json', evidence]) {
    assert.equal(await cacheControl(path), 'public, max-age=31536000, immutable, no-transform');
    assert.equal((await mirror.ask(path)).headers.get('content-type'), 'application/json');
  }
});

void test('upstream may sign one version again: its versioned names follow, and no cache keeps the old bytes', async (t) => {
  const mirror = await TestMirror.open(t, { bytes: { targets: 'signed once' } });
  const paths = ['/demo/1.targets.json', '/demo/metadata/1.targets.json', '/demo/upstream/metadata/1.targets.json'];
  const [before] = await Promise.all(paths.map((path) => mirror.ask(path)));
  await mirror.publish({ bytes: { targets: 'signed again' } });
  mirror.trees.refresh();
  for (const path of paths) {
    const { status, headers, body } = await mirror.ask(path, { 'If-None-Match': before?.headers.get('etag') ?? '' });
    assert.equal(`${String(status)} ${body.toString()}`, '200 signed again', path);
    assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
  }
});
