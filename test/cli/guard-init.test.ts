/** What a guard believes comes from files and is confirmed: nothing is fetched, and nothing is assumed. */
import assert from 'node:assert/strict';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { readPin } from '../../src/client/pin/pin-file.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { roleName } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import { STRICT } from '../simulator/guarded.ts';
import { guardPlace } from './guard-place.ts';
import { Workplace } from './workplace.ts';

test('both roots are shown as two people compare them, and nothing is fetched', async (context) => {
  const place = await guardPlace(context);
  // There is nobody to ask any more.
  await place.close();
  const { out } = await place.workplace.succeed(place.init);
  for (const root of [place.mirrorRoot, place.guarded.upstream.firstRoot]) assert.ok(out.includes(sha256(root)));
  assert.match(out, /spoken {2}([a-z]+ ){7}[a-z]+$/m);
  assert.match(out, /Nothing was fetched/);
});

test('the pin and the folders around it are private to their owner', async (context) => {
  const place = await guardPlace(context);
  await place.enrol('--name mine');
  const { workplace } = place;
  for (const [path, mode] of [
    ['data/guard', 0o700],
    ['data/guard/mine', 0o700],
    ['data/guard/mine/pin.json', 0o600],
  ] as const) {
    assert.equal((await stat(workplace.path(path))).mode & 0o777, mode, path);
  }
  await workplace.succeed('guard refresh');
  assert.equal((await stat(workplace.path('data/guard/mine/memory'))).mode & 0o777, 0o700);
});

test('a digest that is not the file’s is refused, whichever root it is about', async (context) => {
  const { workplace, initWithoutDigests, digests } = await guardPlace(context);
  for (const wrong of [digests.replace(/(--root-sha256 )\w{8}/, '$100000000'), digests.replace(/\w{8}$/, '00000000')]) {
    const refusal = await workplace.refused(`${initWithoutDigests} ${wrong}`);
    assert.deepEqual([refusal.exitCode, refusal.code], [5, 'TRUST_ROOT_DIGEST']);
  }
  assert.deepEqual(await readdir(workplace.directory), ['mirror.json', 'upstream.json']);
});

test('without a terminal, each root needs its digest', async (context) => {
  const { workplace, initWithoutDigests, digests } = await guardPlace(context);
  const [, mirror = '', upstream = ''] = /^(.*) (--upstream-root-sha256 .*)$/.exec(digests) ?? [];
  for (const given of ['', mirror, upstream]) {
    const refusal = await workplace.refused(`${initWithoutDigests} ${given}`);
    assert.deepEqual([refusal.exitCode, refusal.code], [2, 'USAGE_OPTION']);
    assert.match(refusal.next, /--(upstream-)?root-sha256 HEX/);
  }
  assert.deepEqual(await readdir(workplace.directory), ['mirror.json', 'upstream.json']);
});

test('at a terminal both are shown, and the last digits of each must be typed', async (context) => {
  const place = await guardPlace(context);
  const { workplace, initWithoutDigests, guarded } = place;
  const [mirror, upstream] = [sha256(guarded.mirrorRoot), sha256(guarded.upstream.firstRoot)];
  workplace.answers.push(mirror.slice(-8), 'yes');
  assert.equal((await workplace.refused(initWithoutDigests)).code, 'TRUST_ROOT_DIGEST');
  workplace.answers.push(mirror.slice(-8), upstream.slice(-8).toUpperCase());
  const { err } = await workplace.succeed(initWithoutDigests);
  assert.ok(err.indexOf(mirror) < err.indexOf('type the last 8 digits'));
  assert.ok(err.includes(upstream));
});

test('a repository id that the mirror’s root is not signed for is found at once', async (context) => {
  const { workplace, init } = await guardPlace(context);
  const refusal = await workplace.refused(init.replace('--repository repository-1', '--repository repository-2'));
  assert.deepEqual([refusal.exitCode, refusal.code], [5, 'TRUST_WRONG_REPOSITORY']);
  assert.match(refusal.what, /“repository-1”.*repository-2/);
});

