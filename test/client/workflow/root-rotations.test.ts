/** W-01: root chains, the mirror’s and upstream’s: their length, missing links, and links that do not follow. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { refusedUnchanged } from './unchanged.ts';

type Chain = 'the mirror’s' | 'upstream’s';

/** A mirror whose chain, and its upstream’s, have three links; and a guard that saw only the first of each. */
async function threeLinks(context: TestContext) {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  const { author } = guarded.upstream;
  for (const key of ['second', 'third']) {
    author.keyholders.set('timestamp', { signers: [guarded.upstream.signer(key)], threshold: 1 });
    author.publishRoot();
    guarded.upstream.publish();
    await guarded.importNow();
    await guarded.rotateOnline();
  }
  return { guarded, store };
}

const FOLDERS: readonly (readonly [Chain, string])[] = [
  ['the mirror’s', 'metadata'],
  ['upstream’s', 'upstream/metadata'],
];

for (const [whose, folder] of FOLDERS) {
  test(`W-01 ${whose} chain: a link that is missing, another one in its place, or altered, and nothing is believed`, async (context) => {
    const { guarded, store } = await threeLinks(context);
    const file = async (name: string): Promise<Buffer> =>
      Buffer.from(await (await fetch(new URL(`${folder}/${name}`, guarded.url))).arrayBuffer());
    const [second, third] = [await file('2.root.json'), await file('3.root.json')];
    const first = whose === 'upstream’s' ? guarded.upstream.firstRoot : guarded.mirrorRoot;
    const cases = [
      // The keys that signed the timestamp are those of a root that is hidden.
      [404, 'TRUST_SIGNATURES'],
      [third, 'TRUST_ROOT_CHAIN'],
      [Buffer.from(first), 'TRUST_ROOT_CHAIN'],
      [Buffer.from(second.toString().replace('"version":2', '"version":2,"x":0')), 'TRUST_SIGNATURES'],
      [Buffer.from(second.toString().replace('"threshold":1', '"threshold":0')), 'TRUST_THRESHOLD_VALUE'],
    ] as const;
    for (const [answer, code] of cases) {
      guarded.restore().answer(`${folder}/2.root.json`, answer);
      const newcomer = memoryStore();
      await refusedUnchanged(code, newcomer, () => guarded.guard({ store: newcomer }).refresh());
      await refusedUnchanged(code, store, () => guarded.guard({ store }).refresh());
    }
    guarded.restore();
    assert.equal((await guarded.guard({ store }).refresh()).upstream?.root, 3);
  });

  test(`W-01 ${whose} chain: as many new links as the limit are followed at once, and not one more`, async (context) => {
    const { guarded, store } = await threeLinks(context);
    const few = { limits: { rootRotations: 2 } };
    await guarded.guard({ ...few, store: memoryStore() }).refresh();
    if (whose === 'the mirror’s') {
      await guarded.rotateOnline();
    } else {
      guarded.upstream.author.publishRoot();
      guarded.upstream.publish();
      await guarded.importNow();
    }
    const refusal = await refusedUnchanged('TRUST_LIMIT', store, () => guarded.guard({ ...few, store }).refresh());
    assert.deepEqual([refusal.details['role'], refusal.details['limit']], ['root', 'rootRotations']);
    assert.match(refusal.next, /raise the limit/);
    await guarded.guard({ store }).refresh();
    await guarded.guard({ ...few, store }).refresh();
  });
}

test('W-01 carried: links are counted anew in each operation, so a guard that refreshes in between is never refused', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const copy = await copyOf(context, upstream);
  const [often, seldom] = [memoryStore(), memoryStore()];
  const limits = { rootRotations: 2 };
  for (const store of [often, seldom]) await copy.guard({ store, limits }).refresh();
  for (let round = 0; round < 2; round++) {
    for (let link = 0; link < 2; link++) upstream.author.publishRoot();
    upstream.publish();
    await copy.guard({ store: often, limits }).refresh();
  }
  await refusedUnchanged('TRUST_LIMIT', seldom, () => copy.guard({ store: seldom, limits }).refresh());
});

test('W-01 carried: a link must be signed by the keys of the link before, and by its own', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  await copy.guard({ store }).refresh();
  const [old, next] = [upstream.signer('root'), upstream.signer('new root')];
  upstream.author.keyholders.set('root', { signers: [next], threshold: 1 });
  for (const signers of [[old], [next], []]) {
    upstream.author.root.version = 1;
    upstream.signWith('root', ...signers).author.publishRoot();
    upstream.publish();
    await refusedUnchanged('TRUST_SIGNATURES', store, () => copy.guard({ store }).refresh());
  }
  upstream.author.root.version = 1;
  upstream.signWith('root', old, next).author.publishRoot();
  upstream.publish();
  assert.equal((await copy.guard({ store }).refresh()).upstream?.root, 2);
});

test('W-01 carried: a new root is followed although the timestamp is the same: what it revokes must not wait', async (context) => {
  const upstream = new SimulatedUpstream();
  const [kept, revoked] = [upstream.signer('kept'), upstream.signer('revoked')];
  upstream.author.keyholders.set('targets', { signers: [revoked, kept], threshold: 1 });
  upstream.signWith('targets', revoked).publish();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh();
  upstream.author.keyholders.set('targets', { signers: [kept], threshold: 1 });
  upstream.author.publishRoot();
  await refusedUnchanged('TRUST_SIGNATURES', store, () => guard.refresh());
  upstream.signWith('targets', kept).publish('targets');
  assert.equal((await guard.refresh()).upstream?.root, 2);
});

test('W-01 pinned: a root of upstream’s that comes alone comes with a new timestamp of the mirror', async (context) => {
  const guarded = await guardedBy(context);
  const guard = guarded.guard();
  await guard.refresh();
  guarded.upstream.author.publishRoot();
  await guarded.importNow();
  assert.equal((await guard.refresh()).upstream?.root, 2);
});
