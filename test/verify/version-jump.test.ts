/** A version that leaps ahead poisons every later update (F-06): it needs a person who has asked, and is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from '../simulator/mirror.ts';
import { decide, noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

for (const role of ['timestamp', 'snapshot', 'targets', 'delegated']) {
  test(`F-06 a leap of ${role} by more than the limit waits for a decision about that very version`, async (context) => {
    const upstream = new SimulatedUpstream();
    upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
    const mirrored = await mirrorOf(context, upstream.publish());
    await mirrored.importNow();
    leap(upstream, role, 1000);
    assert.deepEqual(noteKinds(await mirrored.importNow()), []);
    leap(upstream, role, 1001);
    const refusal = await mirrored.importRefused('POLICY_VERSION_JUMP');
    assert.deepEqual([refusal.details['role'], refusal.details['version']], [role, 2002]);
    assert.match(refusal.next, new RegExp(`--accept-version-jump ${role}@2002 `));
    await mirrored.importRefused('POLICY_VERSION_JUMP', decide('accept-version-jump', `${role}@2003`));
    const accepted = await mirrored.importNow(decide('accept-version-jump', `${role}@2002`));
    assert.deepEqual(noteKinds(accepted), ['decision-used']);
  });
}

test('F-06 the first import has nothing to leap from, and the highest version of all is beyond every client', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.publish().targets.version = 2 ** 31 - 3;
  const mirrored = await mirrorOf(context, upstream.publish('targets'));
  await mirrored.importNow();
  upstream.publish('targets');
  await mirrored.importRefused('TRUST_MALFORMED', decide('accept-version-jump', 'targets@2147483647'));
});

function leap(upstream: SimulatedUpstream, role: string, by: number): void {
  const { author } = upstream;
  const issue = role === 'timestamp' ? author.timestamp : role === 'snapshot' ? author.snapshot : author.role(role);
  issue.version += by - 1;
  upstream.publish(role);
}
