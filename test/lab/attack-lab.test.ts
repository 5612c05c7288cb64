/** The catalogue of attacks is whole. That each ends as its row says is tried in test/slow, and by `countersign demo`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE } from '../../src/lab/catalogue.ts';

test('every id of the catalogue has a row, and the table is in their order', () => {
  const ids = Array.from({ length: 17 }, (_, index) => `M-${String(index + 1).padStart(2, '0')}`);
  assert.deepEqual([...new Set(CATALOGUE.map(({ id }) => id))], ids);
  assert.deepEqual(
    CATALOGUE.map(({ id }) => id),
    CATALOGUE.map(({ id }) => id).toSorted(),
  );
  const names = CATALOGUE.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});
