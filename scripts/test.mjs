/**
 * `npm test`: everything that needs no other server, on a fresh clone. `--only slow` and `--only interop` run those
 * folders instead; paths after that narrow the choice: `npm test -- test/cli`.
 */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PROJECT, install, requireNode, say } from './prepare.mjs';

const APART = ['interop', 'slow'];

requireNode();
await install();
const words = process.argv.slice(2);
const only = words[0] === '--only' ? words.splice(0, 2)[1] : undefined;
const files = testFiles(join(PROJECT, 'test')).filter(isChosen).filter(isNamed);
if (files.length === 0) {
  say('There is no such test.');
  process.exitCode = words.length > 0 ? 1 : 0;
} else {
  const started = Date.now();
  const isGreen = await runTests(files);
  const duration = `${String(files.length)} files, ${String(Math.round((Date.now() - started) / 1000))} s`;
  say(isGreen ? `Everything is green (${duration}).` : `NOT GREEN: see the failures above (${duration}).`);
  process.exitCode = isGreen ? 0 : 1;
}

function testFiles(directory) {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .flatMap((path) => (statSync(path).isDirectory() ? testFiles(path) : path.endsWith('.test.ts') ? [path] : []));
}

/** Interop tests lie directly in their folder: below it are the clients’ own programs. */
function isChosen(path) {
  const [, folder, ...rest] = relative(PROJECT, path).split('/');
  if (only === 'interop') return folder === 'interop' && rest.length === 1;
  return only === undefined ? !APART.includes(folder) : folder === only;
}

function isNamed(path) {
  return words.length === 0 || words.some((word) => path.includes(word.replace(/^\.\//, '')));
}

function runTests(paths) {
  const inner = ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-reporter=spec', ...paths];
  const child = spawn(process.execPath, inner, { cwd: PROJECT, stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
}
