/**
 * No change of upstream’s passes as nothing: one thing is changed anywhere in a signed part, the file is signed again,
 * and the summary has another digest and a line about it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../../src/errors.ts';
import { signFile } from '../../../src/sample/signing.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import { type Json, type JsonObject, parseJson } from '../../../src/tuf/json.ts';
import { differenceBetween } from '../../../src/verify/difference.ts';
import { runs } from '../../property/runs.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { mutations } from './mutations.ts';
import { keyOf } from './people.ts';
import { type SideFiles, filesOf, sideOf, summaryOf } from './sides.ts';

const upstream = new SimulatedUpstream();
const root = [keyOf('@alice'), keyOf('@bob')];
upstream.author.keyholders.set('root', { signers: root, threshold: 1 });
upstream.author.delegate('targets', 'dev', { paths: ['a/*', 'b/*'], signers: [keyOf('@dev')], threshold: 1 });
upstream.author.delegate('targets', 'hashed', { pathHashPrefixes: ['00', 'ff'] });
upstream.author.delegateToBins('dev', 'bin', 1);
upstream.alter('targets', (signed) => {
  signed.set('x-period', new Map([['days', 7]]));
  const targets = signed.get('targets') as Map<string, JsonObject>;
  targets.get('one')?.set('custom', new Map([['status', 'Active']]));
});
const files = filesOf(upstream.add('one', '1').add('two', '2').publish());
const signers: Readonly<Record<string, readonly Signer[]>> = {
  root,
  dev: [keyOf('@dev')],
  ...Object.fromEntries(['timestamp', 'snapshot', 'targets', 'hashed'].map((role) => [role, [upstream.signer(role)]])),
};

/** The state with this signed part in place of the role’s. */
function withSigned(role: string, signed: Json): SideFiles {
  const bytes = signFile(role, signed as JsonObject, signers[role] ?? [signerNamed('nobody')]);
  if (role === 'root' || role === 'timestamp' || role === 'snapshot') return { ...files, [role]: bytes };
  return { ...files, roles: new Map([...files.roles, [role, bytes]]) };
}

function signedOf(role: string): JsonObject {
  const bytes = { ...files, ...Object.fromEntries(files.roles) }[role] as Uint8Array;
  return (parseJson(bytes, role) as JsonObject).get('signed') as JsonObject;
}

/** What verification makes follow from another file, and lines say of that file. */
const FOLLOWS =
  /^\.meta\.(snapshot|targets|dev|hashed|bin-\d)\.json\.(version|length|hashes\.sha256) (\+ 1|otherwise)$/;

const base = summaryOf(files, files);

for (const role of ['root', 'timestamp', 'snapshot', 'targets', 'dev', 'hashed']) {
  test(`one thing changed anywhere in ${role} is said, and is another digest`, () => {
    const seen = new Set([base.sha256]);
    let compared = 0;
    for (const [what, changed] of mutations(signedOf(role))) {
      try {
        const summary = summaryOf(files, withSigned(role, changed));
        compared++;
        const said = summary.counts.filter(({ kind }) => kind !== 'signers' && kind !== 'rewritten');
        assert.ok(said.length > 0 || FOLLOWS.test(what), `${what} has no line`);
        assert.ok(!seen.has(summary.sha256), `${what} has a digest that was there before`);
        seen.add(summary.sha256);
      } catch (error) {
        // What is no metadata is refused long before anybody compares it.
        if (!isRefusal(error)) throw error;
      }
    }
    assert.ok(compared > 4, String(compared));
  });
}

test('any two states of one upstream: the same has no difference, another one has, both ways', () => {
  const step = fc.constantFrom('add a', 'add b', 'remove a', 'delegate', 'rotate', 'threshold', 'nothing');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), fc.array(step, { minLength: 1, maxLength: 3 }), (first, second) => {
      const upstream = new SimulatedUpstream();
      for (const what of first) take(upstream, what);
      const a = sideOf('a', filesOf(upstream.publish('targets')));
      for (const what of second) take(upstream, what);
      const b = sideOf('b', filesOf(upstream.publish('targets')));
      for (const side of [a, b]) assert.deepEqual(differenceBetween(side, side).counts, []);
      const [there, back] = [differenceBetween(a, b), differenceBetween(b, a)];
      assert.ok(there.counts.length > 0 && back.counts.length > 0);
      assert.deepEqual(differenceBetween(a, b), there);
      const total = (counts: typeof there.counts, kind: string) => counts.find((count) => count.kind === kind)?.total;
      assert.equal(total(there.counts, 'target-added'), total(back.counts, 'target-removed'));
      assert.equal(total(there.counts, 'keys'), total(back.counts, 'keys'));
    }),
    runs(15, 300),
  );
});

function take(upstream: SimulatedUpstream, what: string): void {
  const { author } = upstream;
  const [verb, path = ''] = what.split(' ');
  if (verb === 'add') upstream.add(path, `${path} ${author.snapshot.version}`);
  else if (verb === 'remove') upstream.targets.targets.delete(path);
  else if (verb === 'delegate')
    author.delegate('targets', `role-${author.roles.size}`, { paths: [`${author.roles.size}/*`] });
  else if (verb === 'rotate' || verb === 'threshold') {
    const named = [upstream.signer(`targets ${author.root.version}`), upstream.signer('targets')];
    author.keyholders.set('targets', { signers: named, threshold: verb === 'rotate' ? 1 : 2 });
    author.publishRoot();
  }
}
