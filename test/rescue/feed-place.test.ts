/** Where a change feed was left lies beside the originals: it is that server’s, or nobody’s. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { Disk } from '../../src/platform/disk.ts';
import { readPlace, writePlace } from '../../src/rescue/follow.ts';
import { directory } from '../acquire/directories.ts';

test('another server’s place, and a file that is none, are refused and not taken for this one’s', async (t) => {
  const into = await directory(t);
  const disk = new Disk();
  assert.equal(await readPlace(disk, into, 'https://one'), undefined);
  await writePlace(disk, into, 'https://one', '42');
  assert.equal(await readPlace(disk, into, 'https://one'), '42');
  const isFileRefusal = (error: unknown): boolean => isRefusal(error, 'USAGE_FILE');
  await assert.rejects(readPlace(disk, into, 'https://two'), isFileRefusal);
  for (const text of ['', '{}', '{"server":"https://one","last":7}']) {
    await writeFile(join(into, 'feed.json'), text);
    await assert.rejects(readPlace(disk, into, 'https://one'), isFileRefusal, text);
  }
});
