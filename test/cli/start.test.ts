/** `npm start`: from nothing to a served sample, again, and as a way to run a command. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Child } from './children.ts';
import { Workplace } from './workplace.ts';

const START = fileURLToPath(new URL('start-child.ts', import.meta.url));
const ANYWHERE = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];

test('a first start, a second one, and one after ./data was removed', async (context) => {
  const workplace = await Workplace.open(context);
  await mkdir(workplace.path('keys'), { mode: 0o700 });
  const started = (...words: string[]): Child => new Child(context, workplace.directory, words, { program: START });

  const first = started(...ANYWHERE);
  const [, url = ''] = await first.says(/curl (http:\S+)/);
  assert.match(await (await fetch(url)).text(), /^Welcome to the sample upstream/);
  // The ways it shows to look around work while it serves.
  const status = await started('status').ended;
  assert.equal(status.exitCode, 0, status.err);
  assert.match(status.out, /^sample: ok$/m);
  first.process.kill('SIGINT');
  const { exitCode, err } = await first.ended;
  assert.equal(exitCode, 0, err);
  assert.match(err, /\$ countersign init --root-online\n/);
  assert.match(err, /\$ countersign import sample\n/);

  const second = started(...ANYWHERE);
  await second.says(/Three things to try/);
  second.process.kill('SIGINT');
  const again = await second.ended;
  assert.equal(again.exitCode, 0);
  assert.doesNotMatch(again.err, /countersign (init|import|repo add)/, 'what is there is used');

  await rename(workplace.path('data'), workplace.path('data-before'));
  const third = started(...ANYWHERE);
  await third.says(/Three things to try/);
  third.process.kill('SIGTERM');
  const anew = await third.ended;
  assert.equal(anew.exitCode, 0);
  assert.match(anew.err, /init --use-existing-keys/);
  assert.deepEqual((await readdir(workplace.path('keys'))).sort(), ['online.secret', 'root-online.secret']);
});
