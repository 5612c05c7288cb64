/** What people type about a collection: what changed, whether they agree, what it is, and who brought an image in. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { SERVED } from '../simulator/collection-mirror.ts';
import { CollectionPlace } from './collection-place.ts';
import { as, keyFile, skip } from './office.ts';

const [ONE, TWO] = ['1a'.repeat(32), '2b'.repeat(32)];

/** One import is public; Alice’s word is needed for the next, in which `v1` means another image. */
async function waiting(context: TestContext): Promise<CollectionPlace> {
  const place = await CollectionPlace.open(context, new SimulatedCollection().add('v1', ONE).publish());
  await place.import();
  await place.workplace.succeed(`operator add alice --key ${keyFile('alice')}.pub --role approver`);
  await writeFile(place.workplace.path('policy.json'), '{"min_approvers":1}');
  await place.workplace.succeed(`policy set @policy.json ${as('alice')}`);
  place.collection.add('v1', TWO).publish('targets');
  await place.import();
  return place;
}

test('an approver reads what a tag means now, signs exactly that, and it is public', { skip }, async (context) => {
  const { workplace } = await waiting(context);
  const { json, err } = await workplace.succeed('diff app --json');
  const moved = `tag "v1" in targets: now means sha256:${TWO} (1000 bytes); it was sha256:${ONE} (1000 bytes)`;
  assert.deepEqual([json['from'], json['to']], [1, 2]);
  assert.ok(err.includes(`\n  ${moved}\n`));
  assert.equal(
    (await workplace.refused(`approve 2 ${as('alice')} --summary ${'0'.repeat(64)}`)).code,
    'POLICY_SUMMARY',
  );
  const approved = (await workplace.succeed(`approve 2 ${as('alice')} --summary ${String(json['sha256'])} --json`))
    .json;
  assert.equal((approved['publication'] as { outcome: string }).outcome, 'published');
  assert.match((await workplace.succeed('imports app')).out, /^2 .* published .* CHG-7/m);
  assert.match((await workplace.succeed('diff app 2 1')).out, /^ {2}targets: version 2 -> 1$/m);
  assert.match((await workplace.succeed('diff app 0 1')).out, /^New tags \(1\)$/m);
  await workplace.succeed('fsck');
  assert.match((await workplace.succeed('status app')).out, /serving {4}generation 2 of import 2: .* targets 2$/m);
});

test('what it is: by both names, with what is not carried and who can read it', { skip }, async (context) => {
  const { workplace } = await waiting(context);
  const { out } = await workplace.succeed('repo show app');
  assert.match(out, new RegExp(`^ {2}collection {7}${GUN}$`, 'm'));
  assert.match(out, new RegExp(`^ {2}clients {10}of Notary v1: docker and notary, for ${SERVED}$`, 'm'));
  assert.equal(out.match(/clients/g)?.length, 1, 'and nothing is predicted of clients of TUF');
  const { json } = await workplace.succeed('repo show app --json');
  assert.deepEqual([json['collection'], json['clients']], [{ gun: GUN, servedAs: SERVED }, []]);
});

test('an auditor asks by tag and by image, and takes a pack about the image', { skip }, async (context) => {
  const { workplace } = await waiting(context);
  const { out } = await workplace.succeed('audit who v1');
  assert.match(out, new RegExp(`^v1 \\(tag of ${GUN}, of app, role targets, sha256 ${ONE}\\)$`, 'm'));
  assert.match(out, /^ {2}what it means lies in a registry, and is not carried$/m);
  const { json } = await workplace.succeed(`audit who sha256:${TWO} --json`);
  const [match] = json['matches'] as { collection: string; first_import: { import: number } }[];
  assert.deepEqual([match?.collection, match?.first_import.import], [GUN, 2]);
  await workplace.succeed(`audit pack sha256:${ONE} -o @pack`);
  const { status, stdout } = spawnSync(process.execPath, ['verify.mjs'], {
    ...{ cwd: workplace.path('pack'), encoding: 'utf8' },
  });
  assert.equal(status, 0, stdout);
  assert.ok(stdout.includes(`Part of it: "v1" with sha256 ${ONE}`));
  assert.equal((await workplace.refused('audit pack sha256:short -o @other')).code, 'USAGE_OPTION');
});
