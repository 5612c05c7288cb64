/** J-08: an expiry is a moment or the file is malformed. It is never “not expired” because it could not be read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Json } from '../../../src/tuf/json.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { rotating } from './rotating.ts';
import { refusedUnchanged, searchUnchanged, textOf } from './unchanged.ts';
import { copyOf } from './plain-copy.ts';

const UNREADABLE: readonly (Json | undefined)[] = [
  ...['tomorrow', '', 'never', '2030', '2030-01-01', '2030-01-01 00:00:00Z', '2030-01-01T00:00:00'],
  ...['2030-02-30T00:00:00Z', '2030-13-01T00:00:00Z', '2030-01-01T24:00:00Z', '+032030-01-01T00:00:00Z'],
  ...['2030-01-01t00:00:00z', '2030-01-01T00:00:00+0200', '2030-01-01T00:00:00.Z', 'Fri, 01 Jan 2030 00:00:00 GMT'],
  ...[1_893_456_000, null, ['2030-01-01T00:00:00Z'], undefined],
];

test('J-08 what is no RFC 3339 time is malformed in every role, whatever another reader would make of it', async (context) => {
  for (const role of ['root', 'timestamp', 'snapshot', 'targets']) {
    const rotation = await rotating(context);
    const { upstream } = rotation;
    for (const expires of role === 'targets' ? UNREADABLE : UNREADABLE.slice(0, 3)) {
      upstream.alter(role, (signed) => void put(signed, ['expires'], expires));
      await rotation.reissue(role).refused('TRUST_MALFORMED');
    }
  }
});

test('J-08 a delegated role is read by the same rule', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'role', { paths: ['*'] });
  const copy = await copyOf(context, upstream.add('file', 'content', 'role').publish());
  const store = memoryStore();
  const guard = copy.guard({ store });
  upstream.alter('role', (signed) => void put(signed, ['expires'], 'tomorrow')).publish('role');
  await guard.refresh();
  await searchUnchanged('TRUST_MALFORMED', store, guard, 'file');
});

const second = (at: number): string => new Date(at).toISOString().slice(0, 19);
const END = NOW.getTime() + DAY;

/** The same end, as Sigstore’s first files and others have written it. */
const SPELLINGS: Readonly<Record<string, string>> = {
  fraction: `${second(END)}.000Z`,
  nanoseconds: `${second(END)}.000999999Z`,
  offset: `${second(END + 2 * 3_600_000)}+02:00`,
  'negative offset with a fraction': `${second(END - 5.5 * 3_600_000)}.0-05:30`,
};

for (const [kind, text] of Object.entries(SPELLINGS)) {
  test(`J-08 carried: an expiry with ${kind} is that moment: good before it, expired at it`, async (context) => {
    for (const role of ['timestamp', 'snapshot', 'targets', 'root']) {
      const upstream = new SimulatedUpstream().alter(role, (signed) => void put(signed, ['expires'], text));
      const copy = await copyOf(context, upstream.publish());
      copy.clock.step(DAY - 1);
      const store = memoryStore();
      const guard = copy.guard({ store });
      await guard.refresh();
      copy.clock.step(1);
      await refusedUnchanged('TRUST_EXPIRED', store, () => guard.refresh());
    }
  });
}

test('J-08 pinned: a mirror of an upstream that writes so states the same moment, and the guard compares it', async (context) => {
  const upstream = new SimulatedUpstream().add('file', 'content');
  for (const role of ['root', 'timestamp', 'snapshot', 'targets']) {
    upstream.alter(role, (signed) => void put(signed, ['expires'], `${second(END + 2 * 3_600_000)}.750+02:00`));
  }
  const guarded = await guardedBy(context, upstream.publish());
  const guard = guarded.guard();
  assert.equal(await textOf(guard, 'file'), 'content');
  assert.equal((await guard.refresh()).asOf?.toISOString(), new Date(END + 750).toISOString());
});
