/**
 * `npm run check`: the one gate. Every step runs, so that one look shows everything that is wrong. `--without tests` is
 * for .ci/run, which has run them already.
 */
import { spawnSync } from 'node:child_process';
import { PROJECT, install, requireNode, say, tool } from './prepare.mjs';

requireNode();
await install();

const STEPS = [
  ['types', tool('typescript/bin/tsc'), '--noEmit', '-p', '.'],
  ['lint', tool('eslint/bin/eslint.js'), '--max-warnings', '0', '.'],
  ['format', tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['dead code', tool('knip/bin/knip.js')],
  ['docs', '--import', 'tsx', 'scripts/reference.ts', '--check'],
  ['tests', 'scripts/test.mjs'],
];

const words = process.argv.slice(2);
const isLeftOut = (name) => words.some((word, index) => word === name && words[index - 1] === '--without');
const failed = [];
for (const [name, ...step] of STEPS.filter(([name]) => !isLeftOut(name))) {
  say(`── ${name}`);
  const { status } = spawnSync(process.execPath, step, { cwd: PROJECT, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
say(failed.length === 0 ? 'check: all well.' : `check: ${failed.join(', ')} failed, see above.`);
process.exitCode = failed.length === 0 ? 0 : 1;
