/** `countersign demo`: the table for people, the document for programs, and nothing left behind. */
import assert from 'node:assert/strict';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { runLab } from '../../src/lab/lab.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Workplace } from '../cli/workplace.ts';

interface Entry {
  readonly id: string;
  readonly name: string | null;
  readonly stock: Record<string, unknown> | null;
}

test('one attack as a table; nothing is left in the temporary folder or where it was typed', async (context) => {
  const workplace = await Workplace.open(context);
  const temporary = workplace.path('tmp');
  await mkdir(temporary);
  process.env['TMPDIR'] = temporary;
  context.after(() => delete process.env['TMPDIR']);
  const { out, err } = await workplace.succeed('demo --only M-02');
  assert.match(out, /^Stock client: tuf-js 5\.0\.1\.$/m);
  assert.match(out, /^M-02 {2}with the mirror’s root +ACCEPTED +refused +refused +refused$/m);
  assert.match(out, /\(TRUST_PIN_MISMATCH\) +\(TRUST_PIN_MISMATCH\) +\(TRUST_PIN_MISMATCH\)$/m);
  assert.match(out, /^refused: the client said no.*ACCEPTED: the attack worked.*recorded: the same, and/m);
  assert.ok(out.split('\n').every((line) => line.length <= 120 || line.startsWith('refused: ')));
  assert.deepEqual(err.trimEnd().split('\n').length, 3, 'a line of progress for each attack');
  assert.deepEqual(await readdir(workplace.directory), ['tmp']);
  assert.deepEqual(await readdir(temporary), []);
});

test('the document is what docs/reference/cli-json.md says', async (context) => {
  const workplace = await Workplace.open(context);
  const page = await readFile(new URL('../../docs/reference/cli-json.md', import.meta.url), 'utf8');
  const [, text = ''] = /^## demo\n[^]*?```json\n([^]*?)```/m.exec(page) ?? [];
  const example = JSON.parse(text) as { readonly attacks: readonly Entry[] };
  for (const shown of example.attacks) {
    const { json } = await workplace.succeed(`demo --only ${shown.id} --json`);
    assert.deepEqual(Object.keys(json), Object.keys(example));
    const found = (json['attacks'] as Entry[]).find(({ name }) => name === shown.name);
    assert.ok(found);
    assert.deepEqual(withoutKeyIds(found), withoutKeyIds(shown));
  }
});

test('an attack that does not exist is a mistake of whoever typed it', async (context) => {
  const workplace = await Workplace.open(context);
  const refusal = await workplace.refused('demo --only M-99');
  assert.equal(refusal.code, 'USAGE_OPTION');
  assert.match(refusal.next, /M-01, M-02/);
  assert.equal(refusal.exitCode, 2);
});

test('who asks it to stop gets the attack that runs to its end, and no other', async () => {
  const seen: string[] = [];
  const options = { clock: systemClock, only: 'M-02', isStopped: () => seen.length > 0 };
  const { rows } = await runLab({ ...options, onRow: ({ entry }) => seen.push(entry.id) });
  assert.equal(rows.length, 1);
});

/** Keys are new in every run. */
function withoutKeyIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\([0-9a-f]{12}\)/g, '(…)'));
}
