/** S-08, R-05: a disk that is really full, where this machine lets a test have a small one of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isRefusal } from '../../src/errors.ts';
import { closeMirror } from '../../src/open.ts';
import { Disk } from '../../src/platform/disk.ts';
import { BlobStore } from '../../src/publish/blobs.ts';
import { FakeClock } from '../simulator/clock.ts';
import { currentOf } from './aftermath.ts';
import { importFrom, LATER, open, Places, upstreamAt } from './place.ts';
import { nodeWords } from '../simulator/programs.ts';

const CHILD = fileURLToPath(new URL('full-disk-child.ts', import.meta.url));
const places = new Places();
after(() => places.remove());

/** A mount that only the child sees, and that is gone with it. */
const OWN_DISK = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@"';
const inOwnDisk = (room: string, ...words: string[]): string[] => [
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  OWN_DISK,
  'sh',
  room,
  ...words,
];

void test('a renewal on a full disk is STATE_DISK, the old state stays, and with room again it succeeds', async (t) => {
  const room = join(places.room, 'small-disk');
  mkdirSync(room);
  if (spawnSync('unshare', inOwnDisk(room, 'true')).status !== 0) {
    t.skip(
      'this machine gives no test a file system of its own; the injected ENOSPC of failing-operation.test.ts stands for it',
    );
    return;
  }
  const place = await places.copy('online');
  const words = inOwnDisk(room, process.execPath, ...nodeWords(CHILD), place, room);
  const child = spawnSync('unshare', words, { encoding: 'utf8' });
  assert.equal(child.stdout, 'survived\n', child.stderr);
});

void test('R-05: targets leave a reserve free, so that the record and renewals go on when they fill the disk', async () => {
  class NearlyFull extends Disk {
    override freeBytes(): Promise<number> {
      return Promise.resolve(1_000_000);
    }
  }
  const mirror = await open(await places.copy('online'), new FakeClock(LATER));
  const before = currentOf(mirror);
  const blobs = new BlobStore(join(mirror.dataDirectory, 'blobs'), new NearlyFull());
  const importing = importFrom({ ...mirror, blobs }, upstreamAt(2));
  await assert.rejects(importing, (error) => isRefusal(error, 'STATE_DISK') && /reserve/.test(error.what));
  assert.deepEqual(currentOf(mirror), before);
  closeMirror(mirror);
});
