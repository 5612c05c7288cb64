/** `everyRole`: one refresh that reads all delegations makes every later look-up possible without a network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { decide } from '../../simulator/mirrored.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { silence } from './silence.ts';

const OFFLINE = { mode: 'offline' } as const;

test('nested roles, bins and a role that two delegate to are all at hand afterwards', async (context) => {
  const guarded = await guardedBy(context, manyRoles());
  const store = memoryStore();
  const standing = await guarded.guard({ store }).refresh({ everyRole: true });
  assert.ok(standing.horizon);
  const silent = silence();
  const guard = guarded.guard({ store, ...silent.networks[0] });
  for (const [name, role] of Object.entries(LISTED)) {
    const { search, verdict } = await guard.find(name, OFFLINE);
    assert.equal(verdict.code, 'OK', name);
    assert.match(verdict.authoredBy ?? '', role, name);
    assert.equal(search.outcome.kind, 'found');
  }
  assert.equal((await guard.find('nowhere', OFFLINE)).search.outcome.kind, 'not-found');
  assert.equal((await guard.find('bins/nowhere', OFFLINE)).search.outcome.kind, 'not-found');
  assert.deepEqual(silent.asked, []);
});

test('roles that the mirror’s operator excluded are left out, and stay what they are offline: excluded', async (context) => {
  const guarded = await guardedBy(context, manyRoles(), { decisions: [decide('exclude-role', 'nested')] });
  const store = memoryStore();
  await guarded.guard({ store }).refresh({ everyRole: true });
  const silent = silence();
  const guard = guarded.guard({ store, ...silent.networks[0] });
  const { search, verdict } = await guard.find('dev/deep/tool', OFFLINE);
  assert.deepEqual([search.outcome.kind, verdict.code], ['excluded', 'POLICY_ROLE_EXCLUDED']);
  for (const name of ['file.txt', 'dev/tool', 'bins/a'])
    assert.equal((await guard.find(name, OFFLINE)).verdict.code, 'OK');
  assert.deepEqual(silent.asked, []);
});

test('a role that upstream itself does not publish is left out as well, once it is excluded by name', async (context) => {
  const upstream = manyRoles();
  upstream.alter('snapshot', (signed) => {
    const meta = signed.get('meta');
    if (meta instanceof Map) meta.delete('nested.json');
  });
  upstream.publish();
  const guarded = await guardedBy(context, upstream, { decisions: [decide('exclude-role', 'nested')] });
  const guard = guarded.guard();
  const { search, verdict } = await guard.find('dev/deep/tool');
  assert.deepEqual([search.outcome.kind, verdict.code], ['excluded', 'POLICY_ROLE_EXCLUDED']);
  await guard.refresh({ everyRole: true });
});

test('one role that cannot be had ends it, and nothing is kept: half a cache would look like a whole one', async (context) => {
  const guarded = await guardedBy(context, manyRoles());
  const store = memoryStore();
  const guard = guarded.guard({ store });
  guarded.answer('metadata/1.nested.json', 404);
  await refusedUntouched('SOURCE_NOT_FOUND', store, () => guard.refresh({ everyRole: true }));
  guarded.answer('metadata/1.nested.json', Buffer.from('{}'));
  await refusedUntouched('TRUST_ROLE_MISMATCH', store, () => guard.refresh({ everyRole: true }));
  guarded.restore();
  await guard.refresh({ everyRole: true });
});

test('more delegations than the limit are refused', async (context) => {
  const guarded = await guardedBy(context, manyRoles());
  const store = memoryStore();
  const guard = guarded.guard({ store, limits: { roles: 9 } });
  const refusal = await refusedUntouched('TRUST_LIMIT', store, () => guard.refresh({ everyRole: true }));
  assert.equal(refusal.details['limit'], 'roles');
  await guarded.guard({ store, limits: { roles: 40 } }).refresh({ everyRole: true });
});

const LISTED = {
  'file.txt': /^targets$/,
  'dev/tool': /^dev$/,
  'dev/deep/tool': /^nested$/,
  'bins/a': /^bin-/,
  'bins/b': /^bin-/,
};

function manyRoles(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  const { author } = upstream;
  author.delegate('targets', 'dev', { paths: ['dev/*', 'dev/*/*'] });
  author.delegate('dev', 'nested', { paths: ['dev/deep/*'] });
  author.delegate('targets', 'hub', { paths: ['bins/*'] });
  author.delegateToBins('hub', 'bin', 3);
  for (const path of ['bins/a', 'bins/b']) author.binFor('hub', path).targets.set(path, Buffer.from(path));
  return upstream.add('dev/tool', 'tool', 'dev').add('dev/deep/tool', 'deep tool', 'nested').publish();
}
