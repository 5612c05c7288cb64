/**
 * `npm run docs`: writes the pages of docs/reference that follow from the code; `--check` only compares. A page that is
 * made from the definitions cannot promise what the program does not do.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGES, renderPage } from './reference/pages.ts';

const directory = fileURLToPath(new URL('../docs/reference', import.meta.url));
const isCheck = process.argv.includes('--check');
let hasDrifted = false;
for (const page of PAGES) {
  const path = join(directory, page.name);
  const text = await renderPage(page);
  if (isCheck) {
    if (readOrEmpty(path) === text) continue;
    hasDrifted = true;
    console.error(`docs/reference/${page.name} is not what the code says: npm run docs`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
process.exitCode = hasDrifted ? 1 : 0;

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
