/**
 * The guard beside unmodified clients, at the same mirror: which image a tag names. Where `targets/releases` and `targets` name
 * different ones, `docker pull` and the guard ask releases first, and `notary` does not.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { memoryStore } from '../../src/client/doors/memory-store.ts';
import { forDocker } from '../../src/handout/docker.ts';
import { CollectionThief } from '../client/collections/stolen-keys.ts';
import { SERVED } from '../simulator/collection-mirror.ts';
import { type GuardedCollection, guardedCollection, taggedCollection } from '../simulator/guarded-collection.ts';
import { rejected } from '../simulator/refused.ts';
import { altered, RELEASES } from './notary/attacks/attack.ts';
import { handed, inspect, install, noDocker, pulled, signedTags } from './notary/docker.ts';
import { serveAnswers } from './notary/evil-mirror.ts';
import { httpsFront } from './notary/https-front.ts';
import { Reader } from './notary/reader.ts';
import { whyNoNotary } from './notary/server.ts';

/** One of `targets`, one of `targets/releases`, one of both, one of a role that docker does not ask, and one of none. */
const TAGS = ['v1', 'v2', 'shared', 'nightly', 'v9'];

/** @param answer the digest of a tag, or undefined */
async function answers(answer: (tag: string) => Promise<string | undefined>): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const tag of TAGS) all[tag] = (await answer(tag)) ?? 'none';
  return all;
}

function askGuard(guarded: GuardedCollection): (tag: string) => Promise<string | undefined> {
  const guard = guarded.guard({ store: memoryStore() });
  return async (tag) => (await guard.find(tag)).verdict.sha256;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-side-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

test(
  'docker pull and the guard name the same images, also where releases shadows targets',
  { skip: noDocker },
  async (t) => {
    const guarded = await guardedCollection(t, taggedCollection(new Date()));
    const folder = folderOf(t);
    const front = await httpsFront(t, await serveAnswers(t, guarded), folder);
    const handout = await handed(guarded.site.mirror, front, forDocker);
    const home = join(folder, 'docker');
    await install(handout, home);
    const both = async (): Promise<Record<string, string>> => {
      const docker = await answers((tag) => pulled(home, handout, tag));
      assert.deepEqual(await answers(askGuard(guarded)), docker);
      return docker;
    };
    const [v1, v2, own, old] = ['11', '22', 'bb', 'aa'].map((byte) => byte.repeat(32));
    assert.deepEqual(await both(), { v1, v2, shared: own, nightly: 'none', v9: 'none' });
    // `inspect` resolves nothing: it lists what both say of a tag, and not whose word counts.
    const listed = Object.entries({ shared: old, v1, v2 }).concat([['shared', own ?? '']]);
    assert.deepEqual(await signedTags(home, handout), listed.sort());

    const next = 'cc'.repeat(32);
    guarded.collection.add('v1', next, 'targets/releases').publish('targets/releases');
    await guarded.importNow();
    assert.deepEqual(await both(), { v1: next, v2, shared: own, nightly: 'none', v9: 'none' });

    // Whoever spoils the file of releases decides for docker, which warns, that targets answer; and for the guard nothing.
    const releases = altered(guarded.collection.file(`${RELEASES}.json`));
    new CollectionThief(guarded).list({ [RELEASES]: releases });
    assert.equal(await pulled(home, handout, 'shared'), old);
    assert.equal(await pulled(home, handout, 'v1'), v1);
    assert.match((await inspect(home, handout)).out, /Error getting targets\/releases/);
    await rejected('TRUST_SIGNATURES', guarded.guard().find('shared'));
  },
);

test('notary lookup asks targets first, and any role', { skip: whyNoNotary() }, async (t) => {
  const guarded = await guardedCollection(t, taggedCollection(new Date()));
  const reader = new Reader(t, guarded.url.origin);
  const lookup = async (tag: string): Promise<string | undefined> =>
    /sha256:([0-9a-f]{64})/.exec((await reader.run('lookup', SERVED, tag)).out)?.[1];
  const [notary, guard] = [await answers(lookup), await answers(askGuard(guarded))];
  for (const tag of ['v1', 'v2', 'v9']) assert.equal(notary[tag], guard[tag], tag);
  assert.deepEqual([notary['shared'], guard['shared']], ['aa'.repeat(32), 'bb'.repeat(32)]);
  assert.deepEqual([notary['nightly'], guard['nightly']], ['33'.repeat(32), 'none']);
});
