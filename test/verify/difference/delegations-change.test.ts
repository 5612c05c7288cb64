/** To whom roles delegate: paths, order, “terminating”, keys, bins (D-02, D-03, D-05). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delegation } from '../../../src/sample/parts.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { keyOf } from './people.ts';
import { type SideFiles, filesOf, linesOf, summaryOf } from './sides.ts';

type Grant = Partial<Omit<Delegation, 'name'>>;

/** A state in which targets delegates to these. */
function delegating(...grants: readonly (readonly [name: string, grant: Grant])[]): SideFiles {
  const upstream = new SimulatedUpstream();
  for (const [name, grant] of grants) upstream.author.delegate('targets', name, { paths: ['*'], ...grant });
  return filesOf(upstream.publish());
}

const delegations = (before: SideFiles, after: SideFiles): string[] => linesOf(summaryOf(before, after), 'delegation');

test('a delegation that comes is said with paths, threshold and whose keys', () => {
  const grant = { signers: [keyOf('@dev')], threshold: 1, paths: ['a/*', 'b/\u202e*'], terminating: true };
  const summary = summaryOf(delegating(), delegating(['dev', grant]));
  assert.deepEqual(linesOf(summary, 'delegation'), ['targets -> "dev": added, for "a/*", "b/\\u202e*", terminating']);
  assert.deepEqual(linesOf(summary, 'threshold'), ['targets -> "dev": threshold 1 of 1 keys']);
  assert.match(linesOf(summary, 'keys').join('\n'), /^targets -> "dev": key of "@dev" \(so says upstream; .*\) added$/);
  assert.deepEqual(linesOf(summary, 'role-added'), ['"dev" is new, at version 1 with 0 targets']);
});

test('one that goes is said with what it was for, and who loses it', () => {
  const summary = summaryOf(delegating(['dev', { signers: [keyOf('@dev')], paths: [] }]), delegating());
  assert.deepEqual(linesOf(summary, 'delegation'), ['targets -> "dev": removed (it was for no path)']);
  assert.match(linesOf(summary, 'keys').join('\n'), /^targets -> "dev": key of "@dev" .* removed$/);
  assert.deepEqual(linesOf(summary, 'role-removed'), ['"dev" is no longer here; it was at version 1 with 0 targets']);
  assert.deepEqual(linesOf(summary, 'listing'), [], 'its entry in snapshot goes with it');
});

test('paths are compared whole: the thirtieth counts like the first, and their order does not', () => {
  const paths = Array.from({ length: 30 }, (_, at) => `dir-${at}/*`);
  const changed = [...paths.slice(0, 29), 'other/*'];
  assert.deepEqual(delegations(delegating(['dev', { paths }]), delegating(['dev', { paths: changed }])), [
    'targets -> "dev": now also for "other/*"',
    'targets -> "dev": no longer for "dir-29/*"',
  ]);
  const summary = summaryOf(delegating(['dev', { paths }]), delegating(['dev', { paths: paths.toReversed() }]));
  assert.deepEqual(linesOf(summary, 'delegation'), []);
  assert.deepEqual(linesOf(summary, 'other'), ['targets: lists the same in another way, and says nothing else']);
});

