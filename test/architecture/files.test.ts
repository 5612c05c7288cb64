/** Files are nouns of a readable size: names that say nothing are banned, and nothing is longer than 350 lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources } from './sources.ts';

const MOST_LINES = 350;
const BANNED = ['util', 'helper', 'manager', 'service', 'data', 'info'];

const sources = readSources('src', 'test', 'bench', 'scripts');

test('no file or folder has a name that could hold anything', () => {
  const violations = sources.filter(({ path }) =>
    path
      .replace(/(\.test)?\.m?ts$/, '')
      .split(/[/.-]/)
      .some((word) => BANNED.some((banned) => word === banned || word === `${banned}s`)),
  );
  // “data-directory” names one thing of ours; the word alone, or for anything else, names nothing.
  assert.deepEqual(
    violations.map(({ path }) => path).filter((path) => !path.endsWith('/data-directory.ts')),
    [],
  );
});

test('every file of the program says first what it promises', () => {
  const silent = sources.filter(({ path, text }) => !path.startsWith('test/') && !/^(#!.*\n)?\/\*\*/.test(text));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test(`no file is longer than ${String(MOST_LINES)} lines`, (t) => {
  const sizes = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  for (const folder of ['src', 'test', 'bench', 'scripts']) {
    const lines = sizes.filter(({ path }) => path.startsWith(`${folder}/`)).map((size) => size.lines);
    if (lines.length > 0)
      t.diagnostic(
        `${folder}: ${String(lines.length)} files, median ${String(middle(lines))} lines, longest ${String(Math.max(...lines))}`,
      );
  }
  assert.deepEqual(
    sizes.filter(({ lines }) => lines > MOST_LINES),
    [],
  );
});

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
