/** The floor in the pin (F5, M-04): least versions, for whoever has no memory yet; at the floor is above it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Floor } from '../../../src/client/pin/pin.ts';
import { type RoleName, roleName } from '../../../src/tuf/names.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { refusedUntouched } from './untouched.ts';

const LEAST: Record<string, (version: number) => Partial<Floor>> = {
  root: (version) => ({ root: version }),
  timestamp: (version) => ({ timestamp: version }),
  snapshot: (version) => ({ snapshot: version }),
  targets: (version) => ({ roles: new Map([[roleName('targets'), version]]) }),
  dev: (version) => ({ roles: new Map([[roleName('dev'), version]]) }),
};

for (const [role, least] of Object.entries(LEAST)) {
  test(`M-04 a floor for ${role} is kept by guards with and without a memory`, async (context) => {
    const guarded = await secondOfEverything(context);
    const remembering = memoryStore();
    await guarded.guard({ store: remembering }).refresh();
    for (const store of [memoryStore(), remembering]) {
      await guarded.guard({ store, pin: guarded.pin({ floor: floorOf(least(2)) }) }).refresh();
    }
    for (const store of [memoryStore(), remembering]) {
      const guard = guarded.guard({ store, pin: guarded.pin({ floor: floorOf(least(3)) }) });
      const refusal = await refusedUntouched('TRUST_FLOOR', store, () => guard.refresh());
      assert.equal(refusal.what, `${role} is version 2, and the pin demands 3 at least.`);
      assert.deepEqual(refusal.details, { role, version: 2, least: 3 });
    }
  });
}

test('M-04 with static keys alone, the floor of roles is over what the mirror lists', async (context) => {
  const guarded = await secondOfEverything(context);
  const pinned = pinnedTo(guarded.upstream.firstRoot);
  for (const role of ['targets', 'dev']) {
    const roles = (version: number): Partial<Floor> => ({ roles: new Map([[roleName(role), version]]) });
    await guarded.guard({ pin: guarded.pin({ ...pinned, floor: floorOf(roles(2)) }) }).refresh();
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin({ ...pinned, floor: floorOf(roles(3)) }) });
    await refusedUntouched('TRUST_FLOOR', store, () => guard.refresh());
  }
});

test('a floor for a role that upstream does not list asks for nothing: a search that reaches it says so', async (context) => {
  const guarded = await secondOfEverything(context);
  const floor = floorOf({ roles: new Map([[roleName('nobody'), 7]]) });
  await guarded.guard({ pin: guarded.pin({ floor }) }).refresh({ everyRole: true });
});

test('M-04 the floor lets nothing through on the way to an answer, and the mirror’s later import does', async (context) => {
  const guarded = await secondOfEverything(context);
  const store = memoryStore();
  const floor = floorOf({ timestamp: 3, roles: new Map<RoleName, number>([[roleName('dev'), 3]]) });
  const guard = guarded.guard({ store, pin: guarded.pin({ floor }) });
  await refusedUntouched('TRUST_FLOOR', store, () => guard.get('dev/tool'));
  await refusedUntouched('TRUST_FLOOR', store, () => guard.find('file.txt'));
  await refusedUntouched('TRUST_FLOOR', store, () => guard.verify('file.txt', Buffer.from('content')));
  guarded.upstream.publish('dev');
  await guarded.importNow();
  assert.equal((await guard.get('dev/tool')).verdict.code, 'OK');
});

function floorOf(least: Partial<Floor>): Floor {
  return { root: 1, timestamp: 1, snapshot: 1, roles: new Map(), ...least };
}

async function secondOfEverything(context: Parameters<typeof guardedBy>[0]): Promise<GuardedMirror> {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  upstream.add('dev/tool', 'tool', 'dev').publish();
  upstream.author.publishRoot();
  return guardedBy(context, upstream.publish('targets', 'dev'));
}
