/** After a restored backup or a clock step nothing is signed until a person decides, with a reason (S-06, F-07). */
import assert from 'node:assert/strict';
import { cp, rename, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { DAY } from '../simulator/clock.ts';
import { Workplace } from './workplace.ts';

test('a restored record is noticed, reported, rehearsed and adopted', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  await cp(workplace.path('data'), workplace.path('backup'), { recursive: true, preserveTimestamps: true });
  await workplace.succeed('renew --force');
  await rename(workplace.path('data', 'head.json'), workplace.path('backup', 'head.json'));
  await rm(workplace.path('data'), { recursive: true });
  await rename(workplace.path('backup'), workplace.path('data'));

  const refused = await workplace.refused('renew --force');
  assert.deepEqual([refused.exitCode, refused.code], [7, 'STATE_RESTORED']);
  assert.equal((await workplace.type('fsck')).exitCode, 1);
  assert.equal((await workplace.refused('fsck --adopt-restored')).code, 'USAGE_REASON');

  const rehearsed = (await workplace.type('fsck --adopt-restored --dry-run --json --reason lost')).json;
  assert.deepEqual([rehearsed['adopted'], rehearsed['eventsLost'], rehearsed['ok']], ['restored-record', 1, false]);
  const adopted = (await workplace.succeed('fsck --adopt-restored --json --reason lost')).json;
  assert.deepEqual([adopted['adopted'], adopted['eventsLost'], adopted['ok']], ['restored-record', 1, true]);
  await workplace.succeed('renew --force');
});

test('a clock that was ahead stops signing until it is adopted', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  workplace.clock.step(-DAY / 24);
  const refused = await workplace.refused('renew --force');
  assert.deepEqual([refused.exitCode, refused.code], [7, 'STATE_CLOCK_BACK']);
  await workplace.succeed('status');
  assert.equal((await workplace.type('fsck --adopt-clock --adopt-restored --reason x')).exitCode, 2);
  await workplace.succeed('fsck --adopt-clock --reason x --dry-run');
  assert.equal((await workplace.refused('renew --force')).code, 'STATE_CLOCK_BACK');
  const { json } = await workplace.succeed('fsck --adopt-clock --json --reason x');
  assert.equal(json['adopted'], 'clock');
  await workplace.succeed('renew --force');
});
