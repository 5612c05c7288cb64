/**
 * Ceremonies of a collection from end to end: who must sign which root, and that clients take the result, those that know
 * the root before and those that know none (N-02, N-04, Y-03).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateOf, requireFirstRoot } from '../../src/notary/root-certificates.ts';
import { TrustedCollection } from '../../src/notary/trusted-set.ts';
import { formatRoot } from '../../src/sign/draft-document.ts';
import { explainDraft } from '../../src/sign/explain.ts';
import { acceptDraft, mergeDrafts, signDraft } from '../../src/sign/root-draft.ts';
import type { RootHolder } from '../../src/sign/root-holder.ts';
import { parseRootPublics } from '../../src/sign/bundles.ts';
import { formatRootPublic } from '../../src/sign/root-public.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import { NOW, alice, bob, carol, dave, refusal } from './cast.ts';
import {
  APP,
  NAMES,
  PUBLICS,
  SERVED,
  accepted,
  certified,
  collectionDraft,
  collectionOnlineKey,
  signedBy,
  upstream,
} from './collection-cast.ts';

const version1 = accepted(signedBy(collectionDraft(), NOW, alice, carol));

/** Taken by a client that knows nothing, and by one that holds these roots, oldest first. */
function assertTaken(root: Uint8Array, before: readonly Uint8Array[] = [], now = NOW): TrustedCollection {
  const fresh = TrustedCollection.enrol(root, SERVED, DEFAULT_LIMITS);
  requireFirstRoot(fresh.root, SERVED, now);
  for (const held of before) TrustedCollection.enrol(held, SERVED, DEFAULT_LIMITS).rotate(root);
  return fresh;
}

const rootIds = (root: Uint8Array): string[] =>
  assertTaken(root)
    .role('root')
    .keys.map(({ id }) => id);

test('two of three make the first root: certificates for the served name, upstream’s targets, our claim', () => {
  const { root } = assertTaken(version1);
  assert.equal(root.version, 1);
  assert.deepEqual(rootIds(version1).sort(), PUBLICS.map(({ keyId }) => keyId).sort());
  assert.equal(root.payload.roles.root.threshold, 2);
  for (const key of root.payload.roles.root.keys) {
    const certificate = certificateOf(key);
    assert.ok(certificate);
    assert.equal(certificate.commonName, SERVED);
    assert.ok(certificate.notAfter.getTime() > NOW.getTime() + 19 * 365 * DAY);
  }
  const claim = root.envelope.signed.get('x-countersign');
  assert.deepEqual(
    claim,
    new Map<string, unknown>([
      ['repository', 'app'],
      ['served_as', SERVED],
      ['upstream_root_version', 1],
    ]),
  );
});

test('too few, the same holder twice, a stranger, and the holder’s key of a TUF repository do not do', () => {
  const few = refusal('STATE_ROOT_DRAFT', /signed by 1 of the 2 holders of the next root.*not yet: .*(bob|carol)/);
  assert.throws(() => accepted(signedBy(collectionDraft(), NOW, alice)), few);
  assert.throws(() => accepted(signedBy(collectionDraft(), NOW, alice, alice)), few);
  const never = refusal('STATE_ROOT_DRAFT', /neither now nor next/);
  assert.throws(() => signedBy(collectionDraft(), NOW, dave), never);
  assert.throws(() => signDraft(collectionDraft(), alice.signerFor(APP), NOW), never);
  assert.throws(() => signDraft(collectionDraft(), alice.collectionSignerFor(repositoryId('other')), NOW), never);
});

test('copies signed at different desks are joined', () => {
  const unsigned = collectionDraft();
  const copies = [signedBy(unsigned, NOW, bob), signedBy(unsigned, NOW, alice), unsigned];
  assertTaken(accepted(mergeDrafts(copies, NOW)));
  const renamed = { ...unsigned, collection: { ...NAMES, name: 'registry.example.com/team/other' } };
  assert.throws(() => mergeDrafts([unsigned, renamed], NOW), refusal('STATE_ROOT_DRAFT', /differ in more/));
});

test('a new holder: the current root’s holders and the next one’s must sign; kept certificates are copied', () => {
  const rootKeys = [...PUBLICS.slice(1), certified(dave)];
  const change = { previous: version1, rootKeys };
  const version2 = accepted(signedBy(collectionDraft(change), NOW, bob, carol), version1);
  assertTaken(version2, [version1]);
  assert.throws(
    () => accepted(signedBy(collectionDraft(change), NOW, carol, dave), version1),
    refusal('STATE_ROOT_DRAFT', /1 of the 2 holders of the current root/),
  );
  const version3 = accepted(signedBy(collectionDraft({ ...change, previous: version2 }), NOW, dave, carol), version2);
  assertTaken(version3, [version2]);
  assert.deepEqual(rootIds(version3).sort(), rootIds(version2).sort());
});

