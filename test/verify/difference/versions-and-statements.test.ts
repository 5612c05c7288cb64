/** What files say of themselves: versions, expiry, specification, statements that TUF does not define, what is listed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../../src/tuf/json.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { filesOf, linesOf, summaryOf } from './sides.ts';

/** The difference that this change to the signed part of a new version makes. */
function changed(role: string, change: (signed: JsonObject) => void) {
  const upstream = new SimulatedUpstream();
  const before = filesOf(upstream.publish());
  upstream.alter(role, change);
  if (role === 'root') upstream.author.publishRoot();
  return summaryOf(before, filesOf(upstream.publish(role)));
}

const member = (object: JsonObject, ...names: readonly string[]): JsonObject =>
  names.reduce((inner, name) => {
    const value = inner.get(name);
    assert.ok(value instanceof Map, name);
    return value;
  }, object);

test('versions and expiry are said for each file that changed, and where the expiry goes back', () => {
  const upstream = new SimulatedUpstream();
  const before = filesOf(upstream.publish());
  upstream.author.lifetimes.targets = 90;
  const summary = summaryOf(before, filesOf(upstream.publish('targets')));
  assert.deepEqual(linesOf(summary, 'version'), [
    'timestamp: version 1 -> 2',
    'snapshot: version 1 -> 2',
    'targets: version 1 -> 2',
  ]);
  const [expiry, ...others] = linesOf(summary, 'expiry');
  assert.match(expiry ?? '', /^targets: expires 20\S+Z -> 20\S+Z \(earlier than before\)$/);
  assert.deepEqual(others, []);
  const [{ before: was, after: is } = {}] = summary.changes.filter(({ kind }) => kind === 'expiry');
  assert.match(expiry ?? '', new RegExp(`${String(was)} -> ${String(is)}`));
});

test('a version of the specification and consistent snapshots', () => {
  const specification = changed('targets', (signed) => void signed.set('spec_version', '1.0'));
  assert.deepEqual(linesOf(specification, 'spec-version'), ['targets: written for TUF "1.0.34" -> "1.0"']);
  const snapshots = changed('root', (signed) => void signed.set('consistent_snapshot', false));
  assert.deepEqual(linesOf(snapshots, 'statement'), ['root: consistent snapshots true -> false']);
});

test('periods of upstream’s tools, in the file and in root’s roles', () => {
  const file = changed('targets', (signed) => void signed.set('x-tuf-on-ci-signing-period', 31));
  assert.deepEqual(linesOf(file, 'statement'), [`targets: upstream's own "x-tuf-on-ci-signing-period": absent -> 31`]);
  const role = changed(
    'root',
    (signed) => void member(signed, 'roles', 'timestamp').set('x-tuf-on-ci-expiry-period', 7),
  );
  assert.deepEqual(linesOf(role, 'statement'), [`timestamp: upstream's own "x-tuf-on-ci-expiry-period": absent -> 7`]);
});

test('members of another type of file are statements too', () => {
  const odd = changed('targets', (signed) => void signed.set('meta', new Map<string, Json>([['x', 1]])));
  assert.deepEqual(linesOf(odd, 'statement'), [`targets: upstream's own "meta": absent -> {"x": 1}`]);
});

test('a role that root adds or drops besides the four', () => {
  const added = changed('root', (signed) => {
    const roles = member(signed, 'roles');
    roles.set('mirrors', new Map(member(roles, 'targets')));
  });
  assert.match(linesOf(added, 'keys').join('\n'), /^"mirrors": key \(.*\) added$/);
  assert.deepEqual(linesOf(added, 'threshold'), ['"mirrors": threshold 1 of 1 keys']);
});

test('entries of snapshot that no carried role stands behind', () => {
  const entry = new Map<string, Json>([['version', 3]]);
  const ghost = changed('snapshot', (signed) => void member(signed, 'meta').set('ghost\u202e.json', entry));
  const [line, ...others] = linesOf(ghost, 'listing');
  assert.match(
    line ?? '',
    /^snapshot: "ghost\\u202e\.json" not listed -> listed at version 3, not carried here \(sha256 of the entry [0-9a-f]{16}\.\.\.\)$/,
  );
  assert.deepEqual(others, []);
});

test('whether timestamp and snapshot state length and digests', () => {
  const upstream = new SimulatedUpstream();
  const before = filesOf(upstream.publish());
  upstream.author.listsDigests = false;
  const summary = summaryOf(before, filesOf(upstream.publish()));
  assert.deepEqual(linesOf(summary, 'listing'), [
    'timestamp: "snapshot.json" listed with "length", "sha256" -> listed without length or digests',
    'snapshot: "targets.json" listed with "length", "sha256" -> listed without length or digests',
  ]);
  const odd = changed('timestamp', (signed) => void member(signed, 'meta', 'snapshot.json').set('x', 1));
  assert.deepEqual(linesOf(odd, 'listing'), [
    'timestamp: "snapshot.json" listed with "length", "sha256" -> listed with "length", "sha256", and "x"',
  ]);
});

test('an ordinary refresh has no line beyond versions, expiry and signers', () => {
  const upstream = new SimulatedUpstream();
  const before = filesOf(upstream.publish());
  const { counts } = summaryOf(before, filesOf(upstream.publish()));
  assert.deepEqual(
    counts.map(({ kind, total }) => [kind, total]),
    [
      ['signers', 2],
      ['version', 2],
    ],
  );
});
