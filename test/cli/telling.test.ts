/** How things are said: answers and remarks apart, escaped, in one JSON object, with as-of and horizon first. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Output, jsonText } from '../../src/cli/output.ts';
import { Progress } from '../../src/cli/progress.ts';
import { relativeTo, tableLines } from '../../src/cli/words.ts';
import { DAY, FakeClock, NOW } from '../simulator/clock.ts';
import { Workplace } from './workplace.ts';

/** A new log line, a terminal title, a right-to-left mark and a line separator. */
const HOSTILE = 'a\n{"level":"info"}\u001b]0;x\u0007\u202e\u2028\u0085b';

test('answers go to standard output, everything else to standard error', async (context) => {
  const workplace = await Workplace.withTrial(context);
  const plain = await workplace.succeed('import sample');
  assert.match(plain.out, /import 1 is published as generation 1/);
  assert.equal(plain.err, '');
  const json = await workplace.succeed('imports --json');
  assert.match(json.err, /^IMPORT +REPOSITORY/);
  assert.equal((json.json['imports'] as unknown[]).length, 1);
});

test('a refusal says what, why and next, in both forms', async (context) => {
  const workplace = await Workplace.open(context);
  const { err, out, json } = await workplace.type('status --json');
  assert.match(err, /^STATE_NOT_INITIALISED: .+ holds no record\.\n {2}Why: {2}.+\n {2}Next: .+countersign init.+\n$/);
  assert.deepEqual(Object.keys(json), ['error']);
  assert.deepEqual(Object.keys(json['error'] as object), ['code', 'family', 'what', 'why', 'next', 'details']);
  assert.ok(out.endsWith('}\n'));
});

test('no name steers a terminal, in text or in JSON (A-01)', () => {
  let [out, err] = ['', ''];
  const streams = { out: { write: (text: string) => (out += text) }, err: { write: (text: string) => (err += text) } };
  new Output(streams, true).report({ lines: [HOSTILE], document: { name: HOSTILE, [HOSTILE]: 1 } });
  new Output(streams, false).report({ lines: [HOSTILE], document: {} });
  for (const text of [out, err])
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  assert.equal(err.split('\n').length, 2, 'one line stays one line');
  const [document = ''] = out.split('\n}\n');
  assert.equal((JSON.parse(`${document}}`) as { name: string }).name, HOSTILE, 'JSON still says exactly that name');
});

test('what is absent is null, so that the members of a document never change', () => {
  assert.equal(jsonText({ a: undefined, b: [{ c: undefined }] }).replace(/\s/g, ''), '{"a":null,"b":[{"c":null}]}');
});

test('status: as-of and horizon come first, and a trial says that it is one', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  const lines = (await workplace.succeed('status')).out.split('\n');
  assert.match(lines[0] ?? '', /^ROOT KEY ONLINE: trial mode/);
  assert.match(lines[1] ?? '', /^sample: ok$/);
  assert.match(lines[2] ?? '', /^ {2}as-of {6}2026-12-23T03:00:00Z \(in 30 days\)/);
  assert.match(lines[3] ?? '', /^ {2}horizon {4}2027-11-23T03:00:00Z \(in 365 days\): targets/);
});

test('status --at looks at another day without being there', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  const later = await workplace.type('status --at 2028-01-01');
  assert.equal(later.exitCode, 1);
  assert.match(later.out, /^sample: CLIENTS FAIL$/m);
  assert.match(later.out, /dead-horizon: targets expired .*\n.*must act: upstream; the mirror cannot help/);
  await workplace.succeed('status');
});

test('progress is one line on a terminal and nothing anywhere else', () => {
  const clock = new FakeClock();
  let written = '';
  const out = (isTTY: boolean) => ({ write: (text: string) => (written += text), isTTY, columns: 20 });
  const silent = new Progress(out(false), clock);
  silent.step('verifying');
  silent.clear();
  assert.equal(written, '');
  const shown = new Progress(out(true), clock);
  shown.step(`target 1 of 9: ${HOSTILE}`);
  shown.step('too soon after');
  clock.advance(1000);
  shown.step('target 2 of 9');
  shown.clear();
  assert.equal(written.split('\r\u001b[K').length - 1, 3);
  assert.doesNotMatch(written, /\n|too soon/);
});

test('times are told in the largest unit of which there are two', () => {
  const cases: [number, string][] = [
    [30 * DAY, 'in 30 days'],
    [-2 * DAY, '2 days ago'],
    [DAY, 'in 24 hours'],
    [90_000, 'in 90 seconds'],
    [0, 'in 0 seconds'],
  ];
  for (const [ms, words] of cases) assert.equal(relativeTo(NOW, new Date(NOW.getTime() + ms)), words);
  assert.deepEqual(tableLines(['A', 'B'], [['long', 'x']]), ['A     B', 'long  x']);
});

test('several problems of a configuration are told line by line', async (context) => {
  const workplace = await Workplace.open(context);
  await writeFile(workplace.path('countersign.yaml'), 'listne: x\nlog_level: loud\n');
  const { err, json } = await workplace.type('config validate --json');
  assert.match(err, /^CONFIG_INVALID: There are 2 problems\.\n {2}- .+:1:1: .+\n {2}- .+:2:1: .+\n {2}Why: /);
  assert.equal((json['error'] as { details: { problems: string[] } }).details.problems.length, 2);
});
