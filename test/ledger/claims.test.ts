/** What an importer says has room in a leaf, or is refused before anything is looked at, sealed or recorded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import type { Claim } from '../../src/ledger/records.ts';
import { importUpstream } from '../../src/mirror.ts';
import type { Decision } from '../../src/verify/decisions.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { decide } from '../simulator/mirrored.ts';
import { storedState } from '../simulator/stored-state.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const MANY = Array.from({ length: 400 }, (_, index) => decide('exclude-role', `${'r'.repeat(100)}${index}`));

for (const [how, claim, decisions] of [
  ['a ticket of 65 characters', { ticket: 'T'.repeat(65), reason: 'a secret reason' }, []],
  ['more decisions than a leaf has room for', { reason: 'a secret reason' }, MANY],
  ['a decision about a role whose name fills a page', {}, [decide('exclude-role', 'r'.repeat(1025))]],
] as const satisfies readonly (readonly [string, Claim, readonly Decision[]])[])
  test(`${how}: refused at once, and nothing is asked, sealed or recorded`, async (context) => {
    const upstream = new SimulatedUpstream().publish();
    const { mirror, id } = await mirrorOf(context, upstream);
    const before = await storedState(mirror);
    const openSource = (): Promise<SimulatedUpstream> => Promise.resolve(upstream);
    const importing = importUpstream(mirror, { repository: id, openSource, decisions, claim });
    await assert.rejects(importing, (error) => isRefusal(error, 'USAGE_OPTION'));
    assert.deepEqual(upstream.requests, []);
    const { tables, sealed } = await storedState(mirror);
    assert.deepEqual(sealed, before.sealed);
    for (const [table, rows] of before.tables) if (table !== 'writer') assert.deepEqual(tables.get(table), rows);
  });

test('a ticket of 64 characters and a long reason are recorded as they were said', async (context) => {
  const mirrored = await mirrorOf(context, new SimulatedUpstream().publish());
  const { mirror, id, source } = mirrored;
  const claim = { ticket: 'T'.repeat(64), reason: 'why '.repeat(2000), as: 'ada' };
  const openSource = (): Promise<typeof source> => Promise.resolve(source);
  await importUpstream(mirror, { repository: id, openSource, decisions: [], claim });
  assert.deepEqual(mirrored.lastImport.claim, claim);
});
