/** names are chosen by upstream; none of them may write a line, a colour or a direction into the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogOptions, openLog } from '../../src/platform/log.ts';
import { ManualClock } from '../acquire/manual-clock.ts';

const HOSTILE = [
  '\n{"level":"info"',
  '\u001b]0;x\u0007',
  '\u202e',
  '\u2028',
  '\u009b31m',
  '\ud800',
  'x'.repeat(100_000),
];

function logTo(lines: string[], isTTY: boolean, level?: LogOptions['level'] & string): ReturnType<typeof openLog> {
  const out = { isTTY, write: (text: string) => lines.push(text) };
  return openLog({ clock: new ManualClock(), out, ...(level && { level }) });
}

void test('one line per happening, without controls, bidi marks and line separators, and of bounded length', () => {
  for (const isTTY of [false, true]) {
    const lines: string[] = [];
    const log = logTo(lines, isTTY);
    for (const name of HOSTILE) log.warn(`refused ${name}`, { role: name, version: 3, code: undefined });
    assert.equal(lines.length, HOSTILE.length);
    for (const line of lines) {
      assert.match(line, /^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ud800]*\n$/);
      assert.ok(line.length < 3000);
    }
  }
});

void test('machines get JSON whose own members no fact can replace', () => {
  const lines: string[] = [];
  logTo(lines, false).error('it failed', { code: 'STATE_DAMAGED', level: 'info', msg: 'all is well', time: 'never' });
  const time = '2026-01-01T00:00:00.000Z';
  assert.deepEqual(JSON.parse(lines[0] ?? ''), { time, level: 'error', msg: 'it failed', code: 'STATE_DAMAGED' });
});

void test('people get text', () => {
  const lines: string[] = [];
  logTo(lines, true).info('serving', { url: 'http://127.0.0.1:8700', note: 'two words', count: 2 });
  assert.equal(lines[0], '2026-01-01T00:00:00.000Z info  serving url=http://127.0.0.1:8700 note="two words" count=2\n');
});

void test('less important lines are left out', () => {
  const lines: string[] = [];
  const log = logTo(lines, true, 'warn');
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  assert.equal(lines.length, 2);
});
