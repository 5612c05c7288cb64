/**
 * `npm run docs`: writes the pages of docs/reference that follow from the code, and the README’s table; `--check` only
 * compares. What is made from the definitions cannot promise what the program does not do.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGES, renderPage } from './reference/pages.ts';
import { renderReadme } from './reference/readme-table.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const isCheck = process.argv.includes('--check');
const drifted: string[] = [];
for (const page of PAGES) await settle(`docs/reference/${page.name}`, () => renderPage(page));
await settle('README.md', renderReadme);
process.exitCode = drifted.length > 0 ? 1 : 0;

/** @param render from what is there, which may be nothing */
async function settle(name: string, render: (before: string) => Promise<string>): Promise<void> {
  const path = join(project, name);
  const before = readOrEmpty(path);
  const text = await render(before);
  if (before === text) return;
  if (isCheck) {
    drifted.push(name);
    console.error(`${name} is not what the code says: npm run docs`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
