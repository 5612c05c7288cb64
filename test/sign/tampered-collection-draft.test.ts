/**
 * A courier, or the server itself, changes the draft of a collection’s root on its way: each of signing, merging and
 * accepting must notice. And what a drafter may not put into one in the first place.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Code } from '../../src/errors.ts';
import { keyIdOf, keyObjectOf } from '../../src/notary/keys.ts';
import { notarySignerFromScalar, notarySignerFromSeed } from '../../src/notary/signer.ts';
import { formatDraft } from '../../src/sign/draft-document.ts';
import { deriveRootScalar } from '../../src/sign/derive.ts';
import { acceptDraft, mergeDrafts, signDraft } from '../../src/sign/root-draft.ts';
import { stringifyJson } from '../../src/tuf/json.ts';
import { DAY } from '../simulator/clock.ts';
import { ec, pemFor, rsa2048 } from '../notary/certificates.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { NOW, alice, bob, refusal, seedNamed, signerNamed, parseDraft } from './cast.ts';
import {
  APP,
  PUBLICS,
  SERVED,
  accepted,
  certified,
  collectionDraft,
  collectionOnlineKey,
  inCertificate,
  pairOf,
  publicFor,
  signedBy,
  upstream,
} from './collection-cast.ts';

const version1 = accepted(signedBy(collectionDraft(), NOW, alice, bob));
const unsignedText = formatDraft(collectionDraft({ previous: version1 }));
const signedText = formatDraft(signedBy(collectionDraft({ previous: version1 }), NOW, alice));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Refused at every door, with the same words. */
function assertRefused(text: string, code: Code, what: RegExp): void {
  const changed = parseDraft(Buffer.from(text), 'draft.json');
  const refused = refusal(code, what);
  assert.throws(() => signDraft(changed, alice.collectionSignerFor(APP), NOW), refused);
  assert.throws(() => mergeDrafts([changed], NOW), refused);
  const { previous, collection } = changed;
  assert.throws(
    () => acceptDraft(changed, { collection, previous, upstreamRoot: upstream.firstRoot, now: NOW }),
    refused,
  );
}

test('the untouched draft passes', () => {
  accepted(signedBy(parseDraft(Buffer.from(signedText), 'draft.json'), NOW, bob), version1);
});

test('a signed part changed after signing, and a signature that was, do not fit', () => {
  const misfit = /signature of alice does not fit/;
  assertRefused(signedText.replace(/"expires":"2027-11-23T/, '"expires":"2027-11-22T'), 'STATE_ROOT_DRAFT', misfit);
  const [, sig] = /"sig":"([0-9a-f]{128})"/.exec(signedText) ?? [];
  assertRefused(signedText.replace(sig ?? '-', '11'.repeat(64)), 'STATE_ROOT_DRAFT', misfit);
});

const inSignedPart: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
  [
    'a version skipped',
    /"version":2,"x-c|(?<="expires":"2027[^"]*",)"version":2/,
    '"version":3',
    /version 3, and version 2 must/,
  ],
  ['another repository', '{"repository":"app","served_as"', '{"repository":"npm","served_as"', /signed part names npm/],
  [
    'another served name',
    `"served_as":"${SERVED}"`,
    '"served_as":"mirror.example/x"',
    /served as .*names mirror.example\/x/,
  ],
  [
    'another name outside',
    `"servedAs":"${SERVED}"`,
    '"servedAs":"mirror.example/x"',
    /current root is not acceptable|certificates for|served as/,
  ],
  [
    'another upstream version',
    '"upstream_root_version":1',
    '"upstream_root_version":2',
    /names upstream root 2 and embeds/,
  ],
  ['a claim with more', '"upstream_root_version":1', '"upstream_root_version":1,"x":1', /does not name repository/],
  ['a member more', '"_type":"Root",', '"_type":"Root","note":"",', /has not the “note” that mirrors write/],
  ['consistent snapshots', '"consistent_snapshot":false', '"consistent_snapshot":true', /“consistent_snapshot”/],
  ['a fraction in the expiry', /(?<="signed".*"expires":"2027[^"]*)Z/, '.5Z', /“expires”/],
  ['an offset in the expiry', /(?<="signed".*"expires":"2027[^"]*)Z/, '+00:00', /“expires”/],
  ['the other dialect', '"_type":"Root"', '"_type":"root"', /is of type “root”/],
  ['a threshold of zero', '"threshold":2}', '"threshold":0}', /threshold of 0/],
  ['a threshold beyond the keys', '"threshold":2}', '"threshold":4}', /threshold of 4/],
  ['a fifth role', '"roles":{', '"roles":{"mirrors":{"keyids":[],"threshold":1},', /“roles”/],
  ['a role with a member more', '"threshold":2}', '"threshold":2,"x":1}', /“roles”/],
];

for (const [name, from, to, what] of inSignedPart) {
  test(`${name}: refused before anything is signed`, () => {
    const changed = unsignedText.replace(from, to);
    assert.notEqual(changed, unsignedText);
    assertRefused(changed, 'STATE_ROOT_DRAFT', what);
  });
}

