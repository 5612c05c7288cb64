/** Collections brought to safety by the hundred: what is taken home, what is believed, what is told. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { formatDate } from '../../src/tuf/dates.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DAY, NOW } from '../simulator/clock.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { APP, DB, firstUse, RENAME, rescued, site, type Told, WEB } from './rescue-place.ts';

test('a list with digests and a cache: enrolled, imported, published, and the originals lie there', async (t) => {
  const { workplace, notary } = await site(t);
  const { firstRoot } = notary.collections.get(APP) ?? assert.fail();
  await writeFile(workplace.path('list'), `# ours\n${APP} sha256:${sha256(firstRoot)}\n${DB}\n`);
  const cached = workplace.path(join('trust', 'tuf', DB, 'metadata', 'root.json'));
  await mkdir(dirname(cached), { recursive: true });
  await writeFile(cached, notary.collections.get(DB)?.firstRoot ?? '');

  const told = await rescued(workplace, `${notary.url.href} --list list --trust trust ${RENAME}`);
  assert.deepEqual(
    told.map(({ gun, servedAs, outcome, confirmedBy }) => [gun, servedAs, outcome, confirmedBy]),
    [
      [APP, 'mirror.dc.internal/team/app', 'published', 'digest'],
      [DB, 'mirror.dc.internal/team/db', 'published', 'cache'],
    ],
  );
  const [first] = told;
  assert.equal(first?.validity?.isValid, true);
  for (const name of ['1.root.json', 'timestamp.json', 'targets/releases.json']) {
    const file =
      name === 'targets/releases.json'
        ? `targets/releases.${sha256(notary.collections.get(APP)?.file(name) ?? firstRoot)}.json`
        : name;
    assert.deepEqual(
      await readFile(join(first.kept?.path ?? '', file)),
      Buffer.from(notary.collections.get(APP)?.file(name) ?? ''),
    );
  }
  // Again: nothing new, and nothing is written twice.
  const again = await rescued(workplace, `${notary.url.href} --list list ${RENAME}`);
  assert.deepEqual(
    again.map(({ outcome, confirmedBy, kept }) => [outcome, confirmedBy, kept?.added]),
    [
      ['unchanged', 'enrolled', 0],
      ['unchanged', 'enrolled', 0],
    ],
  );
  await workplace.succeed('fsck');
});

test('a root that nothing confirms is kept and not believed; by decision it is, with the reason (N-09)', async (t) => {
  const { workplace, notary } = await site(t);
  const [told] = await rescued(workplace, `${notary.url.href} ${APP}`, 1);
  assert.deepEqual([told?.outcome, told?.refusal?.code, told?.repository], ['kept', 'TRUST_ROOT_DIGEST', null]);
  assert.match(told?.refusal?.next ?? '', /--first-use --reason/);
  assert.deepEqual((await workplace.succeed('repo list --json')).json, { repositories: [] });

  assert.equal((await workplace.refused(`rescue ${notary.url.href} ${APP} --first-use`)).code, 'USAGE_OPTION');
  const typed = firstUse(`${notary.url.href} ${APP}`, 'the registry closes');
  const { json } = await workplace.succeed(...typed);
  assert.deepEqual(
    [(json['collections'] as Told[])[0]?.outcome, (json['collections'] as Told[])[0]?.confirmedBy],
    ['published', 'first-use'],
  );
  const { json: listed } = await workplace.succeed('imports --json');
  assert.match(JSON.stringify(listed), /First use: the registry closes/);
});

test('a digest that no root has is refused, first use or not', async (t) => {
  const { workplace, notary } = await site(t);
  await writeFile(workplace.path('list'), `${APP} ${'ab'.repeat(32)}\n`);
  const typed = firstUse(`${notary.url.href} --list list`);
  const { exitCode, json } = await workplace.type(...typed);
  assert.deepEqual([exitCode, (json['collections'] as Told[])[0]?.refusal?.code], [1, 'TRUST_ROOT_DIGEST']);
});

test('one that cannot be had keeps no other from being rescued', async (t) => {
  const { workplace, notary } = await site(t);
  notary.broken.add(APP);
  const forged = notary.collections.get(DB) ?? assert.fail();
  forged.role().signers = [forged.signer('a stranger')];
  // Signed by somebody whom the root does not know.
  forged.publish('targets');
  const typed = firstUse(`${notary.url.href} registry.example.com/team/*`);
  const { exitCode, json } = await workplace.type(...typed);
  assert.equal(exitCode, 1);
  const told = json['collections'] as Told[];
  assert.deepEqual(
    told.map(({ gun, outcome, refusal }) => [gun, outcome, refusal?.code]),
    [
      [APP, 'lost', 'SOURCE_STATUS'],
      [DB, 'kept', 'TRUST_SIGNATURES'],
      [WEB, 'published', undefined],
    ],
  );
});

test('what ends before `targets` is told, and what has ended', async (t) => {
  const { workplace, notary } = await site(t);
  const app = notary.collections.get(APP) ?? assert.fail();
  app.role('targets/releases').expires = new Date(NOW.getTime() + 20 * DAY);
  app.publish();
  const db = notary.collections.get(DB) ?? assert.fail();
  db.role().expires = new Date(NOW.getTime() - DAY);
  db.publish();
  const typed = firstUse(`${notary.url.href} ${APP} ${DB}`);
  const { json, err } = await workplace.type(...typed);
  const [first, second] = json['collections'] as Told[];
  assert.deepEqual(first?.validity?.firstDelegation, {
    role: 'targets/releases',
    expires: formatDate(new Date(NOW.getTime() + 20 * DAY)),
  });
  assert.equal(second?.validity?.isValid, false);
  assert.match(err, /EXPIRED/);
});

test('the change feed is followed from where it was left; what failed is asked for again', async (t) => {
  const { workplace, notary } = await site(t);
  const address = notary.url.href;
  const all = firstUse(`${address} registry.example.com/team/*`);
  assert.equal((await workplace.succeed(...all)).json['lastChange'], '3');

  assert.deepEqual(await rescued(workplace, `${address} --changed`), []);
  const app = notary.collections.get(APP) ?? assert.fail();
  notary.put(app.add('v2', 'cd'.repeat(32)).publish('targets'));
  notary.broken.add(APP);
  const failed = await rescued(workplace, `${address} --changed`, 1);
  assert.deepEqual(
    failed.map(({ gun, outcome }) => [gun, outcome]),
    [[APP, 'lost']],
  );
  notary.broken.delete(APP);
  notary.delete(WEB);
  notary.asked.length = 0;
  const { json } = await workplace.succeed(`rescue ${address} --changed --json`);
  assert.deepEqual(
    (json['collections'] as Told[]).map(({ gun, outcome }) => [gun, outcome]),
    [[APP, 'published']],
  );
  assert.deepEqual(json['deleted'], [WEB]);
  assert.ok(!notary.asked.some((path) => path.includes('/db/')), 'what did not change was not asked for');
});

test('two names that spell the same id get one each', async (t) => {
  const { workplace, notary } = await site(t);
  const names = ['registry.example.com/a/b-c', 'registry.example.com/a-b/c'];
  for (const gun of names) notary.put(new SimulatedCollection(gun).publish());
  const typed = firstUse(`${notary.url.href} ${names.join(' ')}`);
  const { json } = await workplace.succeed(...typed);
  const ids = (json['collections'] as Told[]).map(({ repository }) => repository);
  assert.equal(new Set(ids).size, 2);
  assert.equal(ids[0], 'registry.example.com-a-b-c');
});

test('rehearsed, nothing is asked for and nothing is written', async (t) => {
  const { workplace, notary } = await site(t);
  const { json } = await workplace.succeed(`rescue ${notary.url.href} ${APP} ${RENAME} --dry-run --json`);
  const [told] = json['collections'] as Told[];
  assert.deepEqual([told?.servedAs, told?.outcome, told?.kept], ['mirror.dc.internal/team/app', 'rehearsed', null]);
  assert.deepEqual(notary.asked, []);
});

test('nothing named is no rescue, and a directory has no feed', async (t) => {
  const { workplace, notary } = await site(t);
  assert.match((await workplace.refused(`rescue ${notary.url.href}`)).what, /No collection is named/);
  assert.match((await workplace.refused(`rescue ${workplace.directory} --changed`)).what, /No collection is named/);
  assert.match((await workplace.refused(`rescue ${workplace.directory} a/*`)).what, /no change feed/);
});
