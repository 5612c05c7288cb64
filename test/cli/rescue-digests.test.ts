/** What a list of digests is worth: nothing else in the list, on the line or in the record makes it say less. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { APP, DB, firstUse, site, type Told } from './rescue-place.ts';

const WRONG = 'ab'.repeat(32);

test('a name that stands in the list again without its digest keeps it, first use or not (N-09)', async (t) => {
  const { workplace, notary } = await site(t);
  await writeFile(workplace.path('list'), `${APP} ${WRONG}\n${APP}\n`);
  const { exitCode, json } = await workplace.type(...firstUse(`${notary.url.href} --list list`));
  assert.deepEqual([exitCode, (json['collections'] as Told[])[0]?.refusal?.code], [1, 'TRUST_ROOT_DIGEST']);
  await writeFile(
    workplace.path('list'),
    `${DB}\n${DB} ${sha256(notary.collections.get(DB)?.firstRoot ?? assert.fail())}\n`,
  );
  const { json: other } = await workplace.succeed(`rescue ${notary.url.href} --list list --json`);
  assert.deepEqual(
    (other['collections'] as Told[]).map(({ confirmedBy }) => confirmedBy),
    ['digest'],
  );
});

test('two digests for one name are refused, and one digest for many names, before anybody is asked', async (t) => {
  const { workplace, notary } = await site(t);
  for (const [text, what] of [
    [
      `${APP} ${WRONG}\n${APP} ${'cd'.repeat(32)}\n`,
      /^Line 2 of list gives registry.example.com\/team\/app another digest/,
    ],
    [`registry.example.com/* ${WRONG}\n`, /^Line 1 of list gives many collections one digest/],
  ] as const) {
    await writeFile(workplace.path('list'), text);
    const { code, what: said } = await workplace.refused(`rescue ${notary.url.href} --list list`);
    assert.equal(code, 'USAGE_FILE');
    assert.match(said, what);
  }
  assert.deepEqual(notary.asked, []);
});

test('a digest that contradicts what is enrolled is heard: it began with first use, and was somebody else’s', async (t) => {
  const { workplace, notary } = await site(t);
  await workplace.succeed(...firstUse(`${notary.url.href} ${APP}`));
  await writeFile(workplace.path('list'), `${APP} ${WRONG}\n`);
  const { exitCode, json } = await workplace.type(`rescue ${notary.url.href} --list list --json`);
  const [told] = json['collections'] as Told[];
  assert.deepEqual([exitCode, told?.outcome, told?.refusal?.code], [1, 'kept', 'TRUST_ROOT_DIGEST']);
});

test('any root of the enrolled one’s chain confirms it, before it or after; one of another chain does not', async (t) => {
  const { workplace, notary } = await site(t);
  const app = notary.collections.get(APP) ?? assert.fail();
  const digests = [sha256(app.firstRoot)];
  for (const version of [2, 3]) {
    app.publishRoot();
    digests.push(sha256(app.file(`${String(version)}.root.json`)));
    app.publish();
    // Enrolled with the second: the first comes before it, and the third after.
    if (version === 2) await workplace.succeed(...firstUse(`${notary.url.href} ${APP}`));
  }
  for (const digest of digests) {
    await writeFile(workplace.path('list'), `${APP} ${digest}\n`);
    await workplace.succeed(`rescue ${notary.url.href} --list list`);
  }
});

for (const [what, rotations, code] of [
  ['leads nowhere', 1, 'TRUST_SIGNATURES'],
  ['is another one of the same version', 0, 'TRUST_ROOT_DIGEST'],
] as const) {
  test(`a genuine first root confirms nothing where it ${what}`, async (t) => {
    const { workplace, notary } = await site(t);
    const genuine = notary.collections.get(DB)?.firstRoot ?? assert.fail();
    const stranger = new SimulatedCollection(DB);
    stranger.rootSigners = [stranger.rootSigner('stranger')];
    stranger.publish();
    for (let rotation = 0; rotation < rotations; rotation++) stranger.publishRoot().publish();
    stranger.files.set('1.root.json', genuine);
    notary.put(stranger);
    await workplace.succeed(...firstUse(`${notary.url.href} ${DB}`));
    await writeFile(workplace.path('list'), `${DB} ${sha256(genuine)}\n`);
    const { exitCode, json } = await workplace.type(`rescue ${notary.url.href} --list list --json`);
    assert.deepEqual([exitCode, (json['collections'] as Told[])[0]?.refusal?.code], [1, code]);
  });
}

test('a trust directory that is none does not leave everything to first use', async (t) => {
  const { workplace, notary } = await site(t);
  await writeFile(workplace.path('trust'), 'the wrong path');
  const { exitCode, json } = await workplace.type(...firstUse(`${notary.url.href} ${APP} --trust trust`));
  const [told] = json['collections'] as Told[];
  assert.deepEqual([exitCode, told?.outcome, told?.refusal?.code], [1, 'kept', 'SOURCE_UNREACHABLE']);
});

test('a cache that has another collection’s root in this one’s place enrols nothing (N-04)', async (t) => {
  const { workplace, notary } = await site(t);
  const cached = workplace.path(join('trust', 'tuf', APP, 'metadata', 'root.json'));
  await mkdir(dirname(cached), { recursive: true });
  await writeFile(cached, notary.collections.get(DB)?.firstRoot ?? '');
  const { exitCode, json } = await workplace.type(...firstUse(`${notary.url.href} ${APP} --trust trust`));
  const [told] = json['collections'] as Told[];
  assert.deepEqual([exitCode, told?.outcome, told?.repository], [1, 'kept', null]);
  assert.deepEqual((await workplace.succeed('repo list --json')).json, { repositories: [] });
  assert.equal((await workplace.refused(`rescue ${notary.url.href} ${APP} --trust nowhere`)).code, 'USAGE_FILE');
});

test('a name that no client could ask for is refused before the server is asked for it', async (t) => {
  const { workplace, notary } = await site(t);
  const { json } = await workplace.type(...firstUse(`${notary.url.href} registry.example.com/Team/App`));
  const [told] = json['collections'] as Told[];
  assert.deepEqual([told?.outcome, told?.refusal?.code], ['lost', 'USAGE_OPTION']);
  assert.deepEqual(notary.asked, []);
});
