/** A search that meets forgery is an answer, and never a memory: what is held goes on, and the honest mirror is not refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { decide } from '../../simulator/mirrored.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { DAY } from '../../simulator/clock.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';

function withRole(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'role', { paths: ['role/*'] });
  return upstream.add('top.txt', 'top').add('role/file', 'content', 'role').publish();
}

test('W-02 a forged role on the way is refused, and the memory does not move', async (context) => {
  const guarded = await guardedBy(context, withRole());
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.get('top.txt');
  await guarded.renew();
  const before = await store.state();
  guarded.answer('metadata/1.role.json', Buffer.from('{}'));
  assert.equal((await guard.find('role/file')).verdict.code, 'TRUST_ROLE_MISMATCH');
  assert.deepEqual(await store.state(), before);
  guarded.restore();
  assert.equal((await guard.find('role/file')).verdict.code, 'OK');
});

test('an excluded role and an unlisted target are answers: the state that was reached is kept; an expired role is refused', async (context) => {
  const upstream = withRole();
  upstream.author.lifetimes.targets = 3;
  upstream.publish('role').drop('2.role.json');
  upstream.author.delegate('targets', 'broken', { paths: ['broken/*'] });
  upstream.publish('targets').drop('1.broken.json');
  upstream.restore().drop('1.broken.json');
  const guarded = await guardedBy(context, upstream, { decisions: [decide('exclude-role', 'broken')] });
  const store = memoryStore();
  const guard = guarded.guard({ store });
  for (const [name, code] of [
    ['nothing', 'TRUST_UNLISTED_TARGET'],
    ['broken/file', 'POLICY_ROLE_EXCLUDED'],
  ] as const) {
    const before = (await store.state())?.number ?? 0;
    assert.equal((await guard.find(name)).verdict.code, code);
    assert.equal((await store.state())?.number, before + 1);
  }
  guarded.clock.advance(4 * DAY);
  upstream.author.now = guarded.clock.now();
  upstream.publish('targets');
  await guarded.importNow(decide('exclude-role', 'broken'));
  const before = (await store.state())?.number ?? 0;
  assert.equal((await guard.find('role/file')).verdict.code, 'TRUST_EXPIRED');
  assert.equal((await store.state())?.number, before, 'what is held stays in use');
});
