/** TAP 15: succinct roles, which the conformance suite does not cover. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Json } from '../../../src/tuf/json.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { refusedUnchanged, searchUnchanged, textOf } from './unchanged.ts';

const PATHS = ['a', 'b', 'c/d', 'e-1.0.tar.gz', 'ü'];

/** Every path in its bin, found by the author’s own arithmetic. */
function binned(bitLength: number): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.delegateToBins('targets', 'bin', bitLength);
  for (const path of PATHS) upstream.author.binFor('targets', path).targets.set(path, Buffer.from(`in ${path}`));
  return upstream.publish();
}

for (const bitLength of [1, 3, 4, 5, 8, 9]) {
  test(`TAP 15: with ${String(bitLength)} bits every name is found in its bin, and only that bin is fetched`, async (context) => {
    const copy = await copyOf(context, binned(bitLength));
    const guard = copy.guard();
    for (const path of PATHS) assert.equal(await textOf(guard, path), `in ${path}`);
    copy.takeRequests();
    const { verdict, search } = await copy.guard().find('a');
    assert.match(String(verdict.authoredBy), new RegExp(`^bin-[0-9a-f]{${String(Math.ceil(bitLength / 4))}}$`));
    assert.match(String(search.visit.looks[0]?.match), new RegExp(`^bin \\d+ of 2\\^${String(bitLength)}$`));
    assert.equal(copy.takeRequests().filter((path) => path.includes('.bin-')).length, 1);
  });
}

test('TAP 15: a bin that lists nothing of the name ends the search, and leaves the memory as it is', async (context) => {
  const copy = await copyOf(context, binned(4));
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh({ everyRole: true });
  await searchUnchanged('TRUST_UNLISTED_TARGET', store, guard, 'nowhere');
  assert.equal((await guard.find('nowhere')).search.outcome.kind, 'not-found');
});

test('TAP 15, D-03: a bin that is missing from snapshot is refused: an error, never “no such target”', async (context) => {
  const upstream = binned(3);
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  const { verdict } = await guard.find('a');
  // A new guard, because this one has seen the bin listed: that it is gone is refused before any search.
  upstream.alter('snapshot', (signed) => void put(signed, ['meta', `${String(verdict.authoredBy)}.json`], undefined));
  upstream.publish();
  await refusedUnchanged('TRUST_ROLE_REMOVED', store, () => guard.refresh());
  const newcomer = { store: memoryStore() };
  const other = copy.guard(newcomer);
  await other.refresh();
  await searchUnchanged('TRUST_ROLE_UNLISTED', newcomer.store, other, 'a');
  assert.equal((await other.find('a')).search.outcome.kind, 'refused');
  await refusedUnchanged('TRUST_ROLE_UNLISTED', newcomer.store, () => other.refresh({ everyRole: true }));
});

test('TAP 15 at pinned level: bins are found under upstream’s keys, and a bin that the mirror withholds is named', async (context) => {
  const guarded = await guardedBy(context, binned(4));
  const store = memoryStore();
  const guard = guarded.guard({ store });
  for (const path of PATHS) assert.equal(await textOf(guard, path), `in ${path}`);
  const { verdict } = await guard.find('a');
  const newcomer = { store: memoryStore() };
  const other = guarded.guard(newcomer);
  await other.refresh();
  guarded.answer(`metadata/1.${String(verdict.authoredBy)}.json`, 404);
  await searchUnchanged('SOURCE_NOT_FOUND', newcomer.store, other, 'a');
  await refusedUnchanged('SOURCE_NOT_FOUND', newcomer.store, () => other.refresh({ everyRole: true }));
  assert.equal(await textOf(guard, 'a'), 'in a', 'what was read before is still at hand');
});

const WRONG: readonly (readonly [string, Json | undefined, 'TRUST_MALFORMED' | 'TRUST_LIMIT'])[] = [
  ['bit_length', 0, 'TRUST_MALFORMED'],
  ['bit_length', 33, 'TRUST_MALFORMED'],
  ['bit_length', -1, 'TRUST_MALFORMED'],
  ['bit_length', '4', 'TRUST_MALFORMED'],
  ['bit_length', undefined, 'TRUST_MALFORMED'],
  ['bit_length', 17, 'TRUST_LIMIT'],
  ['bit_length', 32, 'TRUST_LIMIT'],
  ['name_prefix', '', 'TRUST_MALFORMED'],
];

test('TAP 15, R-03: bit lengths that make no sense are malformed, and more bins than the limit are refused', async (context) => {
  const upstream = binned(4);
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh();
  for (const [member, value, code] of WRONG) {
    upstream.alter('targets', (signed) => void put(signed, ['delegations', 'succinct_roles', member], value));
    upstream.publish('targets');
    await refusedUnchanged(code, store, () => guard.refresh());
  }
});

test('TAP 15: succinct roles beside roles are malformed: no two readers may choose differently', async (context) => {
  const upstream = binned(4).alter('targets', (signed) => void put(signed, ['delegations', 'roles'], []));
  const copy = await copyOf(context, upstream.publish('targets'));
  const store = memoryStore();
  await refusedUnchanged('TRUST_MALFORMED', store, () => copy.guard({ store }).refresh());
});
