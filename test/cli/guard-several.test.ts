/** Several guards on one machine: strict beside lenient, and repositories that must agree by a map. */
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DAY } from '../simulator/clock.ts';
import { guardPlace } from './guard-place.ts';

test('with several guards, one must be named, and the refusal names them', async (context) => {
  const place = await guardPlace(context);
  await place.enrol('--name strict');
  await place.enrol('--name lenient');
  for (const line of ['get file.txt', 'why file.txt', 'pin show']) {
    const refusal = await place.workplace.refused(`guard ${line}`);
    assert.deepEqual([refusal.exitCode, refusal.code], [2, 'USAGE_OPTION'], line);
    assert.match(refusal.what, /lenient, strict/);
  }
  assert.equal((await place.workplace.refused('guard get file.txt --name nobody')).code, 'STATE_NOT_ENROLLED');
  await place.workplace.succeed('guard get file.txt --name strict');
});

test('a lenient guard’s grace is its own: the strict one beside it still refuses', async (context) => {
  const place = await guardPlace(context);
  const { workplace, guarded } = place;
  guarded.upstream.author.lifetimes.targets = 20;
  guarded.upstream.publish('npm');
  await guarded.importNow();
  await place.enrol('--name strict');
  await place.enrol('--name lenient --grace npm=P10D');
  place.step(21 * DAY);
  await guarded.renew();
  const strict = await workplace.refused('guard get npm/keys.json --name strict');
  assert.equal(strict.code, 'TRUST_EXPIRED');
  const { json } = await workplace.succeed('guard get npm/keys.json --name lenient --json');
  const uses = json['grace_used'] as { role: string; by: string; until: string }[];
  const use = uses.find(({ by }) => by === 'grace');
  assert.deepEqual([use?.role, use?.by, use?.until], ['npm', 'grace', '2026-12-23T03:00:00Z']);
  const { out } = await workplace.succeed('guard why npm/keys.json --name lenient');
  assert.match(out, /^GRACE USED: npm expired on 2026-12-13T03:00:00Z; believed until 2026-12-23T03:00:00Z$/m);
});

test('by a map, several must agree, and --name asks one of them alone', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await place.enrol('--name one');
  await place.enrol('--name two');
  await writeFile(workplace.path('map.json'), mapOf(['one', 'two'], 2));
  assert.match((await workplace.succeed('guard map show')).out, /no map/);
  const rehearsed = await workplace.succeed('guard map set @map.json --dry-run --json');
  assert.equal(rehearsed.json['dryRun'], true);
  assert.deepEqual(await readdir(workplace.path('data/guard')), ['one', 'two']);
  await workplace.succeed('guard map set @map.json');
  assert.match((await workplace.succeed('guard map show')).out, /1\. \*: 2 of 2 must agree \(one, two\)/);

  const { json } = await workplace.succeed('guard get file.txt --json');
  assert.ok((json['established'] as { code: string }[]).some(({ code }) => code === 'agreed'));
  assert.equal(await readFile(workplace.path('file.txt'), 'utf8'), 'content');
  await writeFile(workplace.path('bad'), 'CONTENT');
  assert.equal((await workplace.type('guard verify file.txt @bad')).exitCode, 1);
  const why = await workplace.succeed('guard why file.txt');
  assert.match(why.out, /^mapping 1: 2 of one, two must agree[\s\S]*one:\n {4}file\.txt \?[\s\S]*→ agreed: one, two$/m);
  const asked = (await workplace.succeed('guard why file.txt --json')).json;
  assert.deepEqual([asked['search'], (asked['rounds'] as { agreed: string[] }[])[0]?.agreed], [null, ['one', 'two']]);
  const alone = (await workplace.succeed('guard why file.txt --name one --json')).json;
  assert.deepEqual(alone['rounds'], []);

  const nobody = await workplace.type('guard why nothing.txt');
  assert.equal(nobody.exitCode, 1);
  assert.match(nobody.out, /too few agree/);
  await workplace.succeed('guard refresh');
});

test('a map of guards that are not enrolled, or a hostile one, changes nothing', async (context) => {
  const place = await guardPlace(context);
  const { workplace } = place;
  await writeFile(workplace.path('map.json'), mapOf(['one', 'two'], 2));
  assert.equal((await workplace.refused('guard map set @map.json')).code, 'STATE_NOT_ENROLLED');
  await place.enrol('--name one');
  for (const content of [mapOf(['one', 'two'], 2), mapOf(['one'], 2), mapOf(['one', 'one'], 2), '{}', '[', '']) {
    await writeFile(workplace.path('map.json'), content);
    const refusal = await workplace.refused('guard map set @map.json');
    assert.deepEqual([refusal.exitCode, refusal.code], [3, 'CONFIG_MAP'], content);
  }
  assert.deepEqual(await readdir(workplace.path('data/guard')), ['one']);
});

function mapOf(repositories: readonly string[], threshold: number): string {
  return JSON.stringify({
    repositories: Object.fromEntries(repositories.map((name) => [name, { pin: name }])),
    mapping: [{ paths: ['*'], repositories, threshold, terminating: true }],
  });
}
