/** Offline: every signature and hash is checked again, and nothing whatever is asked of the network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import { joined } from '../../../src/client/fetch/place.ts';
import type { Code } from '../../../src/errors.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { silence } from './silence.ts';

const OFFLINE = { mode: 'offline' } as const;

test('O11 what is held answers everything offline, and neither fetch nor a place is asked once', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const online = guarded.guard({ store });
  await online.refresh({ everyRole: true });
  for (const name of ['file.txt', 'dev/tool']) await online.get(name);
  const before = await store.state();
  const { networks, asked } = silence();
  for (const network of networks) {
    const guard = guarded.guard({ store, ...network });
    assert.equal((await guard.refresh(OFFLINE)).mode, 'offline');
    await guard.refresh({ ...OFFLINE, everyRole: true });
    for (const [name, content] of [
      ['file.txt', 'content'],
      ['dev/tool', 'tool'],
    ] as const) {
      assert.equal((await guard.find(name, OFFLINE)).search.outcome.kind, 'found');
      assert.equal(text((await guard.get(name, OFFLINE)).bytes), content);
      assert.equal(text(await joined((await guard.open(name, OFFLINE)).content)), content);
      assert.equal((await guard.verify(name, Buffer.from(content), OFFLINE)).code, 'OK');
      assert.equal((await guard.verify(name, Buffer.from('other'), OFFLINE)).code, 'TRUST_TARGET');
    }
    assert.equal((await guard.find('no-such-file', OFFLINE)).verdict.code, 'TRUST_UNLISTED_TARGET');
  }
  assert.deepEqual(asked, []);
  assert.deepEqual(await store.state(), before, 'offline remembers nothing');
});

test('a guard that never refreshed knows nothing offline, and asks nobody to find that out', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const { networks, asked } = silence();
  for (const network of networks) {
    for (const [what, ask] of Object.entries(QUESTIONS)) {
      const refusal = await refusedUntouched('SOURCE_OFFLINE', store, () => ask(guarded.guard({ store, ...network })));
      assert.match(refusal.what, /never refreshed/, what);
    }
  }
  assert.deepEqual(asked, []);
  assert.equal(await store.state(), undefined);
});

test('a role that was never read is not at hand offline, and no other role answers in its place (D-03)', async (context) => {
  const upstream = delegating();
  upstream.author.delegate('targets', 'late', { paths: ['*/*'] });
  upstream.add('dev/tool', 'not this one', 'late').publish('targets');
  const guarded = await guardedBy(context, upstream);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  const { networks, asked } = silence();
  const guard = guarded.guard({ store, ...networks[0] });
  const { search, verdict } = await guard.find('dev/tool', OFFLINE);
  assert.deepEqual([search.outcome.kind, verdict.code, verdict.ok], ['refused', 'SOURCE_OFFLINE', false]);
  assert.equal((await guard.verify('dev/tool', Buffer.from('tool'), OFFLINE)).code, 'SOURCE_OFFLINE');
  const code: Code = 'SOURCE_OFFLINE';
  assert.match((await refusedUntouched(code, store, () => guard.get('dev/tool', OFFLINE))).what, /file of dev is not/);
  await refusedUntouched(code, store, () => guard.refresh({ ...OFFLINE, everyRole: true }));
  assert.deepEqual(asked, []);
});

test('a target that was never fetched is found offline, and its bytes are not at hand', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  const { networks, asked } = silence();
  const guard = guarded.guard({ store, ...networks[1] });
  assert.equal((await guard.find('file.txt', OFFLINE)).verdict.code, 'OK');
  await refusedUntouched('SOURCE_OFFLINE', store, () => guard.get('file.txt', OFFLINE));
  await refusedUntouched('SOURCE_OFFLINE', store, () => guard.open('file.txt', OFFLINE));
  assert.deepEqual(asked, []);
});

test('a guard that went offline without a network says so online: nothing is taken for unchanged (H-01)', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  const { networks } = silence();
  const before = await store.state();
  await rejected('SOURCE_UNREACHABLE', guarded.guard({ store, ...networks[0] }).refresh());
  assert.deepEqual(await store.state(), before);
});

const QUESTIONS: Record<string, (guard: Guard) => Promise<unknown>> = {
  refresh: (guard) => guard.refresh(OFFLINE),
  everyRole: (guard) => guard.refresh({ ...OFFLINE, everyRole: true }),
  find: (guard) => guard.find('file.txt', OFFLINE),
  get: (guard) => guard.get('file.txt', OFFLINE),
  open: (guard) => guard.open('file.txt', OFFLINE),
  verify: (guard) => guard.verify('file.txt', Buffer.from('content'), OFFLINE),
};

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
