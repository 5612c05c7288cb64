/** Programs that tests start as processes of their own: ours, and those of tests (`*-child.ts`). */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const LOADER = import.meta.resolve('tsx');
/** Where `npm test` has put together what it runs (scripts/test-bundles.mjs); unset when a file is run by itself. */
const BUNDLES = process.env['TEST_BUNDLES'];

/** What node is given to run `source` (an absolute path). */
export function nodeWords(source: string): string[] {
  const file = bundleOf(source);
  return file === source ? ['--import', LOADER, source] : [file];
}

/** The bundle of a source, which starts in a third of its time; the source itself where there is none. */
export function bundleOf(source: string): string {
  const file = join(BUNDLES ?? '', relative(PROJECT, source).replace(/\.ts$/, '.mjs'));
  return BUNDLES !== undefined && existsSync(file) ? file : source;
}
