/** H-08: HEAD says what GET would say, without the body. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestMirror } from './fixture.ts';

void test('status and every header but the date are those of GET', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes: 'content' }] });
  const paths = [
    '/demo/metadata/timestamp.json',
    '/demo/metadata/101.snapshot.json',
    '/demo/upstream/1.root.json',
    '/demo/targets/file',
    '/demo/targets/absent',
    '/demo/2.root.json',
    '/',
  ];
  for (const path of paths) {
    const [get, head] = [await mirror.ask(path), await mirror.ask(path, {}, 'HEAD')];
    assert.equal(head.status, get.status, path);
    assert.equal(head.body.length, 0);
    assert.deepEqual(withoutDate(head.headers), withoutDate(get.headers), path);
    assert.equal(head.headers.get('content-length'), String(get.body.length));
  }
});

void test('HEAD has no ranges (RFC 9110, “Range”)', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes: 'content' }] });
  const { status, headers } = await mirror.ask('/demo/targets/file', { Range: 'bytes=0-1' }, 'HEAD');
  assert.deepEqual([status, headers.get('content-length'), headers.get('accept-ranges')], [200, '7', 'bytes']);
});

function withoutDate(headers: ReadonlyMap<string, string>): [string, string][] {
  return [...headers].filter(([name]) => name !== 'date');
}