test('of many paths the first twenty are named, and the others counted under a digest', () => {
  const paths = Array.from({ length: 30 }, (_, at) => `dir-${at}/*`);
  const [line] = delegations(delegating(['dev', { paths: [] }]), delegating(['dev', { paths }]));
  assert.match(line ?? '', /"dir-19\/\*" and 10 more \[sha256 of all 30: [0-9a-f]{16}\.\.\.\]$/);
  const [other] = delegations(
    delegating(['dev', { paths: [] }]),
    delegating(['dev', { paths: [...paths.slice(1), 'x'] }]),
  );
  const [twenty] = delegations(delegating(['dev', { paths: [] }]), delegating(['dev', { paths: paths.slice(0, 20) }]));
  assert.match(twenty ?? '', /"dir-19\/\*"$/);
  const [more] = delegations(delegating(['dev', { paths: [] }]), delegating(['dev', { paths: paths.slice(0, 21) }]));
  assert.match(more ?? '', /"dir-19\/\*" and 1 more \[sha256 of all 21: /);
  assert.notEqual(/sha256 of all.*/.exec(line ?? '')?.[0], /sha256 of all.*/.exec(other ?? '')?.[0]);
});

test('hash prefixes are compared whole, and said to have replaced paths', () => {
  const prefixes = ['00', '01', '02', '03', '04'];
  const byHash = (pathHashPrefixes: readonly string[]): SideFiles => {
    const upstream = new SimulatedUpstream();
    upstream.author.delegate('targets', 'dev', { pathHashPrefixes });
    return filesOf(upstream.publish());
  };
  assert.deepEqual(delegations(byHash(prefixes), byHash([...prefixes.slice(0, 4), 'ff'])), [
    'targets -> "dev": now also for "ff"',
    'targets -> "dev": no longer for "04"',
  ]);
  assert.deepEqual(delegations(delegating(['dev', { paths: ['x'] }]), byHash(['00'])), [
    'targets -> "dev": now for 1 hash prefixes "00" (before for "x")',
  ]);
});

test('D-03 terminating and D-02 the order are meaning', () => {
  const [a, b] = [['a', {}] as const, ['b', {}] as const];
  assert.deepEqual(delegations(delegating(a, b), delegating(['a', { terminating: true }], b)), [
    'targets -> "a": now terminating',
  ]);
  assert.deepEqual(delegations(delegating(['a', { terminating: true }]), delegating(a)), [
    'targets -> "a": no longer terminating',
  ]);
  assert.deepEqual(delegations(delegating(a, b), delegating(b, a)), [
    'targets: the order of its delegations is now "b", "a"',
  ]);
  const inserted = delegations(delegating(a, b), delegating(['new', {}], a, b));
  assert.deepEqual(inserted, ['targets -> "new": added, for "*"']);
});

test('keys and thresholds of a delegation that stays', () => {
  const signers = [keyOf('@one'), keyOf('@two')];
  const summary = summaryOf(
    delegating(['dev', { signers, threshold: 2 }]),
    delegating(['dev', { signers: [keyOf('@one'), keyOf('@three')], threshold: 1 }]),
  );
  assert.deepEqual(linesOf(summary, 'threshold'), ['targets -> "dev": threshold 2 of 2 keys -> 1 of 2 keys']);
  assert.deepEqual(
    linesOf(summary, 'keys').map((line) => line.replace(/\(.*\)/, '')),
    ['targets -> "dev": key of "@two"  removed', 'targets -> "dev": key of "@three"  added'],
  );
});

test('TAP 15: bins come, grow, change hands and go', () => {
  const binned = (bitLength: number, prefix = 'bin', seed = 'bins'): SideFiles => {
    const upstream = new SimulatedUpstream();
    upstream.author.delegateToBins('targets', prefix, bitLength);
    upstream.targets.bins = { signers: [signerNamed(seed)], threshold: 1, bitLength, namePrefix: prefix };
    return filesOf(upstream.publish());
  };
  assert.deepEqual(delegations(delegating(), binned(1)), ['targets -> bins of "bin": none -> 2^1 bins named "bin"']);
  assert.deepEqual(delegations(binned(1), binned(2)), [
    'targets -> bins of "bin": 2^1 bins named "bin" -> 2^2 bins named "bin"',
  ]);
  assert.deepEqual(delegations(binned(1), binned(1, 'b"n')), [
    'targets -> bins of "b\\"n": 2^1 bins named "bin" -> 2^1 bins named "b\\"n"',
  ]);
  const rotated = linesOf(summaryOf(binned(1), binned(1, 'bin', 'others')), 'keys');
  assert.deepEqual(
    rotated.map((line) => line.replace(/\(.*\)/, '')),
    ['targets -> bins of "bin": key  removed', 'targets -> bins of "bin": key  added'],
  );
  const gone = summaryOf(binned(1), delegating());
  assert.deepEqual(linesOf(gone, 'delegation'), ['targets -> bins of "bin": 2^1 bins named "bin" -> none']);
  assert.equal(linesOf(gone, 'keys').length, 1);
  assert.equal(linesOf(gone, 'role-removed').length, 2);
});

test('members that TUF does not define are said, in the entry and beside the entries', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'dev', { paths: ['*'] });
  const before = filesOf(upstream.publish());
  upstream.alter('targets', (signed) => {
    const delegations = signed.get('delegations');
    assert.ok(delegations instanceof Map);
    const [role] = delegations.get('roles') as Map<string, number>[];
    role?.set('x-period', 7);
    delegations.set('x-note', 'hello');
  });
  const summary = summaryOf(before, filesOf(upstream.publish('targets')));
  assert.deepEqual(linesOf(summary, 'statement'), [
    'targets -> "dev": upstream\'s own "x-period": absent -> 7',
    'targets delegations: upstream\'s own "x-note": absent -> "hello"',
  ]);
});
