/** The server’s own loop: what too few witnesses have seen waits for them, and not for the next renewal. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Renewals } from '../../src/cli/renewals.ts';
import { openLog } from '../../src/platform/log.ts';
import { adoptRestoredRecord } from '../../src/publish/recover.ts';
import { SeenClock, until, WatchedSite } from './site.ts';

test('the loop asks again at every look, says it once, and shows what waited as soon as a witness is back', async (t) => {
  const site = await WatchedSite.open(t);
  await site.watch('a');
  await site.setRule(site.policy(['a']));
  await site.witness('a').stop();
  await site.grow();
  const clock = new SeenClock(site.clock);
  await site.restart(undefined, clock);
  let told = '';
  const log = openLog({ clock: site.clock, level: 'info', out: { write: (text) => (told += text) } });
  const renewals = new Renewals(site.mirror, log);
  await renewals.start();
  t.after(() => renewals.stop());
  assert.equal(site.shown.size, 2);
  const look = async (): Promise<void> => {
    const { database } = site.mirror;
    const token = (): unknown => database.one('SELECT token FROM writer')?.['token'];
    const before = token();
    site.clock.advance(120_000);
    // Nothing is left but the time of the next look.
    await until(() => token() !== before && clock.waiting === 1);
  };
  await look();
  await site.watch('a');
  await look();
  assert.equal(site.shown.size, site.size);
  assert.deepEqual(told.match(/too few witnesses|witnesses have seen everything/g), [
    'too few witnesses',
    'witnesses have seen everything',
  ]);
});

test('a record that a witness knows better is adopted under another name, whatever its head file says', async (t) => {
  const site = await WatchedSite.open(t);
  await site.watch('a');
  await site.setRule(site.policy(['a']));
  const { dataDirectory } = site.mirror;
  cpSync(dataDirectory, `${dataDirectory}-snapshot`, { recursive: true });
  await site.grow();
  await site.grow();
  for (const name of ['record.sqlite', 'record.sqlite-wal', 'record.sqlite-shm', 'head.json'])
    rmSync(join(dataDirectory, name), { force: true });
  cpSync(`${dataDirectory}-snapshot`, dataDirectory, { recursive: true });
  const mirror = await site.restart();
  const origin = site.logKey.name;
  assert.deepEqual(await adoptRestoredRecord(mirror, 'the disk died'), { eventsLost: 2 });
  assert.equal(site.logKey.name, `${origin}/2`);
});
