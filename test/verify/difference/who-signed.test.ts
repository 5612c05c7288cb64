/** Which of a role’s keys signed the version that comes, and which did not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { keyOf, renamed } from './people.ts';
import { filesOf, linesOf, summaryOf } from './sides.ts';

const [alice, bob, carol] = [keyOf('@alice'), keyOf('@bob'), keyOf('@carol')];
const short = (id: string): string => `${id.slice(0, 12)}...`;

test('every signer is named, beyond the threshold too, and whoever did not sign', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.keyholders.set('targets', { signers: [alice, bob, carol], threshold: 1 });
  const before = filesOf(upstream.publish());
  const after = filesOf(upstream.signWith('targets', alice, carol).publish('targets'));
  const line = linesOf(summaryOf(before, after), 'signers').find((text) => text.startsWith('targets'));
  assert.equal(
    line,
    `targets: version 2 signed by 2 of 3 keys, 1 needed: "@alice" ${short(alice.keyId)}, "@carol" ${short(carol.keyId)}; ` +
      `not by "@bob" ${short(bob.keyId)} (holders as upstream names them)`,
  );
});

test('a signature under a key’s id that is not the key’s does not count', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.keyholders.set('targets', { signers: [alice], threshold: 1 });
  const before = filesOf(upstream.publish());
  const forged = { ...alice, sign: (message: Uint8Array) => bob.sign(message) };
  const after = filesOf(upstream.signWith('targets', forged).publish('targets'));
  const line = linesOf(summaryOf(before, after), 'signers').find((text) => text.startsWith('targets'));
  assert.match(line ?? '', /^targets: version 2 signed by 0 of 1 keys, 1 needed; not by "@alice" /);
});

test('K-02 one key under two ids is one of the signers', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.keyholders.set('targets', { signers: [alice, renamed(alice, 'again'), bob], threshold: 1 });
  const before = filesOf(upstream.publish());
  const after = filesOf(upstream.signWith('targets', renamed(alice, 'again')).publish('targets'));
  const line = linesOf(summaryOf(before, after), 'signers').find((text) => text.startsWith('targets'));
  assert.match(line ?? '', /^targets: version 2 signed by 1 of 2 keys, 1 needed: "@alice" \S+; not by "@bob" /);
});

test('a new root is judged by its own keys, and by those of the version before', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.keyholders.set('root', { signers: [alice, bob], threshold: 1 });
  const before = filesOf(upstream.publish());
  upstream.author.keyholders.set('root', { signers: [bob, carol], threshold: 2 });
  upstream.author.publishRoot();
  const after = filesOf(upstream.publish());
  const lines = linesOf(summaryOf(before, after), 'signers').filter((text) => text.startsWith('root'));
  assert.deepEqual(
    lines.map((line) => line.replace(/:? "@.*/, '')),
    [
      'root: version 2 signed by 2 of 2 keys, 2 needed',
      'root: version 2 by the keys of version 1 signed by 2 of 2 keys, 1 needed',
    ],
  );
  upstream.author.publishRoot();
  const later = linesOf(summaryOf(before, filesOf(upstream.publish())), 'signers').filter((text) =>
    text.startsWith('root'),
  );
  assert.equal(later.length, 1, 'the keys of version 1 need not have signed version 3');
});

test('D-01 a role with two delegators is judged by the keys that each of them gives it', () => {
  const upstream = new SimulatedUpstream();
  for (const [delegator, signer] of [
    ['a', alice],
    ['b', bob],
  ] as const) {
    upstream.author.delegate('targets', delegator, { paths: ['*'] });
    upstream.author.delegate(delegator, 'shared', { signers: [signer], threshold: 1, paths: ['*'] });
  }
  const before = filesOf(upstream.publish());
  const after = filesOf(upstream.signWith('shared', bob).publish('shared'));
  const lines = linesOf(summaryOf(before, after), 'signers').filter((text) => text.startsWith('"shared"'));
  assert.deepEqual(
    lines.map((line) => line.replace(/ keys.*/, '')),
    [
      '"shared": version 2 as delegated by "a" signed by 0 of 1',
      '"shared": version 2 as delegated by "b" signed by 1 of 1',
    ],
  );
});

test('a role that did not change is not spoken of', () => {
  const upstream = new SimulatedUpstream();
  const before = filesOf(upstream.publish());
  const after = filesOf(upstream.publish());
  const roles = linesOf(summaryOf(before, after), 'signers').map((text) => text.split(':')[0]);
  assert.deepEqual(roles, ['timestamp', 'snapshot']);
});

test('the same signed part with other signatures is said to be the same, and by whom it is signed now', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.keyholders.set('targets', { signers: [alice, bob], threshold: 1 });
  const before = filesOf(upstream.publish());
  upstream.signWith('targets', bob);
  upstream.author.signRole('targets');
  const after = filesOf(upstream);
  const summary = summaryOf(before, after);
  assert.deepEqual(linesOf(summary, 're-signed'), [
    'targets: version 1 is the same, in a file with other signatures or spelling',
  ]);
  assert.match(linesOf(summary, 'signers').join('\n'), /^targets: version 1 signed by 1 of 2 keys/);
  assert.equal(summary.counts.length, 2);
});

test('one version with two contents is said to be so (W-07)', () => {
  const upstream = new SimulatedUpstream();
  const before = filesOf(upstream.publish());
  upstream.add('x', 'x');
  upstream.author.signRole('targets');
  const summary = summaryOf(before, filesOf(upstream));
  assert.deepEqual(linesOf(summary, 'rewritten'), ['targets: version 1 had other content before']);
  assert.equal(linesOf(summary, 'target-added').length, 1);
});
