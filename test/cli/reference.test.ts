/** The generated pages of docs/reference say what the code says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PAGES, renderPage } from '../../scripts/reference/pages.ts';

for (const page of PAGES) {
  test(`docs/reference/${page.name} is up to date (npm run docs)`, async () => {
    const written = await readFile(new URL(`../../docs/reference/${page.name}`, import.meta.url), 'utf8');
    assert.equal(written, await renderPage(page));
  });
}