test('a certificate made again around the same key: both sign, and the holder still counts once', () => {
  const later = new Date(NOW.getTime() + 15 * 365 * DAY);
  const again = certified(alice, SERVED, later);
  const request = { previous: version1, rootKeys: [again, ...PUBLICS.slice(1)], now: later };
  const unsigned = collectionDraft(request);
  const byAlice = signedBy(unsigned, later, alice);
  assert.equal(byAlice.signatures.size, 2, 'under the certificate that clients know, and under the new one');
  assert.deepEqual(
    explainDraft(byAlice, later).facts.signatures.progress.map(({ signed, threshold }) => [signed, threshold]),
    [
      [1, 2],
      [1, 2],
    ],
  );
  const version2 = accepted(signedBy(byAlice, later, bob), version1, later);
  assertTaken(version2, [version1], later);
  assert.match(explainDraft(byAlice, later).lines.join('\n'), /the same key as .*in a new certificate/);
  assert.match(explainDraft(byAlice, later).lines.join('\n'), /removes [0-9a-f]{16}… alice/);
});

test('one certificate name for many collections: the prefix ends at a slash, the keys are each collection’s own', () => {
  const rootKeys = [alice, bob].map((holder) => certified(holder, 'mirror.example/*'));
  const unsigned = collectionDraft({ rootKeys });
  const root = accepted(signedBy(unsigned, NOW, alice, bob));
  assertTaken(root);
  requireFirstRoot(
    TrustedCollection.enrol(root, 'mirror.example/team/other', DEFAULT_LIMITS).root,
    'mirror.example/x',
    NOW,
  );
  assert.match(
    explainDraft(unsigned, NOW).lines.join('\n'),
    /takes this one for every collection of the prefix mirror\.example\/\*/,
  );
  for (const name of ['*', 'mirror.example/team/ap*', 'mirror.example/*/app', 'mirror.example/ *', '/*', ''])
    assert.throws(() => certified(alice, name), refusal('USAGE_OPTION', /no served name/), name);
});

test('new online keys, and a root that is renewed: the same certificates go on', () => {
  const onlineKeys = { snapshot: collectionOnlineKey('snapshot', 2), timestamp: collectionOnlineKey('timestamp', 2) };
  const version2 = accepted(signedBy(collectionDraft({ previous: version1, onlineKeys }), NOW, alice, bob), version1);
  assertTaken(version2, [version1]);
  assert.deepEqual(rootIds(version2).sort(), rootIds(version1).sort());
});

test('the public file goes round, and only a key that its own holder certified comes back', () => {
  const [file] = PUBLICS;
  assert.ok(file);
  const text = formatRootPublic(file);
  assert.deepEqual(parseRootPublics(Buffer.from(text), 'alice.json'), [file]);
  const broken = (changed: string): void => {
    assert.throws(() => parseRootPublics(Buffer.from(changed), 'alice.json'), refusal('STATE_KEY', /Key|public file/));
  };
  broken(text.replace(/"keyid":"../, '"keyid":"00'));
  broken(text.replace('"private":null', '"private":null,"x":1'));
  broken(text.replace('ecdsa-x509', 'rsa-x509'));
});

test('each draw is another certificate around the same key', () => {
  const [one, two] = [certified(alice), certified(alice)];
  assert.notEqual(one.keyId, two.keyId);
  const both = { rootKeys: [one, { ...two, holder: 'bob' }], threshold: 1 };
  assert.throws(() => collectionDraft(both), refusal('STATE_ROOT_DRAFT', /one key twice/));
});

test('a root that was drafted for one collection is accepted for no other', () => {
  const signed = signedBy(collectionDraft(), NOW, alice, bob);
  const current = { previous: undefined, upstreamRoot: upstream.firstRoot, now: NOW };
  const other = refusal('STATE_ROOT_DRAFT', /for another collection than the one that app is enrolled to/);
  for (const collection of [{ ...NAMES, servedAs: 'mirror.example/x' }, { ...NAMES, name: 'a/b' }, undefined])
    assert.throws(() => acceptDraft(signed, { ...current, collection }), other);
  assert.ok(formatRoot(signed).length > 1000);
});

test('a closed holder certifies and signs nothing', () => {
  const closed: RootHolder = new (alice.constructor as new (name: string, secret: Uint8Array) => RootHolder)(
    'eve',
    new Uint8Array(32).fill(7),
  );
  const signer = closed.collectionSignerFor(APP);
  closed.close();
  assert.throws(() => closed.collectionSignerFor(APP), /closed/);
  assert.throws(() => certified(closed), /closed/);
  assert.throws(() => signer.sign(new Uint8Array()), /given up/);
});
