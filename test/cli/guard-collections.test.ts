/** The guard of a collection as it is typed: enrolled from the mirror’s root, asked for tags, and the stock client’s cache. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { DAY } from '../simulator/clock.ts';
import { NO_FLOOR } from '../../src/client/pin/pin.ts';
import { signNotary } from '../../src/notary/documents.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import { CollectionThief, signedOf } from '../client/collections/stolen-keys.ts';
import { SERVED } from '../simulator/collection-mirror.ts';
import { type GuardedCollection, guardedCollection, taggedCollection } from '../simulator/guarded-collection.ts';
import { put } from '../simulator/places.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { roleName } from '../../src/tuf/names.ts';
import { guardPlace } from './guard-place.ts';
import { Workplace } from './workplace.ts';

interface Place {
  readonly workplace: Workplace;
  readonly guarded: GuardedCollection;
  /** `guard init` from the mirror’s root, without its digest. */
  readonly init: string;
}

async function placeOf(context: TestContext, collection = taggedCollection()): Promise<Place> {
  const workplace = await Workplace.open(context);
  const guarded = await guardedCollection(context, collection);
  await writeFile(workplace.path('root.json'), guarded.mirrorRoot);
  await writeFile(workplace.path('pin.json'), writePin(guarded.pin()));
  const init = `guard init --mirror ${guarded.url.href} --repository app --served-as ${SERVED} --root @root.json`;
  return { workplace, guarded, init };
}

async function enrolled(context: TestContext, collection = taggedCollection()): Promise<Place> {
  const place = await placeOf(context, collection);
  await place.workplace.succeed(`${place.init} --root-sha256 ${sha256(place.guarded.mirrorRoot)}`);
  return place;
}

/** What the mirror answers a guard now, as a folder. */
async function copied(guarded: GuardedCollection, directory: string): Promise<void> {
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await guarded.fetch(input, init);
    if (!answer.ok) return answer;
    const bytes = Buffer.from(await answer.arrayBuffer());
    const path = join(directory, new URL(input instanceof Request ? input.url : input).pathname);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return new Response(bytes);
  };
  await guarded.guard({ fetch }).refresh();
}

test('a pin from the mirror’s root has its targets keys, and is confirmed by that root’s digest alone', async (context) => {
  const { workplace, guarded, init } = await placeOf(context);
  assert.equal((await workplace.refused(init)).code, 'USAGE_OPTION');
  assert.equal((await workplace.refused(`${init} --root-sha256 ${'0'.repeat(64)}`)).code, 'TRUST_ROOT_DIGEST');
  assert.equal((await workplace.refused(`${init}x --root-sha256 ${'0'.repeat(64)}`)).exitCode, 2);
  const digest = sha256(guarded.mirrorRoot);
  const { json, err } = await workplace.succeed(`${init} --root-sha256 ${digest} --json`);
  assert.deepEqual(json['collection'], { served_as: SERVED });
  const { keyId } = guarded.collection.signer('targets');
  const keys = (json['static_keys'] as { keys: { keyid: string }[] }).keys.map(({ keyid }) => keyid);
  assert.deepEqual(keys, [keyId]);
  assert.match(err, new RegExp(`1 of 1 keys must sign targets\n.*${keyId} `));
  const shown = await workplace.succeed('guard pin show');
  assert.match(shown.out, new RegExp(`collection +${SERVED}`));
});

test('a root that is for another collection or another repository enrols nothing', async (context) => {
  const { workplace, guarded } = await placeOf(context);
  const digest = sha256(guarded.mirrorRoot);
  const init = (served: string, id: string): string =>
    `guard init --mirror ${guarded.url.href} --repository ${id} --served-as ${served} --root @root.json --root-sha256 ${digest}`;
  assert.equal((await workplace.refused(init('mirror.example/team/other', 'app'))).code, 'TRUST_WRONG_REPOSITORY');
  assert.equal((await workplace.refused(init(SERVED, 'other'))).code, 'TRUST_WRONG_REPOSITORY');
});

