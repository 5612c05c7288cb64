/** Large differences stay readable, and what is not listed is bound all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Summary } from '../../../src/verify/difference/summary.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { type SideFiles, filesOf, linesOf, summaryOf } from './sides.ts';

function withTargets(count: number, change: (targets: Map<string, Uint8Array>) => void = () => undefined): SideFiles {
  const upstream = new SimulatedUpstream();
  for (let at = 0; at < count; at++) upstream.add(`file-${String(at).padStart(6, '0')}`, String(at));
  change(upstream.targets.targets);
  return filesOf(upstream.publish());
}

const none = filesOf(new SimulatedUpstream().publish());
const headingOf = ({ text }: Summary, heading: string): string | undefined =>
  text.split('\n').find((line) => line.startsWith(`${heading} (`));
const lastLineOf = ({ text }: Summary): string | undefined => text.split('\n').at(-2);
const moreOf = ({ text }: Summary): string | undefined => text.split('\n').find((line) => line.startsWith('  and '));

test('of 3,000 new targets 200 are listed, by name, and the others counted under a digest of all', () => {
  const summary = summaryOf(none, withTargets(3000));
  assert.equal(headingOf(summary, 'New target files'), 'New target files (3000)');
  const lines = linesOf(summary, 'target-added');
  assert.equal(lines.length, 200);
  assert.match(lines.at(-1) ?? '', /^"file-000199" /);
  const count = summary.counts.find(({ kind }) => kind === 'target-added');
  assert.equal(moreOf(summary), `  and 2800 more, not listed; SHA-256 of all 3000: ${String(count?.sha256)}`);
  assert.deepEqual([count?.total, count?.listed], [3000, 200]);
  assert.ok(summary.text.length < 40_000);
});

test('a change that is not listed changes the digest of its kind, of all changes, and of the text', () => {
  const summary = summaryOf(none, withTargets(300));
  const others = [
    withTargets(300, (targets) => targets.set('file-000299', Buffer.from('other'))),
    withTargets(300, (targets) => targets.delete('file-000298') && targets.set('file-000297x', Buffer.from('298'))),
  ];
  for (const other of others.map((files) => summaryOf(none, files))) {
    assert.deepEqual(linesOf(other, 'target-added'), linesOf(summary, 'target-added'));
    assert.notEqual(moreOf(other), moreOf(summary));
    assert.notEqual(lastLineOf(other), lastLineOf(summary));
    assert.notEqual(other.sha256, summary.sha256);
  }
});

test('a list that fits is whole, and one more is not', () => {
  assert.equal(moreOf(summaryOf(none, withTargets(200))), undefined);
  assert.match(moreOf(summaryOf(none, withTargets(201))) ?? '', /^ {2}and 1 more, not listed; SHA-256 of all 201: /);
});

test('beyond 200 files nobody’s signatures are verified again, and it is said', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegateToBins('targets', 'bin', 8);
  const summary = summaryOf(none, filesOf(upstream.publish()));
  assert.equal(headingOf(summary, 'Who signed'), 'Who signed (259)');
  assert.equal(headingOf(summary, 'New roles'), 'New roles (256)');
  assert.match(moreOf(summary) ?? '', /^ {2}and 59 more, neither listed nor verified again; SHA-256 of all 259: /);
  assert.ok(summary.text.length < 150_000);
});

test('names of any length give lines of bounded length, and their ends are bound', () => {
  const long = 'n'.repeat(100_000);
  const [a, b] = ['a', 'b'].map((end) =>
    summaryOf(
      none,
      withTargets(0, (targets) => targets.set(long + end, Buffer.from('x'))),
    ),
  );
  assert.ok(a && b);
  assert.match(
    linesOf(a, 'target-added').join('\n'),
    /^"n{120}\.\.\. \[100001 characters, sha256 [0-9a-f]{16}\.\.\.\]" in targets: 1 bytes/,
  );
  assert.notEqual(linesOf(a, 'target-added')[0], linesOf(b, 'target-added')[0]);
  assert.ok(a.text.split('\n').every((line) => line.length <= 2200));
  assert.ok(a.changes.every(({ name }) => (name?.length ?? 0) <= 201));
});

test('a name of one character too many is cut, and says so', () => {
  const named = (end: string): string | undefined =>
    linesOf(
      summaryOf(
        none,
        withTargets(0, (targets) => targets.set('n'.repeat(120) + end, Buffer.from('x'))),
      ),
      'target-added',
    )[0];
  assert.match(named('') ?? '', /^"n{120}" in targets/);
  assert.match(named('a') ?? '', /^"n{120}\.\.\. \[121 characters, sha256 /);
  assert.notEqual(named('a'), named('b'));
});

test('a line that would be longer than the command line prints is cut under its digest', () => {
  const roles = (last: string): SideFiles => {
    const upstream = new SimulatedUpstream();
    const paths = [...Array.from({ length: 19 }, (_, at) => `${'\u00e9'.repeat(100)}${at}`), last];
    upstream.author.delegate('targets', 'dev', { paths });
    return filesOf(upstream.publish());
  };
  const [a, b] = [roles('a'), roles('b')].map((files) => linesOf(summaryOf(none, files), 'delegation')[0] ?? '');
  assert.match(a ?? '', /\.\.\. \[cut; sha256 of the whole line [0-9a-f]{64}\]$/);
  assert.ok((a ?? '').length < 2200);
  assert.notEqual(a, b);
});
