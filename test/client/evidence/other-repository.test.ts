/** One mirror, many repositories, perhaps under shared keys: what is signed for one never answers for another (M-12, N-04). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import type { JsonObject } from '../../../src/tuf/json.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

const ALTERED: Record<string, (thief: StolenKeys, alter: (signed: JsonObject) => unknown) => void> = {
  root: (thief, alter) => void thief.signRoot(alter).sign({}),
  timestamp: (thief, timestamp) => void thief.sign({ timestamp }),
  snapshot: (thief, snapshot) => void thief.sign({ snapshot }),
};

for (const [role, alter] of Object.entries(ALTERED)) {
  test(`M-12 a ${role} that is signed for another repository is refused, with and without a memory`, async (context) => {
    const guarded = await guardedBy(context);
    const remembering = memoryStore();
    await guarded.guard({ store: remembering }).refresh();
    alter(new StolenKeys(guarded), (signed) => put(signed, ['x-countersign', 'repository'], 'another'));
    for (const pin of [guarded.pin(), guarded.pin(pinnedTo(guarded.upstream.firstRoot))]) {
      for (const store of [memoryStore(), remembering]) {
        const refusal = await refusedUntouched('TRUST_WRONG_REPOSITORY', store, () =>
          guarded.guard({ pin, store }).refresh(),
        );
        assert.equal(
          refusal.what,
          `The mirror’s ${role} is signed for the repository “another”, and the pin is for ${guarded.mirrored.id}.`,
        );
      }
    }
  });

  test(`M-12 a ${role} that is signed for no repository at all is refused`, async (context) => {
    const guarded = await guardedBy(context);
    alter(new StolenKeys(guarded), (signed) => put(signed, ['x-countersign', 'repository'], undefined));
    const store = memoryStore();
    await refusedUntouched('TRUST_MALFORMED', store, () => guarded.guard({ store }).refresh());
  });
}

test('M-12 a pin for another repository with this one’s address and keys is refused', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: named(guarded, 'another') });
  await refusedUntouched('TRUST_WRONG_REPOSITORY', store, () => guard.refresh());
});

test('at the carried level there are no mirror’s words, so none can be for another repository', async (context) => {
  const guarded = await guardedBy(context);
  const { repository } = await guarded
    .guard({ pin: guarded.carriedPin({ repository: repositoryId('mine') }) })
    .refresh();
  assert.equal(repository, 'mine');
});

function named(guarded: GuardedMirror, id: string): Pin {
  return guarded.pin({ repository: repositoryId(id) });
}
