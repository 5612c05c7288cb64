/** A role that snapshot once listed stays listed (W-04): its absence could be replayed without anybody noticing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from '../simulator/mirror.ts';
import { decide, noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('W-04 a role that disappears from snapshot is refused, also when nothing delegates to it any more', async (context) => {
  const upstream = delegating();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.targets.delegations.length = 0;
  upstream.author.roles.delete('retired');
  upstream.publish('targets');
  const refusal = await mirrored.importRefused('TRUST_ROLE_REMOVED');
  assert.equal(refusal.details['role'], 'retired');
});

test('a role that nothing delegates to any more stays in the mirror’s snapshot as long as upstream’s lists it', async (context) => {
  const upstream = delegating();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.targets.delegations.length = 0;
  upstream.publish('targets');
  const { candidate, current } = await mirrored.importNow();
  assert.ok(noteKinds({ candidate }).includes('unreachable-entry'));
  const roles = mirrored.mirror.reader.generationRoles(mirrored.id, current.generation);
  assert.deepEqual(
    roles.map(({ role, reachable }) => [role, reachable]),
    [
      ['targets', true],
      ['retired', false],
    ],
  );
});

test('an entry that no delegation ever reached needs no file and is noted', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.role('never-delegated');
  upstream.publish().drop('1.never-delegated.json');
  const mirrored = await mirrorOf(context, upstream);
  const { candidate } = await mirrored.importNow();
  assert.deepEqual(noteKinds({ candidate }), ['unreachable-entry']);
  assert.ok(!upstream.requests.includes('1.never-delegated.json'));
});

test('D-03 a role that is delegated to and not listed is refused, never passed over', async (context) => {
  const upstream = delegating().add('a/file', 'of lower priority');
  upstream.author.delegate('targets', 'lower', { paths: ['a/*'] });
  upstream.alter('snapshot', (signed) => {
    const meta = signed.get('meta');
    if (meta instanceof Map) meta.delete('retired.json');
  });
  upstream.publish('targets');
  const mirrored = await mirrorOf(context, upstream);
  const refusal = await mirrored.importRefused('TRUST_ROLE_UNLISTED');
  assert.match(refusal.what, /retired is delegated to by targets/);
  await mirrored.importNow(decide('exclude-role', 'retired'));
});

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'retired', { paths: ['a/*'] });
  return upstream.add('a/file', 'content', 'retired').publish();
}
