/** Processes that commit to one folder at the same time, and processes that are killed while they do. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { directory } from '../../acquire/directories.ts';
import { stored } from './arrivals.ts';
import { contentOf, parse } from './counted.ts';
import { nodeWords } from '../../simulator/programs.ts';

const COMMITTER = fileURLToPath(new URL('committer-child.ts', import.meta.url));

interface Committer {
  readonly child: ChildProcess;
  /** The highest counter that was said to be durable. */
  readonly highest: () => number;
}

/** Starts a committer, and kills it with SIGKILL after its `killAfter`-th line. */
function start(t: TestContext, folder: string, count: number, killAfter = Infinity): Committer {
  const child = spawn(process.execPath, [...nodeWords(COMMITTER), folder, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let highest = 0;
  let lines = 0;
  createInterface(child.stdout).on('line', (line) => {
    highest = Math.max(highest, Number(/^committed ([0-9]+)$/.exec(line)?.[1] ?? 0));
    if (++lines === killAfter) child.kill('SIGKILL');
  });
  return { child, highest: () => highest };
}

void test('F-02: of four processes with 25 commits each none is lost, and two states stay', async (t) => {
  const folder = join(await directory(t), 'guard');
  const committers = [1, 2, 3, 4].map(() => start(t, folder, 25));
  const exits = await Promise.all(committers.map(({ child }) => once(child, 'close')));
  assert.deepEqual(exits.flat(), [0, null, 0, null, 0, null, 0, null]);
  const state = await folderStore(folder).state();
  assert.ok(state !== undefined);
  assert.equal(state.number, 100);
  assert.equal(parse(state).counter, 100);
  assert.deepEqual((await readdir(join(folder, 'state'))).sort(), ['000000000099.json', '000000000100.json']);
});

void test('S-03, F-02: whenever a process is killed, what it said to be durable is there, whole, and others go on', async (t) => {
  const folder = join(await directory(t), 'guard');
  const store = folderStore(folder);
  let floor = 0;
  for (const [first, second] of [
    [1, 14],
    [33, 8],
  ] as const) {
    const committers = [start(t, folder, 1000, first), start(t, folder, 1000, second)];
    const exits = await Promise.all(committers.map(({ child }) => once(child, 'close')));
    assert.deepEqual(exits.flat(), [null, 'SIGKILL', null, 'SIGKILL']);
    floor = Math.max(floor, ...committers.map(({ highest }) => highest()));
    const state = await store.state();
    if (state === undefined) {
      assert.equal(floor, 0);
      continue;
    }
    const { counter, file } = parse(state);
    assert.ok(counter >= floor, `${counter} is older than ${floor}`);
    assert.equal(state.number, counter, 'one number for each commit');
    assert.equal(await stored(store, file), contentOf(counter));
    floor = counter;
  }
  assert.ok(floor > 3);
  // No lock, and nothing else in the way, is left behind.
  assert.equal(await store.commit(floor, Buffer.from('next')), true);
  assert.deepEqual(
    (await readdir(join(folder, 'state'))).filter((name) => name.endsWith('.tmp')),
    [],
  );
});
