/** A rescue that is run again, and not quite as before: nothing is mirrored twice, and no change is passed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { takeLock } from '../../src/platform/lock.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { SimulatedNotary } from '../simulator/notary-server.ts';
import { as, Office, skip } from './office.ts';
import { APP, DB, firstUse, RENAME, rescued, site, type Told, WEB } from './rescue-place.ts';

test('what is enrolled keeps its name where the renaming is forgotten or another one, and is mirrored once', async (t) => {
  const { workplace, notary } = await site(t);
  await workplace.succeed(...firstUse(`${notary.url.href} ${APP} ${DB} ${RENAME}`));
  for (const renaming of ['', '--rename registry.example.com/=elsewhere/']) {
    // First use would let anything in.
    const { json } = await workplace.succeed(...firstUse(`${notary.url.href} ${APP} ${DB} ${renaming}`));
    assert.deepEqual(
      (json['collections'] as Told[]).map(({ servedAs, confirmedBy }) => [servedAs, confirmedBy]),
      ['app', 'db'].map((name) => [`mirror.dc.internal/team/${name}`, 'enrolled']),
    );
  }
  const { json } = await workplace.succeed('repo list --json');
  assert.equal((json['repositories'] as unknown[]).length, 2);
  const [planned] = await rescued(workplace, `${notary.url.href} ${APP} --dry-run`);
  assert.deepEqual([planned?.servedAs, planned?.confirmedBy], ['mirror.dc.internal/team/app', 'enrolled']);
});

test('one that is served under two names goes on under the one that the renaming says', async (t) => {
  const { workplace, notary } = await site(t);
  await workplace.succeed(...firstUse(`${notary.url.href} ${APP}`));
  const root = `--root @root.json --root-sha256 ${await rootFile(workplace.path('root.json'), notary.collections.get(APP)?.firstRoot)}`;
  const names = `--gun ${APP} --serve-as mirror.dc.internal/team/app`;
  await workplace.succeed(`repo add second --dialect notary --upstream ${notary.url.href} ${names} ${root}`);
  const [told] = await rescued(workplace, `${notary.url.href} ${APP} ${RENAME}`);
  assert.deepEqual([told?.servedAs, told?.repository], ['mirror.dc.internal/team/app', 'second']);
});

test('a rescue of some does not pass over what the feed told of the others', async (t) => {
  const { workplace, notary } = await site(t);
  const address = notary.url.href;
  await workplace.succeed(...firstUse(`${address} registry.example.com/team/*`));
  for (const gun of [DB, WEB]) {
    const collection = notary.collections.get(gun) ?? assert.fail();
    notary.put(collection.add('v2', 'cd'.repeat(32)).publish('targets'));
  }
  // By a name that changed, and by a prefix that nothing enrolled is below.
  for (const some of [DB, 'registry.example.com/other/*']) await rescued(workplace, `${address} ${some} --changed`);
  await rescued(workplace, `${address} registry.example.com/other/*`);
  const changed = await rescued(workplace, `${address} --changed`);
  assert.deepEqual(
    changed.map(({ gun, outcome }) => [gun, outcome]),
    [
      [DB, 'unchanged'],
      [WEB, 'published'],
    ],
  );
  assert.deepEqual(await rescued(workplace, `${address} --changed`), []);
});

test('one that is being imported already keeps no other from being rescued', async (t) => {
  const { workplace, notary } = await site(t);
  await workplace.succeed(...firstUse(`${notary.url.href} ${APP}`));
  const lock = await takeLock(
    workplace.path('data', 'locks'),
    `import-${APP.replaceAll('/', '-')}`,
    workplace.clock,
    0,
  );
  t.after(() => lock.release());
  const { exitCode, json } = await workplace.type(...firstUse(`${notary.url.href} ${APP} ${DB}`));
  assert.equal(exitCode, 1);
  assert.deepEqual(
    (json['collections'] as Told[]).map(({ gun, outcome, refusal }) => [gun, outcome, refusal?.code]),
    [
      [APP, 'kept', 'STATE_LOCKED'],
      [DB, 'published', undefined],
    ],
  );
});

test(
  'who may not import enrols nothing: the record always has the first use that an import rests on',
  { skip },
  async (t) => {
    const { workplace } = await Office.ofTwo(t);
    const notary = await SimulatedNotary.start(t);
    notary.put(new SimulatedCollection(APP).publish());
    const { exitCode, json } = await workplace.type(...firstUse(`${notary.url.href} ${APP}`));
    const [told] = json['collections'] as Told[];
    assert.deepEqual(
      [exitCode, told?.outcome, told?.refusal?.code, told?.repository],
      [1, 'kept', 'POLICY_NOT_PERMITTED', null],
    );
    await workplace.succeed(...firstUse(`${notary.url.href} ${APP} ${as('ivan')}`, 'it closes'));
    assert.match((await workplace.succeed('imports --json')).out, /First use: it closes/);
  },
);

async function rootFile(path: string, bytes: Uint8Array = new Uint8Array()): Promise<string> {
  await writeFile(path, bytes);
  return sha256(bytes);
}