test('resolve prints the digest and nothing else; a no prints nothing there, and exits with 1', async (context) => {
  const { workplace } = await enrolled(context);
  const yes = await workplace.succeed('guard resolve v2');
  assert.deepEqual([yes.out, yes.err], [`sha256:${'22'.repeat(32)}\n`, '']);
  const no = await workplace.type('guard resolve nightly');
  assert.deepEqual([no.exitCode, no.out], [1, '']);
  assert.match(no.err, /nightly: NO \(TRUST_UNLISTED_TARGET\)[\s\S]*countersign guard why TAG/);
  const { json } = await workplace.succeed('guard resolve v1 --json');
  assert.deepEqual([json['digest'], json['authored_by']], [`sha256:${'11'.repeat(32)}`, 'targets']);
});

test('why, verify, refresh and status speak of tags; get says where images are', async (context) => {
  const { workplace } = await enrolled(context);
  assert.match((await workplace.succeed('guard refresh')).out, /app: up to date[\s\S]*as the mirror states/);
  const why = await workplace.succeed('guard why shared');
  assert.match(why.out, /targets\/releases version 1, .* · LISTS IT/);
  assert.match(why.out, /ESTABLISHED[\s\S]*NOT KNOWN/);
  assert.equal((await workplace.succeed(`guard verify v1 sha256:${'11'.repeat(32)}`)).exitCode, 0);
  const no = await workplace.type(`guard verify v1 sha256:${'22'.repeat(32)}`);
  assert.deepEqual([no.exitCode, /do not use it/.test(no.out)], [1, true]);
  await writeFile(workplace.path('manifest'), 'not what was signed');
  assert.equal((await workplace.type('guard verify v1 @manifest')).exitCode, 1);
  const get = await workplace.refused('guard get v1 -o @file');
  assert.match(get.what, /is a collection: its images lie in the registry/);
  assert.match((await workplace.succeed('guard status')).out, /answers offline[\s\S]*targets 1/);
});

test('a delegation that has expired: status says that somebody must act, and other tags are answered', async (context) => {
  const collection = taggedCollection();
  const [releases, ...others] = collection.role().delegations;
  assert.ok(releases);
  collection.role().delegations = [{ ...releases, paths: ['v2'] }, ...others];
  collection.role('targets/releases').expires = new Date(collection.now.getTime() + 3 * DAY);
  const { workplace, guarded } = await enrolled(context, collection.publish('targets', 'targets/releases'));
  assert.equal((await workplace.type('guard refresh')).exitCode, 0);
  workplace.clock.step(4 * DAY);
  guarded.clock.step(4 * DAY);
  await guarded.renew();
  await workplace.succeed('guard refresh');
  const status = await workplace.type('guard status');
  assert.equal(status.exitCode, 1);
  assert.match(status.out, /SOMEBODY MUST ACT[\s\S]*targets\/releases expired on .* No answer is given for tags/);
  const no = await workplace.type('guard resolve v2');
  assert.deepEqual([no.exitCode, no.out], [5, '']);
  await workplace.succeed('guard resolve v1');
});

test('a new pin keeps the marks, and one of another dialect is another guard’s', async (context) => {
  const { workplace, guarded } = await enrolled(context);
  await workplace.succeed('guard refresh');
  const floor = { ...NO_FLOOR, roles: new Map([[roleName('targets/qa'), 1]]) };
  await writeFile(workplace.path('next.json'), writePin(guarded.pin({ floor })));
  const set = await workplace.succeed('guard pin set @next.json');
  assert.match(set.out, /The marks and everything held stay/);
  const { firstRoot } = new SimulatedUpstream().publish();
  const tuf = guarded.pin({ collection: undefined, mirrorRoot: firstRoot, upstreamRoot: firstRoot });
  await writeFile(workplace.path('tuf.json'), writePin(tuf));
  const refused = await workplace.refused('guard pin set @tuf.json');
  assert.equal(refused.code, 'TRUST_WRONG_REPOSITORY');
  assert.match(refused.what, /is for the collection app, and this pin is for the TUF repository app/);
});

