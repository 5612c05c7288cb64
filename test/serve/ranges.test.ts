/** H-08: one range of a target, against the very bytes it was begun on; metadata has none. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { digestOf, TestMirror } from './fixture.ts';

const BYTES = '0123456789';

async function mirrorOf(t: TestContext): Promise<TestMirror> {
  return TestMirror.open(t, { targets: [{ path: 'file', bytes: BYTES }] });
}

async function rangeOf(mirror: TestMirror, range: string, more: Record<string, string> = {}): Promise<string> {
  const { status, headers, body } = await mirror.ask('/demo/targets/file', { Range: range, ...more });
  return `${String(status)} ${headers.get('content-range') ?? '-'} ${headers.get('content-length') ?? '-'} ${body.toString()}`;
}

void test('a single range is 206 with exactly those bytes', async (t) => {
  const mirror = await mirrorOf(t);
  assert.equal(await rangeOf(mirror, 'bytes=0-0'), '206 bytes 0-0/10 1 0');
  assert.equal(await rangeOf(mirror, 'bytes=3-5'), '206 bytes 3-5/10 3 345');
  assert.equal(await rangeOf(mirror, 'bytes=7-'), '206 bytes 7-9/10 3 789');
  assert.equal(await rangeOf(mirror, 'bytes=0-999'), '206 bytes 0-9/10 10 0123456789');
  assert.equal(await rangeOf(mirror, 'BYTES=9-9'), '206 bytes 9-9/10 1 9');
});

void test('a suffix range counts from the end', async (t) => {
  const mirror = await mirrorOf(t);
  assert.equal(await rangeOf(mirror, 'bytes=-3'), '206 bytes 7-9/10 3 789');
  assert.equal(await rangeOf(mirror, 'bytes=-99'), '206 bytes 0-9/10 10 0123456789');
});

void test('a range behind the end is 416 and names the length', async (t) => {
  const mirror = await mirrorOf(t);
  for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0', `bytes=${'9'.repeat(40)}-`]) {
    assert.equal(await rangeOf(mirror, range), '416 bytes */10 33 {"code":"RANGE_NOT_SATISFIABLE"}\n', range);
  }
});

void test('several ranges and what is not understood are answered whole', async (t) => {
  const mirror = await mirrorOf(t);
  for (const range of [
    'bytes=0-1,3-4',
    'bytes=5-3',
    'bytes=-',
    'bytes',
    'items=0-1',
    'bytes=a-b',
    'bytes=0-1;',
    'bytes=0x1-2',
  ]) {
    assert.equal(await rangeOf(mirror, range), `200 - 10 ${BYTES}`, range);
  }
});

void test('If-Range: another, weak or dated validator means the whole file', async (t) => {
  const mirror = await mirrorOf(t);
  const etag = `"${digestOf('sha256', BYTES)}"`;
  assert.equal(await rangeOf(mirror, 'bytes=3-5', { 'If-Range': etag }), '206 bytes 3-5/10 3 345');
  for (const value of ['"other"', `W/${etag}`, '*', `${etag}, ${etag}`, 'Mon, 23 Nov 2026 00:00:00 GMT']) {
    assert.equal(await rangeOf(mirror, 'bytes=3-5', { 'If-Range': value }), `200 - 10 ${BYTES}`, value);
  }
});

void test('a download that is resumed after a publication is never spliced from two files', async (t) => {
  const mirror = await mirrorOf(t);
  const first = await mirror.ask('/demo/targets/file', { Range: 'bytes=0-4' });
  await mirror.publish({ targets: [{ path: 'file', bytes: 'abcdefghij' }] });
  mirror.trees.refresh();
  const etag = first.headers.get('etag') ?? '';
  assert.equal(await rangeOf(mirror, 'bytes=5-', { 'If-Range': etag }), '200 - 10 abcdefghij');
  assert.match(await rangeOf(mirror, 'bytes=5-', { 'If-Match': etag }), /^412 /);
});

void test('metadata is never sent in part', async (t) => {
  const mirror = await mirrorOf(t);
  for (const path of ['/demo/timestamp.json', '/demo/1.targets.json', '/demo/upstream/1.root.json']) {
    const whole = await mirror.ask(path);
    const { status, body, headers } = await mirror.ask(path, { Range: 'bytes=0-1' });
    assert.deepEqual([status, body, headers.get('accept-ranges')], [200, whole.body, undefined]);
  }
});

void test('a range of an empty file is the empty file', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes: '' }] });
  assert.equal(await rangeOf(mirror, 'bytes=-1'), '200 - 0 ');
  assert.match(await rangeOf(mirror, 'bytes=0-'), /^416 bytes \*\/0 /);
});
