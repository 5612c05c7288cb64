/**
 * The mirror’s root repeats who may sign targets, for stock clients. Where it says anything else than upstream, or the pin,
 * content is about to be forged (M-01, M-02): an alarm, however well the rest is signed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { signFile } from '../../../src/sample/signing.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { type JsonObject, jsonObject, parseJson } from '../../../src/tuf/json.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { below, put } from '../../simulator/places.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

interface Change {
  readonly holders: (one: Signer, two: Signer, thief: Signer) => { signers: readonly Signer[]; threshold: number };
  readonly what: RegExp;
}

/** Upstream gives targets to one and two, threshold 2. */
const CHANGES: Record<string, Change> = {
  'a key of the thief’s beside upstream’s': {
    holders: (one, two, thief) => ({ signers: [one, two, thief], threshold: 2 }),
    what: /gives the targets role to a key that upstream’s root does not have \([0-9a-f]{12}\)/,
  },
  'keys of the thief’s in their place': {
    holders: (one, _two, thief) => ({
      signers: [thief, { ...thief, keyId: one.keyId, keyObject: thief.keyObject }],
      threshold: 1,
    }),
    what: /gives the targets role to keys that upstream’s root does not have/,
  },
  'a lower threshold': {
    holders: (one, two) => ({ signers: [one, two], threshold: 1 }),
    what: /gives the targets role 1 of 2 keys, and upstream’s root 2 of 2/,
  },
  'a key less': {
    holders: (one) => ({ signers: [one], threshold: 1 }),
    what: /gives the targets role 1 of 1 keys, and upstream’s root 2 of 2/,
  },
};

for (const [what, { holders, what: words }] of Object.entries(CHANGES)) {
  test(`M-02 a mirror’s root with ${what} is refused, with and without a memory`, async (context) => {
    const guarded = await twoHolders(context);
    const { upstream } = guarded;
    const remembering = memoryStore();
    await guarded.guard({ store: remembering }).refresh();
    const chosen = holders(upstream.signer('targets'), upstream.signer('targets two'), upstream.signer('thief'));
    new StolenKeys(guarded).signRoot((signed) => give(signed, chosen)).sign({});
    for (const store of [memoryStore(), remembering]) {
      const refusal = await refusedUntouched('TRUST_PIN_MISMATCH', store, () => guarded.guard({ store }).refresh());
      assert.match(refusal.what, new RegExp(`^Version 2 of the mirror’s root ${words.source}`));
      assert.match(refusal.next, /^ALARM/);
    }
    const pinned = guarded.guard({ pin: guarded.pin(pinnedTo(upstream.firstRoot)) });
    const refusal = await rejected('TRUST_PIN_MISMATCH', pinned.refresh());
    assert.match(refusal.what, /the pin (?:does not have|2 of 2)/);
  });
}

test('K-02 the same keys under other ids are the same keys', async (context) => {
  const guarded = await twoHolders(context);
  const [one, two] = [guarded.upstream.signer('targets'), guarded.upstream.signer('targets two')];
  new StolenKeys(guarded)
    .signRoot((signed) => give(signed, { signers: [renamed(two, 'b'), renamed(one, 'a')], threshold: 2 }))
    .sign({});
  await guarded.guard().refresh();
});

test('M-01 targets that the thief signs are refused although the mirror’s root would have them', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const thief = guarded.upstream.signer('thief');
  const signed = below(parseJson(guarded.upstream.file('1.targets.json'), 'targets'), 'signed');
  assert.ok(signed instanceof Map);
  put(signed, ['targets', 'file.txt', 'hashes', 'sha256'], sha256(Buffer.from('malware')));
  const forged = signFile('targets', signed, [thief]);
  const entry = jsonObject({ hashes: jsonObject({ sha256: sha256(forged) }), length: forged.length, version: 1 });
  const stolen = new StolenKeys(guarded);
  stolen.sign({ snapshot: (snapshot) => put(snapshot, ['meta', 'targets.json'], entry) });
  guarded.answer('metadata/1.targets.json', forged);
  const store = memoryStore();
  await refusedUntouched('TRUST_MIX_AND_MATCH', store, () => guarded.guard({ store }).get('file.txt'));
  const pinned = guarded.pin(pinnedTo(guarded.upstream.firstRoot));
  await refusedUntouched('TRUST_SIGNATURES', store, () => guarded.guard({ store, pin: pinned }).get('file.txt'));
  stolen.signRoot((root) => give(root, { signers: [thief], threshold: 1 }));
  for (const pin of [guarded.pin(), pinned]) {
    await refusedUntouched('TRUST_PIN_MISMATCH', store, () => guarded.guard({ store, pin }).get('file.txt'));
  }
});

test('F3 upstream’s own rotation is followed, as soon as the mirror’s root follows it, too', async (context) => {
  const guarded = await twoHolders(context);
  const { upstream } = guarded;
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  upstream.author.keyholders.set('targets', { signers: [upstream.signer('targets three')], threshold: 1 });
  upstream.author.publishRoot();
  guarded.answer('upstream/metadata/2.root.json', upstream.file('2.root.json'));
  await guarded.renew();
  await refusedUntouched('TRUST_PIN_MISMATCH', memoryStore(), () => guarded.guard().refresh());
  guarded.restore();
  upstream.publish('targets');
  await guarded.importNow();
  const { upstream: versions, mirror } = await guard.refresh();
  assert.deepEqual([versions?.root, mirror?.root], [2, 2]);
});

function twoHolders(context: Parameters<typeof guardedBy>[0]): Promise<GuardedMirror> {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  const signers = [upstream.signer('targets'), upstream.signer('targets two')];
  upstream.author.keyholders.set('targets', { signers, threshold: 2 });
  return guardedBy(context, upstream.publish());
}

/** Gives the targets role of a root to others. */
function give(root: JsonObject, { signers, threshold }: { signers: readonly Signer[]; threshold: number }): void {
  for (const { keyId, keyObject } of signers) put(root, ['keys', keyId], keyObject);
  put(root, ['roles', 'targets'], jsonObject({ keyids: signers.map(({ keyId }) => keyId), threshold }));
}

function renamed(signer: Signer, id: string): Signer {
  return { keyId: id as Signer['keyId'], keyObject: signer.keyObject, sign: (message) => signer.sign(message) };
}
