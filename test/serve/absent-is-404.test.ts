/** H-01: clients steer by status codes, so absence is exactly 404, and nothing else ever is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestMirror } from './fixture.ts';

const ABSENT = [
  '/demo/metadata/2.root.json',
  '/demo/2.root.json',
  '/demo/upstream/metadata/3.root.json',
  '/demo/upstream/3.root.json',
  '/demo/metadata/999.snapshot.json',
  '/demo/metadata/0.root.json',
  '/demo/metadata/01.root.json',
  '/demo/metadata/1.root.JSON',
  '/demo/metadata/99999999999999999999.root.json',
  '/demo/metadata/.json',
  '/demo/at/2026-01-01T00:00:00Z/metadata/timestamp.json',
  '/demo/targets/absent',
  '/other/metadata/timestamp.json',
  '/metrics',
  '/livez',
  '/api/v1/status',
  '/favicon.ico',
];

void test('what does not exist is 404 with a short body that nobody may keep', async (t) => {
  const mirror = await TestMirror.open(t, {});
  for (const path of ABSENT) {
    const { status, headers, body } = await mirror.ask(path);
    assert.equal(`${String(status)} ${body.toString()}`, '404 {"code":"NOT_FOUND"}\n', path);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('location'), undefined);
    assert.equal(headers.get('etag'), undefined);
  }
});

void test('a delegated role called “2.root” does not answer for the next root, on which every client’s search ends', async (t) => {
  const mirror = await TestMirror.open(t, { roles: { targets: 1, '2.root': 1 } });
  for (const place of ['/demo/', '/demo/metadata/', '/demo/upstream/']) {
    assert.equal((await mirror.ask(`${place}1.2.root.json`)).status, 200);
  }
  assert.equal((await mirror.ask('/demo/2.root.json')).status, 404);
  assert.equal((await mirror.ask('/demo/metadata/2.root.json')).status, 404);
});

void test('conditions and ranges do not turn an absence into anything else', async (t) => {
  const mirror = await TestMirror.open(t, {});
  for (const header of ['If-None-Match', 'If-Match', 'Range']) {
    assert.equal((await mirror.ask('/demo/2.root.json', { [header]: '*' })).status, 404);
    assert.equal((await mirror.ask('/demo/targets/absent', { [header]: 'bytes=0-' })).status, 404);
  }
});

void test('a repository that is enrolled and not published yet is 404', async (t) => {
  const mirror = await TestMirror.open(t);
  assert.equal((await mirror.ask('/demo/metadata/1.root.json')).status, 404);
});

void test('other methods are 405 and name the two that exist', async (t) => {
  const mirror = await TestMirror.open(t, {});
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
    const { status, headers, body } = await mirror.ask('/demo/timestamp.json', {}, method);
    assert.equal(`${String(status)} ${body.toString()}`, '405 {"code":"METHOD_NOT_ALLOWED"}\n', method);
    assert.equal(headers.get('allow'), 'GET, HEAD');
  }
});

void test('answers are counted by kind of path and status, never by what was asked for', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes: 'content' }] });
  for (const path of [
    '/demo/timestamp.json',
    '/demo/1.targets.json',
    '/demo/upstream/root.json',
    '/demo/targets/file',
    ...ABSENT,
  ]) {
    await mirror.ask(path);
  }
  const counted = mirror.counts.all().map(({ route, code, count }) => `${route} ${String(code)} ${String(count)}`);
  assert.deepEqual(counted.sort(), [
    'metadata 200 2',
    `other 404 ${String(ABSENT.length)}`,
    'targets 200 1',
    'upstream-metadata 200 1',
  ]);
});
