/**
 * Cache-first: the cache while everything in it is unexpired; otherwise the whole operation begins again online. One
 * answer is about one state, whatever happened upstream between two questions.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DAY } from '../../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { granting } from './granted.ts';
import { silence } from './silence.ts';

const CACHE = { mode: 'cache-first' } as const;

test('while everything held is unexpired, nobody is asked and nothing is written', async (context) => {
  const { guarded, store } = await held(context);
  const guard = guarded.guard({ store });
  await guard.get('dev/tool');
  await guard.refresh({ everyRole: true });
  const before = await store.state();
  const { networks, asked } = silence();
  for (const network of networks) {
    const silent = guarded.guard({ store, ...network });
    assert.equal((await silent.refresh(CACHE)).mode, 'cache');
    await silent.refresh({ ...CACHE, everyRole: true });
    assert.equal((await silent.find('dev/tool', CACHE)).verdict.mode, 'cache');
    assert.equal((await silent.find('no-such-file', CACHE)).verdict.code, 'TRUST_UNLISTED_TARGET');
    assert.equal(Buffer.from((await silent.get('dev/tool', CACHE)).bytes).toString(), 'tool');
    assert.equal((await silent.verify('dev/tool', Buffer.from('tool'), CACHE)).code, 'OK');
  }
  assert.deepEqual(asked, []);
  assert.deepEqual(await store.state(), before);
});

test('a guard without a memory begins online', async (context) => {
  const { guarded } = await held(context);
  assert.equal((await guarded.guard().get('file.txt', CACHE)).verdict.mode, 'online');
});

test('at the instant at which the mirror’s timestamp expires, the operation is an online one', async (context) => {
  const { guarded, store } = await held(context);
  const guard = guarded.guard({ store });
  guarded.clock.step(DAY - 1000);
  assert.equal((await guard.refresh(CACHE)).mode, 'cache');
  await guarded.renew();
  guarded.clock.step(1000);
  guarded.takeRequests();
  assert.equal((await guard.refresh(CACHE)).mode, 'online');
  assert.ok(guarded.takeRequests().includes('metadata/timestamp.json'));
});

test('what is expired and cannot be renewed is refused, never taken from the cache as it is', async (context) => {
  const { guarded, store } = await held(context);
  const { networks, asked } = silence();
  guarded.clock.step(DAY);
  const guard = guarded.guard({ store, ...networks[0] });
  await refusedUntouched('SOURCE_UNREACHABLE', store, () => guard.get('file.txt', CACHE));
  assert.ok(asked.length > 0);
});

test('grace is for when nothing newer is to be had: the network is asked before it is used', async (context) => {
  const upstream = delegating();
  upstream.author.lifetimes.targets = 0.5;
  const { guarded, store } = await held(context, upstream.publish('targets'));
  const guard = guarded.guard({ store, pin: guarded.pin({ policy: granting('targets') }) });
  guarded.clock.step(DAY / 2);
  await guarded.renew();
  const { mode, graceUsed } = await guard.refresh(CACHE);
  assert.deepEqual([mode, graceUsed.length], ['online', 1]);
  guarded.upstream.author.now = guarded.clock.now();
  guarded.upstream.publish('targets');
  await guarded.importNow();
  assert.deepEqual((await guard.refresh(CACHE)).graceUsed, [], 'the network had something newer');
});

test('a role that is missing begins the whole operation again, and every version of the answer is of the new state', async (context) => {
  const { guarded, store } = await held(context);
  guarded.upstream.add('dev/tool', 'newer tool', 'dev').publish('targets', 'dev');
  await guarded.importNow();
  const guard = guarded.guard({ store });
  const old = await guard.find('file.txt', CACHE);
  assert.deepEqual(statesOf(old), { mode: 'cache', upstream: 1, mirror: old.verdict.mirror?.snapshot, roles: [1] });
  guarded.takeRequests();
  const fresh = await guard.find('dev/tool', CACHE);
  assert.ok(guarded.takeRequests().includes('metadata/timestamp.json'));
  assert.deepEqual(statesOf(fresh), {
    mode: 'online',
    upstream: 2,
    mirror: fresh.verdict.mirror?.snapshot,
    roles: [2, 2],
  });
  assert.ok((fresh.verdict.mirror?.snapshot ?? 0) > (old.verdict.mirror?.snapshot ?? 0));
  assert.equal(Buffer.from((await guard.get('dev/tool', CACHE)).bytes).toString(), 'newer tool');
});

test('a walk that the cache refuses is walked again online', async (context) => {
  const upstream = delegating();
  upstream.author.lifetimes.targets = 0.5;
  const { guarded, store } = await held(context, upstream.publish('dev'));
  const guard = guarded.guard({ store });
  await guard.refresh({ everyRole: true });
  guarded.upstream.author.now = new Date(guarded.clock.now().getTime() + DAY / 2);
  guarded.upstream.publish('dev');
  await guarded.importNow();
  guarded.clock.step(DAY / 2);
  const { verdict, search } = await guard.find('dev/tool', CACHE);
  assert.deepEqual([verdict.mode, verdict.code], ['online', 'OK']);
  assert.deepEqual(
    search.visit.looks.map(({ visit }) => visit?.version),
    [3],
  );
});

test('a target that the cache’s state lists and the mirror has no more is asked for in the new state', async (context) => {
  const { guarded, store } = await held(context);
  guarded.upstream.add('file.txt', 'newer content').publish('targets');
  await guarded.importNow();
  guarded.answer(`targets/${sha256(Buffer.from('content'))}.file.txt`, 404);
  const { verdict, bytes } = await guarded.guard({ store }).get('file.txt', CACHE);
  assert.deepEqual([verdict.mode, verdict.upstream?.snapshot], ['online', 2]);
  assert.equal(Buffer.from(bytes).toString(), 'newer content');
});

test('a target that the mirror does have comes from the cache’s state, with one request', async (context) => {
  const { guarded, store } = await held(context);
  guarded.upstream.add('file.txt', 'newer content').publish('targets');
  await guarded.importNow();
  guarded.takeRequests();
  const { verdict, bytes } = await guarded.guard({ store }).get('file.txt', CACHE);
  assert.deepEqual([verdict.mode, verdict.upstream?.snapshot], ['cache', 1]);
  assert.equal(Buffer.from(bytes).toString(), 'content');
  assert.deepEqual(guarded.takeRequests(), [`targets/${sha256(Buffer.from('content'))}.file.txt`]);
});

test('a clock that is behind is not excused by asking the network', async (context) => {
  const { guarded, store } = await held(context);
  const { networks, asked } = silence();
  guarded.clock.step(-DAY);
  const guard = guarded.guard({ store, ...networks[0] });
  await refusedUntouched('STATE_CLOCK_BEHIND', store, () => guard.refresh(CACHE));
  assert.deepEqual(asked, []);
});

test('maxOffline is for offline alone: cache-first goes online as soon as the timestamp has expired', async (context) => {
  const { guarded, store } = await held(context);
  const guard = guarded.guard({ store, pin: guarded.pin({ policy: { ...STRICT, maxOffline: 30 * DAY } }) });
  guarded.clock.step(DAY);
  await guarded.renew();
  assert.equal((await guard.refresh(CACHE)).mode, 'online');
});

/** A guard’s memory of targets alone: neither the delegated role nor any target was read. */
async function held(
  context: Parameters<typeof guardedBy>[0],
  upstream = delegating(),
): Promise<{ guarded: GuardedMirror; store: Store }> {
  const guarded = await guardedBy(context, upstream);
  const store = memoryStore();
  await guarded.guard({ store, pin: guarded.pin({ policy: granting('targets') }) }).refresh();
  return { guarded, store };
}

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}

interface Found {
  readonly verdict: {
    mode: string;
    upstream: { snapshot: number } | undefined;
    mirror: { snapshot: number } | undefined;
  };
  readonly search: {
    visit: { version: number | undefined; looks: readonly { visit: { version: number | undefined } | undefined }[] };
  };
}

/** Which state each part of an answer is of. */
function statesOf({ verdict, search: { visit } }: Found): Record<string, unknown> {
  const later = visit.looks.flatMap((look) => look.visit?.version ?? []);
  const roles = [visit.version, ...later];
  return { mode: verdict.mode, upstream: verdict.upstream?.snapshot, mirror: verdict.mirror?.snapshot, roles };
}