test('a key of no role is refused', () => {
  const { keyId, keyObject } = notarySignerFromSeed(seedNamed('stray'));
  const changed = unsignedText.replace(/(?<="signed".*)"keys":\{/, `"keys":{"${keyId}":${stringifyJson(keyObject)},`);
  assertRefused(changed, 'STATE_ROOT_DRAFT', /“keys” that mirrors write/);
});

test('online keys are one Ed25519 key each, in the exact form', () => {
  const [snapshot, timestamp] = [collectionOnlineKey('snapshot'), collectionOnlineKey('timestamp')];
  const refused = refusal('STATE_ROOT_DRAFT', /exactly one Ed25519 key/);
  const ecdsa = notarySignerFromScalar(seedNamed('e')).keyObject;
  assert.throws(() => collectionDraft({ onlineKeys: { snapshot: ecdsa, timestamp } }), refused);
  const tuf = signerNamed('tuf').keyObject;
  assert.throws(() => collectionDraft({ onlineKeys: { snapshot: tuf, timestamp } }), refusal('STATE_ROOT_DRAFT', /./));
  const twice = unsignedText.replace(/"snapshot":\{"keyids":\[("[0-9a-f]{64}")\]/, '"snapshot":{"keyids":[$1,$1]');
  assertRefused(twice, 'STATE_ROOT_DRAFT', /exactly one Ed25519 key/);
  const two = unsignedText.replace(/("snapshot":\{"keyids":\["[0-9a-f]{64}"\],"threshold":)1/, '$12');
  assertRefused(two, 'STATE_ROOT_DRAFT', /exactly one Ed25519 key/);
  const twoRoles = refusal('STATE_ROOT_DRAFT', /in the role snapshot and again in timestamp/);
  assert.throws(() => collectionDraft({ onlineKeys: { snapshot, timestamp: snapshot } }), twoRoles);
});

test('an upstream that lists our online key as its targets key goes not unnoticed (Y-05, K-02)', () => {
  const theirs = new SimulatedCollection();
  theirs.role().signers = [notarySignerFromScalar(deriveRootScalar(seedNamed('bob'), APP))];
  theirs.publish();
  const stolen = refusal('STATE_ROOT_DRAFT', /in the role (root|targets) and again in (targets|root)/);
  assert.throws(() => collectionDraft({ upstreamRoot: theirs.firstRoot }), stolen);
});

test('upstream’s targets role is copied exactly (POLICY_PIN, Y-03)', () => {
  const newer = new SimulatedCollection();
  newer.publish();
  newer.role().signers = [newer.signer('another')];
  newer.publishRoot();
  const later = newer.file('root.json');
  const changed = unsignedText
    .replace(base64(upstream.firstRoot), base64(later))
    .replace('"upstream_root_version":1', '"upstream_root_version":2');
  assertRefused(changed, 'POLICY_PIN', /lets the key|lacks upstream’s/);
});

test('embedded roots must be signed, and be this collection’s (N-04)', () => {
  const foreign = new SimulatedCollection('registry.example.com/team/other').publish();
  const asForeign = unsignedText.replace(base64(upstream.firstRoot), base64(foreign.firstRoot));
  assertRefused(asForeign, 'STATE_ROOT_DRAFT', /embedded upstream root is not acceptable.*certificates for/);
  assertRefused(unsignedText.replace(`"name":"${GUN}"`, '"name":"a/b"'), 'STATE_ROOT_DRAFT', /certificates for a\/b/);
  const unsigned = Buffer.from(
    Buffer.from(version1)
      .toString()
      .replace(/"signatures":\[.*\]/, '"signatures":[]'),
  );
  const withoutOld = unsignedText.replace(base64(version1), base64(unsigned));
  assertRefused(withoutOld, 'STATE_ROOT_DRAFT', /embedded current root is not acceptable/);
});

const ofCertificates: readonly (readonly [string, Parameters<typeof inCertificate>[1], RegExp])[] = [
  [
    'for another name',
    { commonNames: ['mirror.example/team/apple'] },
    /is for “mirror.example\/team\/apple” and not for/,
  ],
  ['for everything', { commonNames: ['*'] }, /is for “\*”: a prefix ends in “\/\*”/],
  ['for a prefix inside of a name', { commonNames: ['mirror.example/team/ap*'] }, /a prefix ends in/],
  ['without a name', { commonNames: [] }, /is for “” and not for/],
  ['of two names', { commonNames: [SERVED, SERVED] }, /is for “” and not for/],
  ['of an authority', { isAuthority: true }, /is an authority’s/],
  ['over SHA-1', { digest: 'sha1' }, /SHA-1|somebody else made/],
  ['that begins in two days', { from: '2026-11-25T03:00:01Z' }, /not valid before 2026-11-25/],
  ['that lives nine years', { until: '2036-01-01T00:00:00Z' }, /ends on 2036-01-01T00:00:00Z, and a new one must live/],
];

for (const [name, wanted, what] of ofCertificates) {
  test(`a certificate ${name} is refused`, () => {
    const rootKeys = [inCertificate('dave', wanted), ...PUBLICS];
    assert.throws(() => collectionDraft({ rootKeys }), refusal('STATE_ROOT_DRAFT', what));
  });
}

test('a current root of another collection is refused, though its certificates are for both names (N-04)', () => {
  const rootKeys = [alice, bob].map((holder) => certified(holder, 'mirror.example/*'));
  const collection = { name: GUN, servedAs: 'mirror.example/team/other' };
  const signed = signedBy(collectionDraft({ rootKeys, collection }), NOW, alice, bob);
  const current = { collection, previous: undefined, upstreamRoot: upstream.firstRoot, now: NOW };
  const previous = acceptDraft(signed, current);
  collectionDraft({ rootKeys, collection, previous });
  const others = refusal('STATE_ROOT_DRAFT', /embedded current root is not app’s/);
  assert.throws(() => collectionDraft({ rootKeys, previous }), others);
});

test('a root that clients would find too large is not drafted', () => {
  const large = Buffer.alloc(400_000, 1);
  const theirs = new SimulatedCollection();
  const key = { keyId: keyIdOf('x', large), keyObject: keyObjectOf('x', large) };
  theirs.role().signers = [{ ...key, method: 'eddsa', sign: () => new Uint8Array(64) }];
  theirs.publish();
  const refused = refusal('STATE_ROOT_DRAFT', /is larger than 512000 bytes/);
  assert.throws(() => collectionDraft({ upstreamRoot: theirs.firstRoot }), refused);
});

test('a known certificate may have less than ten years left, and must outlive the root', () => {
  const later = (days: number): Date => new Date(NOW.getTime() + days * DAY);
  collectionDraft({ previous: version1, now: later(18 * 365) });
  assert.throws(
    () => collectionDraft({ previous: version1, now: later(19 * 365 + 1) }),
    refusal('STATE_ROOT_DRAFT', /ends on .*, before the root does/),
  );
});

test('another one’s certificate around a holder’s key is refused: only the key itself names what it is for', () => {
  const [mine, theirs] = [pairOf('dave'), ec()];
  const forged = pemFor(
    { publicKey: mine.publicKey, privateKey: theirs.privateKey },
    { commonNames: [SERVED], until: '2046-01-01T00:00:00Z' },
  );
  const rootKeys = [publicFor('dave', 'ecdsa-x509', Buffer.from(forged)), ...PUBLICS];
  assert.throws(() => collectionDraft({ rootKeys }), refusal('STATE_ROOT_DRAFT', /somebody else made/));
});

test('root keys are P-256 in one certificate, in its exact spelling', () => {
  const refused = (rootKey: ReturnType<typeof publicFor>, what: RegExp): void => {
    assert.throws(() => collectionDraft({ rootKeys: [rootKey, ...PUBLICS] }), refusal('STATE_ROOT_DRAFT', what));
  };
  const wanted = { commonNames: [SERVED], until: '2046-01-01T00:00:00Z' };
  const pem = pemFor(pairOf('dave'), wanted);
  const noCertificate = /not a P-256 key in a certificate/;
  refused(publicFor('dave', 'ecdsa', pairOf('dave').publicKey.export({ type: 'spki', format: 'der' })), noCertificate);
  refused(publicFor('dave', 'ecdsa-x509', Buffer.from(pemFor(ec('P-384'), wanted))), noCertificate);
  refused(publicFor('dave', 'rsa-x509', Buffer.from(pemFor(rsa2048, wanted))), noCertificate);
  refused(publicFor('dave', 'ecdsa-x509', Buffer.from(pem.replaceAll('\n', '\r\n'))), /exact spelling/);
  refused(publicFor('dave', 'ecdsa-x509', Buffer.from(pem + pemFor(ec(), { isAuthority: true }))), /exact spelling/);
  const ed25519 = alice.publicOf(APP);
  refused({ ...ed25519, holder: 'dave' }, /id that|not the key that its id names|padded base64|P-256/);
});

test('what is not a draft of a collection is refused by name', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [unsignedText.replace('"collection":{', '"collection":{"x":"",'), /that is not two names/],
    [unsignedText.replace(/"collection":\{[^}]*\}/, '"collection":[]'), /that is not two names/],
    [unsignedText.replace(`"servedAs":"${SERVED}"`, '"servedAs":1'), /that is not two names/],
  ];
  for (const [changed, what] of cases)
    assert.throws(() => parseDraft(Buffer.from(changed), 'draft.json'), refusal('STATE_ROOT_DRAFT', what));
  // Without the names it is read as TUF's, and is none.
  assertRefused(
    unsignedText.replace(/"collection":\{[^}]*\},/, ''),
    'STATE_ROOT_DRAFT',
    /drafted root is not acceptable/,
  );
});
