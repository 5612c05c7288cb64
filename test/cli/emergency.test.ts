/** The emergency: fewer people, a reason, a mark for ever and a review; and policies that publish on command, or late. */
import assert from 'node:assert/strict';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { DAY } from '../simulator/clock.ts';
import { as, Office, skip } from './office.ts';

/** SHA-256 of what file.txt holds first. */
const FIRST = sha256(Buffer.from('first'));
const EMERGENCY = { break_glass: { min_approvers: 1, review_within_days: 3 } };

test('one person opens it for one import; it is reviewed by as many as the policy asks', { skip }, async (context) => {
  const office = await Office.ofTwo(context, EMERGENCY);
  const { workplace } = office;
  await office.import();
  const open = 'publish 1 --break-glass';
  for (const [line, code] of [
    [`${open} ${as('alice')}`, 'USAGE_REASON'],
    [`${open} --reason x`, 'POLICY_CHANGE'],
    [`${open} --reason x ${as('ivan')}`, 'POLICY_NOT_PERMITTED'],
    [`publish 9 --break-glass --reason x ${as('alice')}`, 'USAGE_UNKNOWN_IMPORT'],
    ['publish 1', 'POLICY_APPROVALS'],
    ['review 1 --reason x', 'USAGE_UNKNOWN_IMPORT'],
  ] as const)
    assert.equal((await workplace.refused(line)).code, code, line);
  assert.equal(await office.published(), null);
  const { json, out } = await workplace.succeed(
    `${open} ${as('alice')} --json --reason`,
    'INC-7: nobody else is awake',
  );
  assert.equal((json['publication'] as { outcome: string }).outcome, 'published');
  assert.deepEqual((json['emergency'] as { asked: number }).asked, 1);
  assert.ok(!out.includes('INC-7'));
  assert.equal(await office.published(), 1);
  const status = await workplace.succeed('status --json');
  const { emergencies } = status.json['office'] as { emergencies: { import: number; isOverdue: boolean }[] };
  assert.deepEqual(
    emergencies.map(({ import: number, isOverdue }) => [number, isOverdue]),
    [[1, false]],
  );
  assert.match(status.err, /EMERGENCY of import 1 of sample, .*must act: approvers/);
  assert.match((await workplace.type('status --at 2026-12-01')).out, /its review IS OVERDUE since 2026-11-26/);

  // It is for that import alone.
  await office.change('second');
  await office.import();
  assert.equal((await workplace.refused('publish 2')).code, 'POLICY_APPROVALS');
  await workplace.succeed(`review 1 ${as('alice')} --reason`, 'the state is right');
  assert.equal((await workplace.refused(`review 1 ${as('bob')} --reason other`)).code, 'USAGE_OPTION');
  const reviewed = (await workplace.succeed(`review 1 ${as('bob')} --json`)).json;
  assert.deepEqual([reviewed['outcome'], reviewed['asked']], ['done', 2]);
  assert.doesNotMatch((await workplace.succeed('status')).out, /EMERGENCY/);
  assert.equal((await workplace.refused(`review 1 ${as('bob')} --reason x`)).code, 'USAGE_UNKNOWN_IMPORT');
  await workplace.succeed('fsck');
});

test('a no outlives it; and without the rule there is none', { skip }, async (context) => {
  const office = await Office.ofTwo(context, EMERGENCY);
  const { workplace } = office;
  await office.import();
  await workplace.succeed(`reject 1 ${as('bob')} --reason no`);
  const open = `publish 1 --break-glass --reason x ${as('alice')}`;
  assert.equal((await workplace.refused(open)).code, 'POLICY_REJECTED');
  const { emergencies } = (await workplace.type('status --json')).json['office'] as { emergencies: unknown[] };
  assert.deepEqual(emergencies, [], 'nobody has signed for what could not be published');
  await office.setPolicy({ min_approvers: 2 }, 'alice', 'bob');
  await workplace.succeed(`approve 1 ${as('bob')} --withdraw`);
  assert.equal((await workplace.refused(open)).code, 'POLICY_NOT_PERMITTED');
});

test('on command only, and not before the time is over', { skip }, async (context) => {
  const office = await Office.ofTwo(context, { publish: 'on-command', cooling_off_hours: 24 });
  const { workplace } = office;
  const { what } = (await office.import())['waitsFor'] as { what: string };
  assert.match(what, /0 of 2 people have approved it/, 'what is missing first');
  await workplace.succeed(`approve 1 ${as('alice')} --yes`);
  const last = (await workplace.succeed(`approve 1 ${as('bob')} --yes --json`)).json;
  assert.deepEqual([last['state'], last['nextAt'], last['publication']], ['cooling-off', '2026-11-24T03:00:00Z', null]);
  const early = await workplace.refused('publish 1');
  assert.deepEqual([early.exitCode, early.code], [6, 'POLICY_COOLING_OFF']);
  assert.match((await workplace.type('status')).out, /cooling-off: .*\n.*must act: nobody/);
  workplace.clock.step(DAY);
  assert.equal(await office.stateOf(1), 'approved');
  assert.match((await workplace.type('status')).out, /needs-command: .*\n.*must act: mirror operator/);
  const again = await office.import();
  assert.equal((again['waitsFor'] as { code: string }).code, 'POLICY_APPROVALS', 'nobody has said when');
  assert.equal(await office.published(), null);
  assert.equal(
    ((await workplace.succeed('publish 1 --dry-run --json')).json['publication'] as { outcome: string }).outcome,
    'rehearsed',
  );
  assert.equal(await office.published(), null);
  // Its files have lain here for a day.
  const blobs = workplace.path('data', 'blobs', 'sha256');
  for (const entry of await readdir(blobs, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await rename(join(entry.parentPath, entry.name), join(entry.parentPath, 'gone'));
  assert.equal((await workplace.refused('publish 1')).code, 'STATE_DAMAGED');
  for (const entry of await readdir(blobs, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await rename(join(entry.parentPath, 'gone'), join(entry.parentPath, FIRST));
  await workplace.succeed('publish 1');
  assert.equal(await office.published(), 1);
});

test('by itself when the time is over: the next import publishes what was approved', { skip }, async (context) => {
  const office = await Office.ofTwo(context, { cooling_off_hours: 24 });
  const { workplace } = office;
  await office.import();
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 1 ${as(name)} --yes`);
  assert.equal(await office.published(), null);
  workplace.clock.step(DAY);
  assert.equal((await office.import())['outcome'], 'published');
  assert.equal(await office.published(), 1);
});
