/**
 * A role that this site does not carry, by a named decision: the rest is published, the exclusion is signed into what
 * clients see, and a role once listed stays listed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json, parseJson } from '../../src/tuf/json.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { type MirroredRepository, decide, noteKinds } from '../simulator/mirrored.ts';
import { below } from '../simulator/places.ts';
import { refused } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

for (const [what, spoil] of Object.entries({
  'that cannot be fetched': (upstream: SimulatedUpstream) => upstream.drop('1.broken.json'),
  'whose file is another than listed': (upstream: SimulatedUpstream) => upstream.serve('1.broken.json', '{}'),
})) {
  test(`D-03 a role ${what} refuses the import, until it is excluded by name`, async (context) => {
    const upstream = delegating();
    spoil(upstream);
    const mirrored = await mirrorOf(context, upstream);
    await mirrored.importRefused(what.endsWith('fetched') ? 'SOURCE_NOT_FOUND' : 'TRUST_ROLE_MISMATCH');
    assert.equal(mirrored.generation, 0);
    const { candidate } = await mirrored.importNow(decide('exclude-role', 'broken'));
    assert.ok(noteKinds({ candidate }).includes('excluded'));
    assert.deepEqual([...candidate.content.roles.keys()], ['targets', 'sound']);
    assert.deepEqual(signedExclusions(mirrored), [{ reason: 'asked upstream', role: 'broken' }]);
    assert.deepEqual(
      candidate.content.selected.map(({ path }) => path),
      ['sound/file'],
    );
  });
}

test('an exclusion is part of a state: with it, without it and with it again are three generations', async (context) => {
  const mirrored = await mirrorOf(context, delegating());
  const exclusion = decide('exclude-role', 'broken');
  await mirrored.importNow(exclusion);
  await mirrored.importExpecting('unchanged', exclusion);
  await mirrored.importNow();
  assert.deepEqual(signedExclusions(mirrored), []);
  await mirrored.importNow(exclusion);
  const roles = mirrored.mirror.reader.generationRoles(mirrored.id, mirrored.generation);
  const kept = roles.find(({ role }) => role === 'broken');
  assert.equal(kept?.reachable, false, 'clients that saw the entry refuse a snapshot without it');
});

test('what only an excluded role delegates to is not carried either', async (context) => {
  const upstream = delegating();
  upstream.author.delegate('broken', 'below', { paths: ['*'] });
  upstream.publish('broken').drop('1.below.json');
  const mirrored = await mirrorOf(context, upstream);
  const { candidate } = await mirrored.importNow(decide('exclude-role', 'broken'));
  assert.ok(!candidate.content.roles.has('below' as never));
});

test('a top-level role cannot be excluded, and a decision that nothing asked for is noted', async (context) => {
  for (const role of ['root', 'timestamp', 'snapshot', 'targets']) {
    refused('USAGE_OPTION', () => decide('exclude-role', role));
  }
  const mirrored = await mirrorOf(context, delegating());
  const { candidate } = await mirrored.importNow(decide('exclude-role', 'unheard-of'));
  assert.deepEqual(noteKinds({ candidate }), ['decision-unused']);
  assert.deepEqual(candidate.content.decisions, []);
  assert.deepEqual(signedExclusions(mirrored), []);
});

test('only the decision that was needed is recorded, when two name the same role', async (context) => {
  const upstream = delegating();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.targets.version += 1500;
  upstream.publish('targets');
  const [used, unused] = [decide('accept-version-jump', 'targets@1502'), decide('accept-equivocation', 'targets@1502')];
  const { candidate } = await mirrored.importNow(used, unused);
  assert.deepEqual(candidate.content.decisions, [used]);
  assert.deepEqual(noteKinds({ candidate }).sort(), ['decision-unused', 'decision-used']);
});

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'broken', { paths: ['broken/*'] });
  upstream.author.delegate('targets', 'sound', { paths: ['sound/*'] });
  return upstream.add('broken/file', 'not carried', 'broken').add('sound/file', 'carried', 'sound').publish();
}

/** What the published snapshot says it does not carry. */
function signedExclusions(mirrored: MirroredRepository): unknown[] {
  const current = mirrored.mirror.reader.current(mirrored.id);
  const bytes = mirrored.published().get(`${String(current?.snapshotVersion)}.snapshot.json`);
  const path = ['signed', 'x-countersign', 'excluded'];
  const listed = path.reduce<Json | undefined>(below, parseJson(bytes ?? new Uint8Array(), 'snapshot'));
  return Array.isArray(listed) ? listed.map((entry) => Object.fromEntries(entry as Map<string, Json>)) : [];
}
