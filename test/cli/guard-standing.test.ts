/** What a guard remembers: status without asking anybody, offline answers, and pins that are replaced. */
import assert from 'node:assert/strict';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { roleName } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import { STRICT } from '../simulator/guarded.ts';
import { guardPlace } from './guard-place.ts';

test('status says when nothing was ever refreshed, what is held, and that it answers offline', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  const before = await workplace.type('guard status --json');
  const [never] = before.json['guards'] as Record<string, Record<string, unknown>>[];
  assert.deepEqual([before.exitCode, never?.['error']?.['code']], [1, 'SOURCE_OFFLINE']);
  await workplace.succeed('guard refresh --all-roles');
  await place.close();
  const { json } = await workplace.succeed('guard status --json');
  const [look] = json['guards'] as Record<string, unknown>[];
  assert.deepEqual(look?.['marks'], {
    root: 1,
    timestamp: 1,
    snapshot: 1,
    roles: { targets: 1, docs: 1, npm: 1, later: 1 },
  });
  assert.equal(look['refreshed_at'], '2026-11-23T03:00:00Z');
  assert.equal((look['standing'] as Record<string, unknown>)['mode'], 'offline');
  assert.equal(look['delegations'], null);
});

test('status is no once the pin allows no answer offline any more', async (context) => {
  const place = await guardPlace(context);
  await place.enrol('--max-offline P3D');
  await place.workplace.succeed('guard refresh');
  await place.close();
  // The mirror’s timestamp lives a day.
  for (const [days, exitCode] of [
    [2, 0],
    [3, 1],
  ] as const) {
    place.workplace.clock.step(days * DAY);
    assert.equal((await place.workplace.type('guard status')).exitCode, exitCode);
  }
  const { out } = await place.workplace.type('guard status');
  assert.match(out, /NO ANSWER OFFLINE\n {2}POLICY_OFFLINE_AGE/);
});

test('status tells of a held file that was altered, and of one that is gone', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  await workplace.succeed('guard get file.txt');
  const held = sha256(Buffer.from('content'));
  await writeFile(workplace.path('data/guard/repository-1/memory/files', held), 'altered');
  const { exitCode, out } = await workplace.type('guard status');
  assert.equal(exitCode, 1);
  assert.match(out, new RegExp(`DAMAGED +${held}`));
});

test('offline asks nobody: answers go on when the mirror is gone, about what was fetched', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  await workplace.succeed('guard get docs/a.txt');
  await place.close();
  assert.equal((await workplace.refused('guard get docs/a.txt -o @b.txt')).code, 'SOURCE_UNREACHABLE');
  for (const mode of ['offline', 'cache-first']) {
    const { json } = await workplace.succeed(`guard get docs/a.txt -o @b.txt --mode ${mode} --json`);
    assert.equal(json['mode'], mode === 'offline' ? 'offline' : 'cache');
    assert.ok((json['not_known'] as { code: string }[]).some(({ code }) => code === 'newer-mirror'));
  }
  assert.equal(await readFile(workplace.path('b.txt'), 'utf8'), 'a');
  const never = await workplace.refused('guard get npm/keys.json --mode offline');
  assert.deepEqual([never.exitCode, never.code], [4, 'SOURCE_OFFLINE']);
});

test('pin show says what is permitted, and when each permission ends', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol('--grace npm=P10D --floor timestamp=1 --max-offline PT12H');
  assert.match((await workplace.succeed('guard pin show')).out, /npm: P10D after its expiry$/m);
  await workplace.succeed('guard refresh --all-roles');
  const { out } = await workplace.succeed('guard pin show');
  // npm lives 180 days from 23 November.
  assert.match(out, /npm: P10D after its expiry; of the file that is held it ends on 2027-06-01T03:00:00Z/);
  const { json } = await workplace.succeed('guard pin show --json');
  assert.deepEqual((json['policy'] as { max_offline: string }).max_offline, 'PT12H');
});