test('roots in each other’s place are refused, and the mirror’s in both places', async (context) => {
  const { workplace, init } = await guardPlace(context);
  const swapped = init
    .replace('--root @mirror.json', '--root @upstream.json')
    .replace('--upstream-root @upstream.json', '--upstream-root @mirror.json');
  const refusal = await workplace.refused(swapped);
  assert.deepEqual([refusal.exitCode, refusal.code], [5, 'TRUST_MALFORMED']);
  assert.match(refusal.next, /mirror’s own root and not upstream’s/);
  const twice = init.replace('--upstream-root @upstream.json', '--upstream-root @mirror.json');
  assert.match((await workplace.refused(twice)).what, /root key of the mirror/);
});

test('an enrolment is never overwritten, and another name is another guard', async (context) => {
  const place = await guardPlace(context);
  await place.enrol();
  const path = place.workplace.path('data/guard/repository-1/pin.json');
  const before = await readFile(path);
  const refusal = await place.workplace.refused(`${place.init} --grace npm=P1D`);
  assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_ALREADY_ENROLLED']);
  assert.deepEqual(await readFile(path), before);
  await place.enrol('--name second');
  for (const name of ['../up', 'map.json', 'Upper']) {
    assert.equal((await place.workplace.refused(`${place.init} --name ${name}`)).code, 'USAGE_REPOSITORY_ID', name);
  }
});

test('the options of a policy become members of the pin', async (context) => {
  const place = await guardPlace(context);
  await place.enrol(
    '--grace npm=P10D --grace a=b=PT12H --max-upstream-age P30D --max-offline P2D --floor timestamp=1 --floor targets=1 --expires 2027-01-01',
  );
  const { policy, floor, expires } = readPin(await readFile(place.workplace.path('data/guard/repository-1/pin.json')));
  assert.deepEqual([policy.maxUpstreamAge, policy.maxOffline], [30 * DAY, 2 * DAY]);
  assert.deepEqual([...policy.grace.keys()], ['npm', 'a=b']);
  assert.deepEqual([...floor.roles], [[roleName('targets'), 1]]);
  assert.equal(expires?.toISOString(), '2027-01-01T00:00:00.000Z');
});

test('what a policy may not say is refused before anything is written', async (context) => {
  const { workplace, init } = await guardPlace(context);
  for (const [options, code] of [
    ['--grace npm', 'USAGE_OPTION'],
    ['--grace npm=10d', 'USAGE_OPTION'],
    ['--grace npm=P1D --grace npm=P2D', 'USAGE_OPTION'],
    ['--floor targets=0', 'USAGE_OPTION'],
    ['--max-offline forever', 'USAGE_OPTION'],
    ['--expires soon', 'USAGE_OPTION'],
    // The mirror’s own roles never have grace, and none is longer than the age limit.
    ['--grace timestamp=P1D', 'CONFIG_PIN'],
    ['--grace npm=P91D', 'CONFIG_PIN'],
    ['--copy up', 'USAGE_OPTION'],
  ] as const) {
    assert.equal((await workplace.refused(`${init} ${options}`)).code, code, options);
  }
  assert.deepEqual(await readdir(workplace.directory), ['mirror.json', 'upstream.json']);
});

test('a pin file carries everything, and one digest confirms it', async (context) => {
  const { workplace, guarded } = await guardPlace(context);
  const file = writePin(guarded.pin());
  await writeFile(workplace.path('pin.json'), file);
  assert.equal((await workplace.refused('guard init @pin.json')).code, 'USAGE_OPTION');
  assert.equal((await workplace.refused('guard init @pin.json --grace npm=P1D')).code, 'USAGE_OPTION');
  const wrong = `guard init @pin.json --pin-sha256 ${'0'.repeat(64)}`;
  assert.equal((await workplace.refused(wrong)).code, 'TRUST_ROOT_DIGEST');
  await workplace.succeed(`guard init @pin.json --pin-sha256 ${sha256(file)}`);
  assert.deepEqual(await readFile(workplace.path('data/guard/repository-1/pin.json')), Buffer.from(file));
  await workplace.succeed('guard refresh');
});