test('a mirror whose keys were stolen: an alarm on the exit code, and what is held stays in use', async (context) => {
  const { workplace, guarded } = await placeOf(context);
  await copied(guarded, workplace.path('copy'));
  const digest = sha256(guarded.mirrorRoot);
  const init = `guard init --mirror @copy --repository app --served-as ${SERVED} --root @root.json`;
  await workplace.succeed(`${init} --root-sha256 ${digest} --max-offline P1D`);
  await workplace.succeed('guard refresh');
  new CollectionThief(guarded).sign((snapshot) => put(snapshot, ['meta', 'targets/releases'], undefined));
  await copied(guarded, workplace.path('copy'));
  const refused = await workplace.refused('guard resolve v2');
  assert.deepEqual([refused.code, refused.exitCode], ['TRUST_ROLE_REMOVED', 5]);
  assert.equal((await workplace.succeed('guard resolve v2 --mode offline')).out, `sha256:${'22'.repeat(32)}\n`);
});

test('tags are asked of collections only, and a map takes none', async (context) => {
  const place = await guardPlace(context, undefined, { id: 'sample' });
  await place.enrol();
  assert.match(
    (await place.workplace.refused('guard resolve file.txt')).what,
    /is of a TUF repository, which has no tags/,
  );
  const { workplace: other } = await enrolled(context);
  const map = {
    repositories: { one: { pin: 'app' } },
    mapping: [{ paths: ['*'], repositories: ['one'], threshold: 1, terminating: true }],
  };
  await writeFile(other.path('map.json'), JSON.stringify(map));
  assert.equal((await other.refused('guard map set @map.json')).code, 'CONFIG_MAP');
});

test('check-root: the root that a stock client has cached names the pinned keys, or it does not', async (context) => {
  const { workplace, guarded } = await placeOf(context);
  const cache = workplace.path('trust', 'tuf', ...SERVED.split('/'), 'metadata', 'root.json');
  await mkdir(dirname(cache), { recursive: true });
  await writeFile(cache, guarded.mirrorRoot);
  const yes = await workplace.succeed('guard check-root @trust --pin @pin.json');
  assert.match(yes.out, /^OK: its targets keys are the pinned ones, 1 of 1\./);
  assert.equal(
    (await workplace.succeed('guard check-root @root.json --pin @pin.json --json')).json['file'],
    workplace.path('root.json'),
  );
  const { keyId, keyObject } = guarded.collection.signer('the thief’s own');
  const root = signedOf(guarded.mirrorRoot);
  put(root, ['keys', keyId], keyObject);
  put(root, ['roles', 'targets'], jsonObject({ keyids: [keyId], threshold: 1 }));
  await writeFile(cache, signNotary(root, []));
  const no = await workplace.type('guard check-root @trust --pin @pin.json');
  assert.equal(no.exitCode, 1);
  assert.match(
    no.out,
    /^NO: the cached root gives the targets role to a key that the pin does not have \([0-9a-f]{12}\)\.\n/,
  );
  const { json } = await workplace.type('guard check-root @trust --pin @pin.json --json');
  assert.deepEqual([json['ok'], json['strangers']], [false, [keyId.slice(0, 12)]]);
  const { firstRoot } = guarded.collection;
  await writeFile(workplace.path('upstream.json'), firstRoot);
  const other = await workplace.refused('guard check-root @upstream.json --pin @pin.json');
  assert.deepEqual([other.code, other.exitCode], ['TRUST_WRONG_REPOSITORY', 5]);
  assert.equal((await workplace.refused('guard check-root @nowhere --pin @pin.json')).code, 'USAGE_FILE');
  assert.equal((await workplace.refused('guard check-root @trust')).code, 'STATE_NOT_ENROLLED');
});
