/** D-03: delegations by `path_hash_prefixes`, which the conformance suite does not cover. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { below, put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { refusedUnchanged, searchUnchanged, textOf } from './unchanged.ts';

const prefix = (path: string, digits: number): string =>
  createHash('sha256').update(path).digest('hex').slice(0, digits);

const upstream = new SimulatedUpstream();
const { author } = upstream;
author.delegate('targets', 'one-digit', { pathHashPrefixes: [prefix('one', 1)] });
author.delegate('targets', 'whole', { pathHashPrefixes: ['0'.repeat(64), prefix('whole', 64)] });
author.delegate('targets', 'elsewhere', { pathHashPrefixes: [almost('listed/elsewhere')] });
author.delegate('targets', 'closing', { pathHashPrefixes: [prefix('closed', 16)], terminating: true });
author.delegate('targets', 'last', { paths: ['*', '*/*'] });
upstream.add('one', 'by one digit', 'one-digit').add('whole', 'by the whole digest', 'whole');
upstream.add('listed/elsewhere', 'never', 'elsewhere').add('listed/elsewhere', 'by the last', 'last');
upstream.add('closed', 'never, behind a terminating role', 'last').add('open', 'by the last', 'last');
const guarded = await guardedBy({ after }, upstream);

/** The whole digest of the path, but for its last digit. */
function almost(path: string): string {
  return prefix(path, 63) + (prefix(path, 64).endsWith('0') ? '1' : '0');
}

const levels: readonly (readonly [string, () => Pin])[] = [
  ['pinned', () => guarded.pin()],
  ['carried', () => guarded.carriedPin()],
];

for (const [level, pinOf] of levels) {
  test(`D-03 ${level}: a role answers for the names whose digest begins with one of its prefixes, whatever their length`, async () => {
    const guard = guarded.guard({ pin: pinOf() });
    assert.equal(await textOf(guard, 'one'), 'by one digit');
    assert.equal(await textOf(guard, 'whole'), 'by the whole digest');
    assert.equal((await guard.find('whole')).verdict.authoredBy, 'whole');
  });

  test(`D-03 ${level}: a role lists in vain what no prefix lets it speak for, and is not even fetched`, async () => {
    const guard = guarded.guard({ pin: pinOf() });
    guarded.takeRequests();
    const { search, verdict } = await guard.find('listed/elsewhere');
    assert.equal(verdict.authoredBy, 'last');
    const look = search.visit.looks.find(({ name }) => name === 'elsewhere');
    assert.deepEqual([look?.match, look?.skipped], [undefined, 'no match']);
    assert.ok(!guarded.takeRequests().some((path) => path.includes('elsewhere.json')));
    assert.equal(await textOf(guard, 'listed/elsewhere'), 'by the last');
  });

  test(`D-03 ${level}: a terminating role ends the search for its prefixes, and for no others`, async () => {
    const store = memoryStore();
    const guard = guarded.guard({ pin: pinOf(), store });
    await guard.refresh({ everyRole: true });
    await searchUnchanged('TRUST_UNLISTED_TARGET', store, guard, 'closed');
    const { search } = await guard.find('closed');
    assert.deepEqual(search.outcome, { kind: 'not-found', endedBy: 'closing' });
    assert.equal(await textOf(guard, 'open'), 'by the last');
  });
}

test('D-04 a prefix in upper case, and prefixes beside paths, are malformed and not interpreted', async (context) => {
  for (const [place, value] of [
    ['path_hash_prefixes', ['AB']],
    ['path_hash_prefixes', ['']],
    ['paths', ['*']],
  ] as const) {
    const hostile = new SimulatedUpstream();
    hostile.author.delegate('targets', 'role', { pathHashPrefixes: ['ab'] });
    const copy = await copyOf(context, hostile.publish());
    const store = memoryStore();
    const guard = copy.guard({ store });
    await guard.refresh();
    hostile.alter('targets', (signed) => {
      const roles = below(below(signed, 'delegations'), 'roles');
      assert.ok(Array.isArray(roles) && roles[0] instanceof Map);
      put(roles[0], [place], [...value]);
    });
    hostile.publish('targets');
    await refusedUnchanged('TRUST_MALFORMED', store, () => guard.refresh());
  }
});
