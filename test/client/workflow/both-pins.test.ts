/** Upstream’s chain and static pins together: the chain decides who may sign, the pins restrict whom of them is believed. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import { variant } from '../../simulator/foreign-keys.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinned } from './pinned-keys.ts';
import { refusedUnchanged, textOf } from './unchanged.ts';

interface Rotated {
  readonly guarded: GuardedMirror;
  readonly keys: Readonly<Record<'a' | 'b' | 'c' | 'd', Signer>>;
}

/** Upstream gave targets to two of a, b and c; then it replaces c by d, and these sign. */
async function mirrorOfThree(context: TestContext): Promise<Rotated> {
  const upstream = new SimulatedUpstream();
  const keys = { a: upstream.signer('a'), b: upstream.signer('b'), c: upstream.signer('c'), d: upstream.signer('d') };
  upstream.author.keyholders.set('targets', { signers: [keys.a, keys.b, keys.c], threshold: 2 });
  return { guarded: await guardedBy(context, upstream.add('file', 'first').publish()), keys };
}

async function replaceThird({ guarded, keys: { a, b, d } }: Rotated, ...signing: readonly Signer[]): Promise<void> {
  const { upstream } = guarded;
  upstream.author.keyholders.set('targets', { signers: [a, b, d], threshold: 2 });
  upstream.author.publishRoot();
  upstream
    .signWith('targets', ...signing)
    .add('file', 'second')
    .publish('targets');
  await guarded.importNow();
}

test('both: upstream rotates one of three keys; while enough of the pinned ones sign, nothing changes', async (context) => {
  const rotated = await mirrorOfThree(context);
  const { guarded, keys } = rotated;
  const guard = guarded.guard({ pin: guarded.pin({ targets: pinned([keys.a, keys.b, keys.c], 2) }) });
  assert.equal(await textOf(guard, 'file'), 'first');
  await replaceThird(rotated, keys.a, keys.b);
  assert.equal(await textOf(guard, 'file'), 'second');
});

test('both: what the new key and one pinned one sign is enough for upstream’s root and not for the pin', async (context) => {
  const rotated = await mirrorOfThree(context);
  const { guarded, keys } = rotated;
  const store = memoryStore();
  const strict = guarded.guard({ store, pin: guarded.pin({ targets: pinned([keys.a, keys.b, keys.c], 2) }) });
  await strict.refresh();
  await replaceThird(rotated, keys.a, keys.d);
  const refusal = await refusedUnchanged('TRUST_PIN_MISMATCH', store, () => strict.refresh());
  assert.deepEqual([refusal.details['signers'], refusal.details['threshold']], [1, 2]);
  assert.match(refusal.next, /rotated its keys/);
  const lenient = guarded.guard({ pin: guarded.pin({ targets: pinned([keys.a, keys.b, keys.c], 1) }) });
  assert.equal(await textOf(lenient, 'file'), 'second');
  assert.equal(await textOf(guarded.guard(), 'file'), 'second', 'the chain alone follows');
});

test('both: pins that ask for more than upstream does are held to, whatever upstream’s threshold', async (context) => {
  const rotated = await mirrorOfThree(context);
  const { guarded, keys } = rotated;
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin({ targets: pinned([keys.a, keys.b, keys.c], 3) }) });
  await guard.refresh();
  guarded.upstream.signWith('targets', keys.a, keys.b).add('file', 'second').publish('targets');
  await guarded.importNow();
  await refusedUnchanged('TRUST_PIN_MISMATCH', store, () => guard.refresh());
});

test('both at carried level: the same restriction', async (context) => {
  const rotated = await mirrorOfThree(context);
  const { guarded, keys } = rotated;
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.carriedPin({ targets: pinned([keys.a, keys.b, keys.c], 2) }) });
  await guard.refresh();
  await replaceThird(rotated, keys.a, keys.d);
  await refusedUnchanged('TRUST_PIN_MISMATCH', store, () => guard.refresh());
});

test('M-02 static alone: another key or threshold in the mirror’s root is a mismatch, also when upstream itself rotated', async (context) => {
  const rotated = await mirrorOfThree(context);
  const { guarded, keys } = rotated;
  const three = [keys.a, keys.b, keys.c];
  const alone = (targets: ReturnType<typeof pinned>) => guarded.pin({ upstreamRoot: undefined, targets });
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: alone(pinned(three, 2)) });
  assert.equal(await textOf(guard, 'file'), 'first');
  for (const pins of [pinned(three, 1), pinned(three, 3), pinned([keys.a, keys.b], 2), pinned([...three, keys.d], 2)]) {
    const other = memoryStore();
    await refusedUnchanged('TRUST_PIN_MISMATCH', other, () =>
      guarded.guard({ store: other, pin: alone(pins) }).refresh(),
    );
  }
  await replaceThird(rotated, keys.a, keys.b);
  const refusal = await refusedUnchanged('TRUST_PIN_MISMATCH', store, () => guard.refresh());
  assert.deepEqual(refusal.details['strangers'], [keys.d.keyId.slice(0, 12)]);
});

test('K-04 static alone: the ids in a pin are those that upstream’s signatures name; under others nothing is counted', async (context) => {
  const { guarded, keys } = await mirrorOfThree(context);
  const renamed = [keys.a, keys.b, keys.c].map((signer, at) => variant(signer, { id: String(at) }));
  const store = memoryStore();
  const pin = guarded.pin({ upstreamRoot: undefined, targets: pinned(renamed, 2) });
  await refusedUnchanged('TRUST_SIGNATURES', store, () => guarded.guard({ store, pin }).refresh());
});
