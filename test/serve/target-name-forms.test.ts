/** One target under every name that some client asks for, in our tree and in upstream’s. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetFileNames, targetPath } from '../../src/tuf/names.ts';
import { digestOf, TestMirror } from './fixture.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable, no-transform';
const REVALIDATED = 'no-cache, no-transform';

function listed(bytes: string, ...algorithms: string[]): [string, string][] {
  return algorithms.map((algorithm) => [algorithm, digestOf(algorithm, bytes)]);
}

void test('plain, dir/HASH.file and HASH.dir/file, for each listed digest', async (t) => {
  const bytes = 'content';
  const hashes = listed(bytes, 'sha256', 'sha512');
  const mirror = await TestMirror.open(t, { targets: [{ path: 'a/b/file.txt', bytes, hashes }] });
  const names = ['a/b/file.txt'];
  for (const [, digest] of hashes) {
    const { prefixedFile, prefixedPath } = targetFileNames(targetPath('a/b/file.txt'), digest);
    names.push(prefixedFile, prefixedPath);
  }
  assert.equal(names.length, 5);
  for (const name of names) {
    for (const tree of ['targets', 'upstream/targets']) {
      const { status, headers, body } = await mirror.ask(`/demo/${tree}/${name}`);
      assert.equal(`${String(status)} ${body.toString()}`, '200 content', name);
      assert.equal(headers.get('content-type'), 'application/octet-stream');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('cache-control'), name === 'a/b/file.txt' ? REVALIDATED : IMMUTABLE);
      assert.equal(headers.get('etag'), `"${digestOf('sha256', bytes)}"`);
    }
  }
});

void test('the SHA-256 names exist even where upstream lists SHA-512 only', async (t) => {
  const bytes = 'content';
  const mirror = await TestMirror.open(t, { targets: [{ path: 'dir/file', bytes, hashes: listed(bytes, 'sha512') }] });
  for (const digest of [digestOf('sha256', bytes), digestOf('sha512', bytes)]) {
    assert.equal(await mirror.text(`/demo/targets/dir/${digest}.file`), '200 content');
    assert.equal(await mirror.text(`/demo/targets/${digest}.dir/file`), '200 content');
  }
});

void test('C-07: a digest that we do not compute finds the file and does not make its name immutable', async (t) => {
  const bytes = 'content';
  const hashes = listed(bytes, 'sha256', 'sha384');
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes, hashes }] });
  const { status, headers } = await mirror.ask(`/demo/targets/${digestOf('sha384', bytes)}.file`);
  assert.deepEqual([status, headers.get('cache-control')], [200, REVALIDATED]);
});

void test('a digest of another target, or of nothing, is 404', async (t) => {
  const mirror = await TestMirror.open(t, {
    targets: [
      { path: 'one', bytes: '1' },
      { path: 'two', bytes: '2' },
    ],
  });
  const one = digestOf('sha256', '1');
  for (const name of [
    `${one}.two`,
    one,
    `${one}.`,
    `.one`,
    `${one.slice(1)}.one`,
    `${one.toUpperCase()}.one`,
    `${one}.one/`,
    `dir/${one}.one`,
  ]) {
    assert.equal((await mirror.ask(`/demo/targets/${name}`)).status, 404, name);
  }
});

void test('older content stays reachable by digest, and the plain name follows the generation', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'file', bytes: 'old' }] });
  await mirror.publish({ targets: [{ path: 'file', bytes: 'new' }] });
  mirror.trees.refresh();
  assert.equal(await mirror.text(`/demo/targets/${digestOf('sha256', 'old')}.file`), '200 old');
  assert.equal(await mirror.text(`/demo/targets/${digestOf('sha256', 'new')}.file`), '200 new');
  assert.equal(await mirror.text('/demo/targets/file'), '200 new');
  await mirror.publish({ targets: [] });
  mirror.trees.refresh();
  assert.equal((await mirror.ask('/demo/targets/file')).status, 404);
  assert.equal(await mirror.text(`/demo/targets/${digestOf('sha256', 'new')}.file`), '200 new');
});

void test('D-03: a path with two contents has no plain name, because only a client’s walk can tell which counts', async (t) => {
  const mirror = await TestMirror.open(t, {
    targets: [
      { path: 'file', bytes: 'of the first role' },
      { path: 'file', bytes: 'of the second role' },
    ],
  });
  assert.equal((await mirror.ask('/demo/targets/file')).status, 404);
  assert.equal(
    await mirror.text(`/demo/targets/${digestOf('sha256', 'of the first role')}.file`),
    '200 of the first role',
  );
  assert.equal(
    await mirror.text(`/demo/targets/${digestOf('sha256', 'of the second role')}.file`),
    '200 of the second role',
  );
});

void test('an empty target is a target', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'empty', bytes: '' }] });
  const { status, headers, body } = await mirror.ask('/demo/targets/empty');
  assert.deepEqual([status, headers.get('content-length'), body.length], [200, '0', 0]);
});