test('a hostile pin file is refused in a sentence, with a code, and nothing changes on disk', async (context) => {
  const workplace = await Workplace.open(context);
  for (const content of [
    '',
    'not JSON',
    '[]',
    '{"countersign":"pin/v1"}',
    '{"countersign":"pin/v2","repository":"a","location":{"base":"http://a/"},"upstream_root":"AA=="}',
    '{"countersign":"pin/v1","repository":"../../etc","location":{"base":"http://a/"},"upstream_root":"AA=="}',
    `{"countersign":"pin/v1","repository":"a","location":{"base":"http://me:hunter2@a/"},"upstream_root":"AA=="}`,
    `{"a":${'['.repeat(100_000)}`,
    `{"countersign":"pin/v1","\\u001b[31mred":1}`,
  ]) {
    await writeFile(workplace.path('pin.json'), content);
    const { exitCode, out, err } = await workplace.type(
      `guard init @pin.json --pin-sha256 ${sha256(Buffer.from(content))} --json`,
    );
    assert.equal(exitCode, 3, content.slice(0, 60));
    assert.match(out, /"code": "CONFIG_PIN"/);
    assert.match(err, /^CONFIG_PIN: The pin.*\.$/m);
    assert.doesNotMatch(out + err, /hunter2|\u001b/);
  }
  assert.deepEqual(await readdir(workplace.directory), ['pin.json']);
});

test('a plain copy needs upstream’s root only, and no mirror’s keys anywhere', async (context) => {
  const place = await guardPlace(context);
  const { workplace, guarded } = place;
  const copy = `guard init --copy ${guarded.url.href}upstream/ --upstream-root @upstream.json --repository any`;
  const digest = `--upstream-root-sha256 ${sha256(guarded.upstream.firstRoot)}`;
  const unused = await workplace.refused(`${copy} ${digest} --root-sha256 ${'0'.repeat(64)}`);
  assert.match(unused.what, /there is no such root/);
  await workplace.succeed(`${copy} ${digest} --grace timestamp=P30D`);
  const { json } = await workplace.succeed('guard get file.txt --json');
  assert.deepEqual([json['level'], json['delivered_by']], ['carried', null]);
});

test('a rehearsal refuses what would be refused, asks nobody and makes nothing', async (context) => {
  const { workplace, init, initWithoutDigests } = await guardPlace(context);
  const { json } = await workplace.succeed(`${initWithoutDigests} --dry-run --json`);
  assert.deepEqual([json['dryRun'], json['name']], [true, 'repository-1']);
  const wrong = await workplace.refused(`${init} --dry-run --name ../up`);
  assert.equal(wrong.code, 'USAGE_REPOSITORY_ID');
  assert.deepEqual(await readdir(workplace.directory), ['mirror.json', 'upstream.json']);
});

test('without an enrolment nothing is believed', async (context) => {
  const workplace = await Workplace.open(context);
  for (const line of ['refresh', 'get a', 'why a', 'status', 'pin show']) {
    const refusal = await workplace.refused(`guard ${line}`);
    assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_NOT_ENROLLED'], line);
  }
});

test('docs/clients/guard.md has every member of a pin, every remark and every warning', async (context) => {
  const { guarded } = await guardPlace(context);
  const page = await readFile(new URL('../../docs/clients/guard.md', import.meta.url), 'utf8');
  const period = { period: DAY, until: new Date('2027-01-01'), reason: 'why' };
  const full = writePin(
    guarded.pin({
      policy: { ...STRICT, grace: new Map([[roleName('npm'), period]]) },
      floor: { root: 2, timestamp: 2, snapshot: 2, roles: new Map([[roleName('npm'), 2]]) },
      expires: new Date('2027-01-01'),
    }),
  );
  const members = [
    ...Buffer.from(full)
      .toString()
      .matchAll(/"([a-zA-Z_]+)":/g),
  ].map(([, name = '']) => name);
  const own = members.filter((name) => name !== 'npm');
  assert.ok(own.includes('maxUpstreamAge') && own.includes('until'));
  const sources = await Promise.all(
    ['remarks', 'shared-verdict', 'warnings'].map((name) =>
      readFile(new URL(`../../src/client/answer/${name}.ts`, import.meta.url), 'utf8'),
    ),
  );
  const codes = [...sources.join('').matchAll(/(?:code: |add\(\s*|\| )'([a-z-]+)'/g)].map(([, code = '']) => code);
  assert.ok(codes.includes('newer-mirror') && codes.includes('damaged-cache') && codes.includes('agreed'));
  const words = new Set([...page.matchAll(/[a-zA-Z_-]+/g)].map(([word]) => word));
  assert.deepEqual(
    [...new Set([...own, ...codes])].filter((word) => !words.has(word)),
    [],
  );
});
