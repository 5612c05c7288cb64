/**
 * On a file system of a few megabytes that is this process’s alone: `full-disk-child.ts PLACE ROOM`. Copies the place
 * there, fills the disk up, lets every step fail for want of room, makes room, and looks at the aftermath.
 */
import assert from 'node:assert/strict';
import { closeSync, cpSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { asDiskRefusal } from '../../src/platform/disk.ts';
import { Refusal } from '../../src/errors.ts';
import { closeMirror } from '../../src/open.ts';
import { FakeClock } from '../simulator/clock.ts';
import { goOn, knownClient } from './aftermath.ts';
import { LATER, open } from './place.ts';
import { SCENARIOS } from './scenarios.ts';

const [place = '', room = ''] = process.argv.slice(2);
const renewal = SCENARIOS.find(({ name }) => name === 'a renewal');
assert.ok(renewal);
const directory = join(room, 'copy');
cpSync(place, directory, { recursive: true });
const step = await renewal.prepare(directory);
const mirror = await open(directory, new FakeClock(LATER));
const before = knownClient(mirror);

const filler = join(room, 'filler');
fill(filler);
await assert.rejects(step.perform(mirror), (error) => {
  const known = asDiskRefusal(error, 'the renewal');
  assert.ok(known instanceof Refusal && known.code === 'STATE_DISK', String(error));
  return true;
});
rmSync(filler);
const hadHappened = await goOn(directory, mirror, before, step);
assert.equal(hadHappened, false);
closeMirror(mirror);
process.stdout.write('survived\n');

/** Until not one byte more fits. */
function fill(path: string): void {
  const handle = openSync(path, 'w');
  try {
    for (let block = 65_536; block >= 1;) {
      try {
        writeSync(handle, Buffer.alloc(block));
      } catch {
        block = Math.floor(block / 2);
      }
    }
  } finally {
    closeSync(handle);
  }
}