test('pin set says what changes, keeps the marks, and needs no new confirmation for what is believed', async (context) => {
  const place = await guardPlace(context);
  const { workplace, guarded } = place;
  await place.enrol();
  await workplace.succeed('guard refresh');
  const grace = new Map([[roleName('npm'), { period: 5 * DAY, until: undefined, reason: 'CHG-7' }]]);
  await writeFile(workplace.path('pin.json'), writePin(guarded.pin({ policy: { ...STRICT, grace } })));
  const rehearsed = await workplace.succeed('guard pin set @pin.json --dry-run --json');
  assert.deepEqual(
    (rehearsed.json['changes'] as { member: string }[]).map(({ member }) => member),
    ['warn before', 'grace'],
  );
  const { err, out } = await workplace.succeed('guard pin set @pin.json');
  assert.match(err, /grace:\n {2}- none\n {2}\+ npm: P5D after its expiry \(CHG-7\)/);
  assert.match(out, /The marks and everything held stay/);
  const [look] = (await workplace.succeed('guard status --json')).json['guards'] as { marks: { timestamp: number } }[];
  assert.equal(look?.marks.timestamp, 1);
});

test('pin set asks about roots that are new, and is refused for another repository or a hostile file', async (context) => {
  const place = await guardPlace(context);
  const { workplace, guarded } = place;
  await place.enrol();
  const path = workplace.path('data/guard/repository-1/pin.json');
  const before = await readFile(path);
  guarded.upstream.author.publishRoot();
  guarded.upstream.publish();
  await guarded.importNow();
  const newer = guarded.pin({ upstreamRoot: guarded.upstream.file('2.root.json') });
  await writeFile(workplace.path('pin.json'), writePin(newer));
  const unconfirmed = await workplace.refused('guard pin set @pin.json');
  assert.match(unconfirmed.what, /Upstream’s root was not confirmed/);
  await writeFile(
    workplace.path('carried.json'),
    writePin({ ...guarded.carriedPin(), repository: 'x' as typeof newer.repository }),
  );
  const digest = sha256(await readFile(workplace.path('carried.json')));
  const other = await workplace.refused(`guard pin set @carried.json --pin-sha256 ${digest}`);
  assert.equal(other.code, 'TRUST_WRONG_REPOSITORY');
  await writeFile(workplace.path('hostile.json'), '{"countersign":"pin/v1","polcy":{}}');
  const hostile = await workplace.refused('guard pin set @hostile.json');
  assert.deepEqual([hostile.exitCode, hostile.code], [3, 'CONFIG_PIN']);
  assert.deepEqual(await readFile(path), before);
  workplace.answers.push(sha256(newer.upstreamRoot ?? new Uint8Array()).slice(-8));
  await workplace.succeed('guard pin set @pin.json');
  await workplace.succeed('guard refresh');
});

test('a pin or a memory that others may write or read is not used', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  await workplace.succeed('guard refresh');
  for (const path of ['data/guard', 'data/guard/repository-1', 'data/guard/repository-1/memory']) {
    await chmod(workplace.path(path), 0o755);
    const refusal = await workplace.refused('guard get file.txt');
    assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_PERMISSIONS'], path);
    await chmod(workplace.path(path), 0o700);
  }
  // The pin itself is private, so it can still be looked at.
  await chmod(workplace.path('data/guard/repository-1/memory'), 0o755);
  await workplace.succeed('guard pin show');
});

test('a pin that was damaged by hand is refused by its name, and status of the others goes on', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol();
  await place.enrol('--name other');
  await workplace.succeed('guard refresh');
  await writeFile(workplace.path('data/guard/other/pin.json'), '{');
  assert.equal((await workplace.refused('guard get file.txt --name other')).code, 'CONFIG_PIN');
  const { exitCode, out } = await workplace.type('guard status');
  assert.equal(exitCode, 1);
  assert.match(out, /^other: CANNOT BE READ\n {2}CONFIG_PIN: /m);
  assert.match(out, /^repository-1: answers offline$/m);
  const refreshed = await workplace.type('guard refresh --json');
  assert.equal(refreshed.exitCode, 3);
  assert.deepEqual(
    (refreshed.json['guards'] as { name: string; ok: boolean }[]).map(({ name, ok }) => [name, ok]),
    [
      ['other', false],
      ['repository-1', true],
    ],
  );
  assert.deepEqual(await readdir(workplace.path('data/guard/other')), ['memory', 'pin.json']);
});
