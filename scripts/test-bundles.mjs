/**
 * Tests, and the programs that they start, each with what it imports in a few files of plain JavaScript: loading hundreds
 * of sources one by one costs more than most tests. What several need is shared, so that it is there once in a process.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { PROJECT } from './prepare.mjs';

/** Beside the packages, so that they are found. */
const PLACE = join(PROJECT, 'node_modules', '.cache', 'countersign-tests');
const ABANDONED_MS = 3_600_000;

/** @param sources absolute paths of tests @param programs of what they start @returns the folder; the caller removes it */
export async function bundle(sources, programs) {
  mkdirSync(PLACE, { recursive: true });
  sweep();
  const outdir = mkdtempSync(join(PLACE, 'run-'));
  await build({
    ...{ entryPoints: [...sources, ...programs], outdir, outbase: PROJECT, outExtension: { '.js': '.mjs' } },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external' },
    ...{ sourcemap: true, sourcesContent: false, logLevel: 'warning', plugins: [sourcesKnowTheirPlace] },
  });
  return outdir;
}

export function bundleOf(folder, source) {
  return join(folder, relative(PROJECT, source).replace(/\.ts$/, '.mjs'));
}

/** Vectors, pages and migrations are found from the source that names them. */
const sourcesKnowTheirPlace = {
  name: 'sources know their place',
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const place = JSON.stringify(pathToFileURL(path).href);
      return { loader: 'ts', contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place) };
    });
  },
};

/** What runs left behind that were stopped in the middle; not what runs now. */
function sweep() {
  for (const name of readdirSync(PLACE)) {
    const path = join(PLACE, name);
    if (Date.now() - statSync(path).mtimeMs > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
  }
}
