/** The README’s table is the lab’s: what it says of an attack is what attack-lab.test.ts finds. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { renderReadme } from '../../scripts/reference/readme-table.ts';

test('README.md has the table of the attacks as it is asserted (npm run docs)', async () => {
  const written = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  assert.equal(written, await renderReadme(written));
  assert.ok(written.split('\n').length <= 151, 'a README is read to its end');
});
