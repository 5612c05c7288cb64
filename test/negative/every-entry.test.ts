/** The corpus has every entry of the catalogue’s sections that an importer can meet, and no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRYPTO_ENTRIES } from './crypto-entries.ts';
import { DELEGATION_ENTRIES } from './delegation-entries.ts';
import { JSON_ENTRIES } from './json-entries.ts';
import { PATH_ENTRIES } from './path-entries.ts';
import { THRESHOLD_ENTRIES } from './threshold-entries.ts';
import { WORKFLOW_ENTRIES } from './workflow-entries.ts';

/** How many entries the security catalogue has, by section. */
const SECTIONS = { K: 6, C: 7, J: 9, W: 11, D: 6, P: 5 };

test('no catalogue entry of the sections K, C, J, W, D and P is missing, and each has a case', () => {
  const corpora = [THRESHOLD_ENTRIES, CRYPTO_ENTRIES, JSON_ENTRIES, WORKFLOW_ENTRIES, DELEGATION_ENTRIES, PATH_ENTRIES];
  const entries = corpora.flatMap((corpus) => Object.entries(corpus));
  const expected = Object.entries(SECTIONS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, at) => `${section}-${String(at + 1).padStart(2, '0')}`),
  );
  assert.deepEqual(
    entries.map(([id]) => id),
    expected,
  );
  for (const [id, cases] of entries) {
    assert.ok(cases.length > 0, id);
    assert.equal(new Set(cases.map(({ says }) => says)).size, cases.length, `${id} says the same thing twice`);
  }
});
