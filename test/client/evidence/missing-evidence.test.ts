/** Upstream’s own timestamp, snapshot and roots, as the mirror must serve them: not there, not those, or not what was stated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import type { Json } from '../../../src/tuf/json.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

for (const name of ['timestamp.json', '2.snapshot.json']) {
  test(`${name} that the mirror names and does not serve is missing evidence, not a file that never was`, async (context) => {
    const { guarded, stores } = await twoStates(context);
    guarded.answer(evidence(guarded, name), 404);
    for (const store of stores) {
      const refusal = await refusedUntouched('TRUST_EVIDENCE', store, () => guarded.guard({ store }).refresh());
      assert.match(refusal.what, /does not serve the evidence [0-9a-f]{12} that it names/);
    }
    guarded.answer(evidence(guarded, name), 503);
    for (const store of stores)
      await refusedUntouched('SOURCE_STATUS', store, () => guarded.guard({ store }).refresh());
    guarded.restore();
    for (const store of stores) await guarded.guard({ store }).refresh();
  });

  test(`${name} with another digest than the mirror names is refused, whoever signed it`, async (context) => {
    const { guarded, stores } = await twoStates(context);
    const { upstream } = guarded;
    const path = evidence(guarded, name);
    upstream.author.publish('targets');
    const other = upstream.file(name === 'timestamp.json' ? name : '3.snapshot.json');
    for (const bytes of [other, other.slice(1), new Uint8Array()]) {
      guarded.answer(path, bytes);
      for (const store of stores) {
        const refusal = await refusedUntouched('TRUST_EVIDENCE', store, () => guarded.guard({ store }).refresh());
        assert.match(refusal.what, /file of evidence [0-9a-f]{12} has another digest/);
      }
    }
  });
}

const STATED: Record<string, { value: Json; what: RegExp }> = {
  root_version: { value: 3, what: /states root 3 of upstream, and its evidence says 2/ },
  timestamp_version: { value: 1, what: /states timestamp 1 of upstream, and its evidence says 2/ },
  snapshot_version: { value: 9, what: /states snapshot 9 of upstream, and its evidence says 2/ },
  timestamp_expires: {
    value: '2027-01-01T00:00:00Z',
    what: /states the timestamp’s expiry 2027-01-01T00:00:00\.000Z of upstream/,
  },
};

for (const [member, { value, what }] of Object.entries(STATED)) {
  test(`a mirror that states another ${member} than its evidence shows is refused: false once is a lie`, async (context) => {
    const { guarded, stores } = await twoStates(context);
    new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['x-countersign', 'as_of', member], value) });
    for (const store of stores) {
      const refusal = await refusedUntouched('TRUST_EVIDENCE', store, () => guarded.guard({ store }).refresh());
      assert.match(refusal.what, what);
    }
  });
}

test('an older root version in the statement is no lie: upstream’s chain may have grown since the import', async (context) => {
  const { guarded } = await twoStates(context);
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['x-countersign', 'as_of', 'root_version'], 1) });
  assert.equal((await guarded.guard().refresh()).upstream?.root, 2);
});

test('a statement that is absent or cannot be read is malformed, and nothing is guessed', async (context) => {
  const { guarded, stores } = await twoStates(context);
  for (const spoil of [['x-countersign', 'as_of'], ['x-countersign', 'as_of', 'snapshot_sha256'], ['x-countersign']]) {
    new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, spoil, undefined) });
    for (const store of stores)
      await refusedUntouched('TRUST_MALFORMED', store, () => guarded.guard({ store }).refresh());
  }
});

test('M-16 a mirror that hides the newest upstream root while it states its version is refused', async (context) => {
  const { guarded, stores } = await twoStates(context);
  guarded.answer('upstream/metadata/2.root.json', 404);
  const [fresh, remembering] = stores;
  const refusal = await refusedUntouched('TRUST_EVIDENCE', fresh, () => guarded.guard({ store: fresh }).refresh());
  assert.match(refusal.what, /states root 2 of upstream, and its evidence says 1/);
  await guarded.guard({ store: remembering }).refresh();
});

test('H-01 an error in the place of the next upstream root is not “there is none”', async (context) => {
  const { guarded, stores } = await twoStates(context);
  for (const status of [403, 500, 503]) {
    guarded.answer('upstream/metadata/3.root.json', status);
    const [fresh] = stores;
    await refusedUntouched('SOURCE_STATUS', fresh, () => guarded.guard({ store: fresh }).refresh());
  }
});

test('upstream’s chain with a link that another signed is refused', async (context) => {
  const { guarded, stores } = await twoStates(context);
  const forger = new SimulatedUpstream({ seed: 'forger' }).publish();
  forger.author.publishRoot();
  guarded.answer('upstream/metadata/2.root.json', forger.file('2.root.json'));
  const [fresh] = stores;
  await refusedUntouched('TRUST_SIGNATURES', fresh, () => guarded.guard({ store: fresh }).refresh());
});

test('with static keys alone no evidence is asked for, so none can be missing', async (context) => {
  const { guarded } = await twoStates(context);
  for (const name of ['timestamp.json', '2.snapshot.json']) guarded.answer(evidence(guarded, name), 404);
  guarded.takeRequests();
  await guarded.guard({ pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) }).refresh();
  assert.deepEqual(
    guarded.takeRequests().filter((path) => path.startsWith('upstream/')),
    [],
  );
});

function evidence({ upstream }: GuardedMirror, name: string): string {
  return `upstream/sha256/${sha256(upstream.file(name))}`;
}

/** Two states of everything; memories: none, and one of the first state. */
async function twoStates(context: Parameters<typeof guardedBy>[0]): Promise<{
  guarded: GuardedMirror;
  stores: readonly [ReturnType<typeof memoryStore>, ReturnType<typeof memoryStore>];
}> {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const { author } = guarded.upstream;
  author.publishRoot();
  const stores = [memoryStore(), memoryStore()] as const;
  await guarded.importNow();
  await guarded.guard({ store: stores[1] }).refresh();
  guarded.upstream.publish('targets');
  await guarded.importNow();
  return { guarded, stores };
}
