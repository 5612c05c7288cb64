/** W-10, S-07: bytes that are not what they were are a 500 and never a download, wherever they lie. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import type { Sha256 } from '../../src/tuf/names.ts';
import { digestOf, TestMirror, upstreamBytes } from './fixture.ts';

const BYTES = 'content of the target';
const DAMAGED = '{"code":"STATE_DAMAGED"}\n';

async function mirrorOf(t: TestContext): Promise<{ mirror: TestMirror; blob: string }> {
  const mirror = await TestMirror.open(t, { roles: { targets: 1, bin: 1 }, targets: [{ path: 'file', bytes: BYTES }] });
  return { mirror, blob: mirror.blobs.path(digestOf('sha256', BYTES) as Sha256) };
}

async function assertRefused(mirror: TestMirror, path: string): Promise<void> {
  for (const [method, headers] of [
    ['GET', {}],
    ['HEAD', {}],
    ['GET', { Range: 'bytes=0-1' }],
  ] as const) {
    const answer = await mirror.ask(path, headers, method);
    assert.equal(answer.status, 500, method);
    assert.equal(answer.body.toString(), method === 'HEAD' ? '' : DAMAGED);
    assert.equal(answer.headers.get('etag'), undefined);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  }
}

void test('one flipped bit in a blob that nobody has asked for yet', async (t) => {
  const { mirror, blob } = await mirrorOf(t);
  flipBit(blob);
  await assertRefused(mirror, '/demo/targets/file');
  assert.match(mirror.logged[0] ?? '', /STATE_DAMAGED/);
});

void test('one flipped bit in a blob that was served well before', async (t) => {
  const { mirror, blob } = await mirrorOf(t);
  assert.equal(await mirror.text('/demo/targets/file'), `200 ${BYTES}`);
  flipBit(blob);
  await assertRefused(mirror, '/demo/targets/file');
});

void test('a blob that was cut short, and one that is gone', async (t) => {
  const { mirror, blob } = await mirrorOf(t);
  truncateSync(blob, 5);
  await assertRefused(mirror, '/demo/targets/file');
  rmSync(blob);
  await assertRefused(mirror, '/demo/targets/file');
});

void test('a client that has the true bytes still gets 304: it needs none of ours', async (t) => {
  const { mirror, blob } = await mirrorOf(t);
  flipBit(blob);
  const etag = `"${digestOf('sha256', BYTES)}"`;
  assert.equal((await mirror.ask('/demo/targets/file', { 'If-None-Match': etag })).status, 304);
});

void test('many clients at once on a blob that was never checked: each gets it whole', async (t) => {
  const { mirror } = await mirrorOf(t);
  const answers = await Promise.all(Array.from({ length: 20 }, () => mirror.text('/demo/targets/file')));
  assert.deepEqual(new Set(answers), new Set([`200 ${BYTES}`]));
});

void test('one flipped bit in the record, in a file that is read when asked for', async (t) => {
  const { mirror } = await mirrorOf(t);
  flipBitInRecord(mirror, upstreamBytes('bin', 1));
  for (const path of ['/demo/1.bin.json', '/demo/metadata/bin.json', '/demo/upstream/1.bin.json']) {
    await assertRefused(mirror, path);
  }
  assert.equal((await mirror.ask('/demo/1.targets.json')).status, 200);
});

void test('one flipped bit in the record, in a file that is read at the start: only that file suffers', async (t) => {
  const { mirror } = await mirrorOf(t);
  await mirror.publish({ roles: { targets: 3 } });
  flipBitInRecord(mirror, upstreamBytes('targets', 3));
  mirror.trees.refresh();
  await assertRefused(mirror, '/demo/metadata/3.targets.json');
  await assertRefused(mirror, '/demo/targets.json');
  assert.equal((await mirror.ask('/demo/timestamp.json')).status, 200);
  assert.equal((await mirror.ask('/demo/1.targets.json')).status, 200);
});

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** As a disk would: behind the back of the triggers. */
function flipBitInRecord(mirror: TestMirror, text: string): void {
  const bytes = Buffer.from(text);
  const digest = sha256(bytes);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  mirror.database.run('DROP TRIGGER IF EXISTS file_no_update');
  mirror.database.run('UPDATE file SET bytes = ? WHERE sha256 = ?', bytes, digest);
}
