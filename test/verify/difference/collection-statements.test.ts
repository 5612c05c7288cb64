/** What a collection's files say besides: members that mean something in TUF only, entries of the snapshot, and who signed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signNotary, writeNotary } from '../../../src/notary/documents.ts';
import type { NotarySigner } from '../../../src/notary/signer.ts';
import { canonicalize } from '../../../src/tuf/canonical.ts';
import { type JsonObject, parseJson } from '../../../src/tuf/json.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { type CollectionFiles, collectionFiles, collectionSummary } from './collection-sides.ts';
import { linesOf } from './sides.ts';

const collection = new SimulatedCollection().delegate('targets/releases').add('v1', '1a'.repeat(32)).publish();
const files = collectionFiles(collection);

function signedOf(role: string): JsonObject {
  return (parseJson(files.get(role) ?? new Uint8Array(), role) as JsonObject).get('signed') as JsonObject;
}

/** The state with this part of a role changed and signed again. */
function altered(role: string, change: (signed: JsonObject) => unknown, by = collection.signer(role)): CollectionFiles {
  const signed = signedOf(role);
  change(signed);
  return new Map([...files, [role, signNotary(signed, [by])]]);
}

const inside = (object: JsonObject, ...path: readonly string[]): JsonObject =>
  path.reduce((value, name) => value.get(name) as JsonObject, object);

test('members that mean something in TUF only are upstream’s own', () => {
  const terminating = altered('targets', (signed) => {
    const [role] = inside(signed, 'delegations').get('roles') as JsonObject[];
    role?.set('terminating', true).set('path_hash_prefixes', ['00']);
    signed.set('spec_version', '1.0.0');
  });
  const summary = collectionSummary(files, terminating);
  assert.deepEqual(linesOf(summary, 'statement'), [
    'targets: upstream\'s own "spec_version": absent -> "1.0.0"',
    'targets -> "targets/releases": upstream\'s own "path_hash_prefixes": absent -> ["00"]',
    'targets -> "targets/releases": upstream\'s own "terminating": absent -> true',
  ]);
  assert.deepEqual([linesOf(summary, 'delegation'), linesOf(summary, 'spec-version')], [[], []]);
  const consistent = altered('root', (signed) => signed.set('consistent_snapshot', true), collection.rootSigners[0]);
  assert.deepEqual(linesOf(collectionSummary(files, consistent), 'statement'), [
    'root: upstream\'s own "consistent_snapshot": false -> true',
  ]);
});

test('entries of the snapshot: of a role that is not carried, and with a member of upstream’s own', () => {
  const versioned = altered('snapshot', (signed) => inside(signed, 'meta', 'targets').set('version', 7));
  assert.deepEqual(linesOf(collectionSummary(files, versioned), 'listing'), [
    'snapshot: "targets" listed with "length", "sha256", "sha512" -> listed with "length", "sha256", "sha512", and "version"',
  ]);
  const other = altered('snapshot', (signed) => {
    const meta = inside(signed, 'meta');
    meta.set('targets/qa', meta.get('targets') ?? null);
  });
  assert.match(
    linesOf(collectionSummary(files, other), 'listing').join('\n'),
    /^snapshot: "targets\/qa" not listed -> listed, not carried here \(sha256 of the entry [0-9a-f]{16}\.\.\.\)$/,
  );
});

test('a new root, targets or delegation has no line about its entry in the snapshot', () => {
  const later = new SimulatedCollection().delegate('targets/releases').publish();
  const before = collectionFiles(later);
  later.publishRoot().delegate('targets/qa').publish();
  assert.deepEqual(linesOf(collectionSummary(before, collectionFiles(later)), 'listing'), []);
});

test('K-05 a signature counts by the method of its key, and only if it is that key’s', () => {
  const signed = signedOf('targets');
  const message = canonicalize(signed);
  const signer = collection.signer('targets');
  const by = (method: string, one: NotarySigner): CollectionFiles => {
    const signature = { keyId: signer.keyId, method, bytes: one.sign(message) };
    return new Map([...files, ['targets', writeNotary(signed, [signature])]]);
  };
  const who = (side: CollectionFiles): string[] =>
    linesOf(collectionSummary(undefined, side), 'signers')
      .filter((line) => line.startsWith('targets'))
      .map((line) => line.replace(/[0-9a-f]{12}\.\.\./, 'ID'));
  const good = 'targets: version 1 signed by 1 of 1 keys, 1 needed: ID';
  const none = 'targets: version 1 signed by 0 of 1 keys, 1 needed; not by ID';
  assert.deepEqual(who(by('eddsa', signer)), [good]);
  assert.deepEqual(who(by('EDDSA', signer)), [good]);
  assert.deepEqual(who(by('ecdsa', signer)), [none]);
  assert.deepEqual(who(by('eddsa', collection.signer('somebody else'))), [none]);
});

test('whoever is delegated to with a certificate is called what it says', () => {
  const people = new SimulatedCollection().delegate('targets/alice').publish();
  const before = collectionFiles(people);
  people.role('targets/alice').signers = [people.rootSigner('alice', 'alice@example.com')];
  const summary = collectionSummary(before, collectionFiles(people.publish()));
  assert.match(
    linesOf(summary, 'keys').join('\n'),
    /^targets -> "targets\/alice": key \(ecdsa-x509, certificate for "alice@example\.com" until .*\) added$/m,
  );
  assert.match(
    linesOf(summary, 'signers').join('\n'),
    /^"targets\/alice": version 2 as delegated by targets signed by 1 of 1 keys, 1 needed: "alice@example\.com" [0-9a-f]{12}\.\.\. \(names as certificates say\)$/m,
  );
});

test('an expiry that is finer than a millisecond is said as it is written', () => {
  const finer = altered('targets', (signed) => signed.set('expires', '2029-11-22T03:00:00.000000001Z'));
  const finest = altered('targets', (signed) => signed.set('expires', '2029-11-22T03:00:00.000000002Z'));
  assert.deepEqual(linesOf(collectionSummary(finer, finest), 'expiry'), [
    'targets: expiry written as "2029-11-22T03:00:00.000000001Z" -> "2029-11-22T03:00:00.000000002Z"',
  ]);
});
