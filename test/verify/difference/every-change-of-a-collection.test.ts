/** As for TUF: one thing is changed anywhere in a signed part of a collection, and there is another digest and a line about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../../src/errors.ts';
import { signNotary } from '../../../src/notary/documents.ts';
import type { NotarySigner } from '../../../src/notary/signer.ts';
import { type JsonObject, parseJson } from '../../../src/tuf/json.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { collectionFiles, collectionSummary } from './collection-sides.ts';
import { mutations } from './mutations.ts';

const collection = new SimulatedCollection().delegate('targets/releases', ['v1', 'v2']);
collection.role().custom['latest'] = new Map([['os', 'linux']]);
collection.add('latest', 'ab'.repeat(32)).add('v1.0', 'cd'.repeat(32), 'targets/releases').publish();
const files = collectionFiles(collection);

const signers: Readonly<Record<string, readonly NotarySigner[]>> = {
  root: collection.rootSigners,
  ...Object.fromEntries(['targets', 'targets/releases'].map((role) => [role, collection.role(role).signers])),
};

/** What verification makes follow from another file, and lines say of that file. */
const FOLLOWS = /^\.meta\.(snapshot|root|targets|targets\/releases)\.(length|hashes\.sha(256|512)) (\+ 1|otherwise)$/;

for (const role of files.keys()) {
  test(`one thing changed anywhere in ${role} is said, and is another digest`, () => {
    const seen = new Set([collectionSummary(files, files).sha256]);
    const signed = (parseJson(files.get(role) ?? new Uint8Array(), role) as JsonObject).get('signed');
    let compared = 0;
    for (const [what, changed] of mutations(signed ?? null)) {
      try {
        const bytes = signNotary(changed as JsonObject, signers[role] ?? [collection.signer(role)]);
        const summary = collectionSummary(files, new Map([...files, [role, bytes]]));
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
