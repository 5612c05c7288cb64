/**
 * Every module of the program loads by itself and from its source, as the built program loads it. Bundles of tests hide one
 * mistake: a constant that is used before its line is reached ends the program, and is only undefined in a bundle.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PROJECT, readSources } from '../architecture/sources.ts';

const LOADER = import.meta.resolve('tsx');
/** Starts the program when it is loaded. */
const MAIN = 'src/cli/main.ts';

test('every module loads from its source', () => {
  const paths = readSources('src').map(({ path }) => path);
  const urls = paths.filter((path) => path !== MAIN).map((path) => pathToFileURL(join(PROJECT, path)).href);
  assert.ok(urls.length > 400);
  const script = `for (const url of ${JSON.stringify(urls)}) await import(url);`;
  const words = ['--import', LOADER, '--input-type=module', '-e', script];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: PROJECT, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
