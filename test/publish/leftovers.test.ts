/** What is left lying about must not decide: another file’s digest, a trial’s old key, a rotation while upstream is silent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { withWriter } from '../../src/mirror.ts';
import { acceptRoot, draftNextRoot, rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import type { JsonObject } from '../../src/tuf/json.ts';
import { decision } from '../../src/verify/decisions.ts';
import { signerNamed } from '../simulator/keys.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const DAY = 86_400_000;

test('W-10: a blob that is there by its sha256 is not the target when upstream lists another file’s sha512 beside it', async (t) => {
  const upstream = new SimulatedUpstream().add('mine.bin', 'mine').publish();
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  upstream.alter('targets', (signed) => {
    const entry = (signed.get('targets') as JsonObject).get('mine.bin') as JsonObject;
    (entry.get('hashes') as JsonObject).set('sha512', createHash('sha512').update('good').digest('hex'));
  });
  upstream.publish('targets');
  await mirrored.importRefused('TRUST_TARGET');
});

test('F-03: a rotation of online keys signs nothing fresh once upstream has been silent for too long', async (t) => {
  const { mirror, clock, id } = await imported(t, 90);
  clock.step(200 * DAY);
  const rotating = withWriter(mirror, (writer) => rotateOnlineKeys(mirror, writer, id));
  await assert.rejects(rotating, (error) => isRefusal(error, 'POLICY_UPSTREAM_AGE'));
});

test('Y-03: a trial’s key that stays behind after the root went to a holder stops no renewal', async (t) => {
  const { mirror, clock, id } = await imported(t, 10_000);
  const holder = signerNamed('holder');
  const rootKeys = [{ holder: 'alice', repository: id, keyId: holder.keyId, keyObject: holder.keyObject }];
  const draft = await draftNextRoot(mirror, { repository: id, rootKeys });
  const signed = signDraft(signDraft(draft, mirror.keyring.rootSignerFor(id), clock.now()), holder, clock.now());
  await withWriter(mirror, (writer) => acceptRoot(mirror, writer, id, [signed]));
  clock.step(190 * DAY);
  const [outcome] = await withWriter(mirror, (writer) => renewDue(mirror, writer));
  assert.equal(outcome?.outcome, 'renewed');
  assert.deepEqual(
    outcome.issued.map((file) => file.replace(/@.*/, '')),
    ['snapshot', 'timestamp'],
  );
});

test('R-03: a reason too long for what clients read is refused before it is signed', () => {
  assert.throws(
    () => decision('exclude-role', 'team', 'я'.repeat(400)),
    (error) => isRefusal(error, 'USAGE_REASON'),
  );
  assert.throws(
    () => decision('exclude-role', 'targets', 'because'),
    (error) => isRefusal(error, 'USAGE_OPTION'),
  );
});

async function imported(t: Parameters<typeof mirrorOf>[0], maxUpstreamAgeDays: number): ReturnType<typeof mirrorOf> {
  const mirrored = await mirrorOf(t, new SimulatedUpstream().add('a.txt', 'a').publish(), { maxUpstreamAgeDays });
  await mirrored.importNow();
  return mirrored;
}
