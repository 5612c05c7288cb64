/**
 * The TUF conformance suite against the guard’s own workflow, wherever the suite is: COUNTERSIGN_CONFORMANCE names a
 * checkout of theupdateframework/tuf-conformance. Every test of it must pass; there are no expected failures.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const RUN = fileURLToPath(new URL('./conformance/run.sh', import.meta.url));
const suite = process.env['COUNTERSIGN_CONFORMANCE'];

function whyNot(): string | false {
  if (suite === undefined) return 'COUNTERSIGN_CONFORMANCE names no checkout of the TUF conformance suite';
  if (!existsSync(join(suite, 'tuf_conformance'))) return `${suite} holds no TUF conformance suite`;
  for (const program of ['python3', 'faketime', 'bash'])
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `${program} is not here`;
  return false;
}

test('the TUF conformance suite passes whole, without an expected failure', { skip: whyNot() }, (t) => {
  const { status, stdout, stderr } = spawnSync(RUN, [suite ?? ''], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  t.diagnostic(last);
  assert.equal(status, 0, `${stdout.slice(-8000)}\n${stderr.slice(-2000)}`);
  assert.match(last, /^\d+ passed in /);
});
