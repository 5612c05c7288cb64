/** One key under several ids (K-02): it counts once here, twice in stock clients, so it needs a decision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signer } from '../../src/sign/signer.ts';
import type { KeyId } from '../../src/tuf/names.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { decide, noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

for (const role of ['root', 'timestamp', 'snapshot', 'targets', 'delegated', 'bins']) {
  test(`K-02 a key that ${role} lists under two ids waits for a decision, and counts once even then`, async (context) => {
    const upstream = new SimulatedUpstream();
    const [one, other] = [upstream.signer('one'), upstream.signer('other')];
    const holders = { signers: [one, under(one, 'second-id'), other], threshold: 2 };
    if (role === 'delegated') upstream.author.delegate('targets', role, { ...holders, paths: ['*'] });
    else if (role === 'bins') {
      upstream.author.delegateToBins('targets', 'bin', 1);
      upstream.targets.bins = { ...holders, bitLength: 1, namePrefix: 'bin' };
    } else upstream.author.keyholders.set(role, holders);
    const mirrored = await mirrorOf(context, upstream.publish());
    const refusal = await mirrored.importRefused('POLICY_DUPLICATE_KEY');
    // One decision is enough for all bins of a delegator.
    const named = role === 'bins' ? 'bin-*' : role;
    assert.equal(refusal.details['role'], named);
    const made = decide('accept-duplicate-keys', named);
    assert.deepEqual(noteKinds(await mirrored.importNow(made)), ['decision-used']);
    const file = { delegated: 'delegated', bins: 'bin-0' }[role] ?? role;
    if (file === 'root') return;
    upstream.signWith(file, one, under(one, 'second-id')).publish(file);
    await mirrored.importRefused('TRUST_SIGNATURES', made);
  });
}

test('two roles with the same keys are noted: only the snapshot tells their files apart', async (context) => {
  const upstream = new SimulatedUpstream();
  const holders = { signers: [upstream.signer('shared')], threshold: 1 };
  upstream.author.delegate('targets', 'left', { ...holders, paths: ['left/*'] });
  upstream.author.delegate('targets', 'right', { ...holders, paths: ['right/*'] });
  const mirrored = await mirrorOf(context, upstream.publish());
  assert.deepEqual(noteKinds(await mirrored.importNow()), ['shared-keys']);
});

function under(signer: Signer, id: string): Signer {
  return { keyId: id as KeyId, keyObject: signer.keyObject, sign: signer.sign.bind(signer) };
}
