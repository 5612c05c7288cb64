/**
 * A courier, or the server itself, changes a draft on its way. Each change is made to the file’s text, and each of
 * signing, merging and accepting must notice.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Code } from '../../src/errors.ts';
import { MAX_DRAFTS_BYTES } from '../../src/sign/bundles.ts';
import { formatDraft } from '../../src/sign/draft-document.ts';
import { acceptDraft, mergeDrafts, signDraft } from '../../src/sign/root-draft.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import {
  NOW,
  SIGSTORE,
  alice,
  bob,
  carol,
  draft,
  refusal,
  signedFile,
  signerNamed,
  upstreamRoot,
  upstreamTargetsKeys,
  parseDraft,
} from './cast.ts';

const [signerA, signerB] = [alice.signerFor(SIGSTORE), bob.signerFor(SIGSTORE)];
const signed = signDraft(signDraft(draft(), signerA, NOW), signerB, NOW);
const version1 = acceptDraft(signed, { previous: undefined, upstreamRoot: upstreamRoot(15), now: NOW });
const second = signDraft(draft({ previous: version1 }), signerA, NOW);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** Refused at every door, with the same words. */
function assertRefused(text: string, code: Code, what: RegExp): void {
  const changed = parseDraft(Buffer.from(text), 'draft.json');
  const refused = refusal(code, what);
  assert.throws(() => signDraft(changed, signerA, NOW), refused);
  assert.throws(() => mergeDrafts([changed], NOW), refused);
  const current = { previous: changed.previous, upstreamRoot: upstreamRoot(15), now: NOW };
  assert.throws(() => acceptDraft(changed, current), refused);
}

const text = formatDraft(second);
const unsignedText = formatDraft(draft({ previous: version1 }));
const otherKey = signerNamed('mallory').keyObject;

test('the untouched draft passes', () => {
  const untouched = parseDraft(Buffer.from(text), 'draft.json');
  const current = { previous: version1, upstreamRoot: upstreamRoot(15), now: NOW };
  acceptDraft(signDraft(untouched, signerB, NOW), current);
});

test('a signed part changed after signing makes the signature misfit', () => {
  assertRefused(
    text.replace('"expires":"2027-11-23T', '"expires":"2027-11-22T'),
    'STATE_ROOT_DRAFT',
    /signature of alice does not fit/,
  );
  const [, sig] = /"sig":"([0-9a-f]{128})"/.exec(text) ?? [];
  assertRefused(text.replace(sig ?? '-', '00'.repeat(64)), 'STATE_ROOT_DRAFT', /signature of alice does not fit/);
});

test('a signature of a stranger is refused, not ignored', () => {
  const entry = `{"keyid":"${'ab'.repeat(32)}","sig":"${'00'.repeat(64)}"}`;
  const changed = unsignedText.replace('"signatures":[]', `"signatures":[${entry}]`);
  assertRefused(changed, 'STATE_ROOT_DRAFT', /signed by the key ababab.*neither now nor next/);
});

const inSignedPart: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
  ['a version skipped', '"version":2,"x-c', '"version":3,"x-c', /has version 3, and version 2 must follow/],
  ['a version reused', '"version":2,"x-c', '"version":1,"x-c', /has version 1, and version 2 must follow/],
  [
    'another repository signed',
    '{"repository":"sigstore","upstream_root',
    '{"repository":"npm","upstream_root',
    /signed part names npm/,
  ],
  [
    'another repository outside',
    '/v1","repository":"sigstore"',
    '/v1","repository":"npm"',
    /is for npm, and its signed part names sigstore/,
  ],
  [
    'another upstream version named',
    '"upstream_root_version":15',
    '"upstream_root_version":16',
    /names upstream root 16 and embeds version 15/,
  ],
  ['consistent snapshots off', '"consistent_snapshot":true', '"consistent_snapshot":false', /consistent snapshots off/],
  ['a member more', '"_type":"root",', '"_type":"root","note":"",', /does not have exactly the members/],
  [
    'a claim with more',
    ',"upstream_root_version":15',
    ',"upstream_root_version":15,"x":1',
    /does not name its repository/,
  ],
  ['a shorter spec_version', '"spec_version":"1.0.34"', '"spec_version":"1.0"', /spec_version/],
  ['a fraction in the expiry', /(?<="signed".*"expires":"2027[^"]*)Z/, '.5Z', /whole seconds/],
  ['an offset in the expiry', /(?<="signed".*"expires":"2027[^"]*)Z/, '+00:00', /whole seconds/],
  ['another type', '"_type":"root"', '"_type":"targets"', /is of type “targets”/],
  ['a root threshold lowered to zero', '"threshold":2},"snapshot"', '"threshold":0},"snapshot"', /threshold of 0/],
  ['a fifth role', '"roles":{', '"roles":{"mirrors":{"keyids":["opaque-id-1"],"threshold":1},', /more than the four/],
  [
    'a key of no role',
    /(?<="signed".*)"keys":\{/,
    `"keys":{"stray":{"keytype":"x","scheme":"x","keyval":{"public":""}},`,
    /stray, which no role uses/,
  ],
  [
    'a root key under a foreign id',
    /(?<="signed".*"root":\{"keyids":\[")/,
    'opaque-id-1","',
    /not an Ed25519 key in the form/,
  ],
  [
    'a root key id without its key',
    /(?<="signed".*"root":\{"keyids":\[")/,
    `${'cd'.repeat(32)}","`,
    /does not list it/,
  ],
];

for (const [name, from, to, what] of inSignedPart) {
  test(`${name}: refused before anything is signed`, () => {
    const changed = unsignedText.replace(from, to);
    assert.notEqual(changed, unsignedText);
    assertRefused(changed, 'STATE_ROOT_DRAFT', what);
  });
}

test('one root key named twice is refused (K-02)', () => {
  const [, first] = /(?<="signed".*)"root":\{"keyids":\[("[0-9a-f]{64}")/.exec(unsignedText) ?? [];
  const changed = unsignedText.replace(/(?<="signed".*"root":\{"keyids":\[)/, `${String(first)},`);
  assertRefused(changed, 'STATE_ROOT_DRAFT', /names one key twice in the role root/);
});

test('a targets key named twice, where upstream names it once, is not upstream’s list', () => {
  const changed = unsignedText.replace('["opaque-id-1","opaque-id-2"]', '["opaque-id-1","opaque-id-1","opaque-id-2"]');
  assertRefused(changed, 'POLICY_PIN', /another number of times/);
});

test('a root that clients would find too large is not drafted', () => {
  const keys = new Map([
    ...upstreamTargetsKeys,
    ['opaque-id-3', new Map([...otherKey, ['x-note', 'n'.repeat(512_000)]])],
  ]);
  assert.throws(
    () => draft({ upstreamRoot: upstreamRoot(15, { keys }) }),
    refusal('STATE_ROOT_DRAFT', /is larger than 512000 bytes/),
  );
});

const targetsKeys = [...upstreamTargetsKeys];
const pins: readonly (readonly [string, Uint8Array, RegExp])[] = [
  [
    'a key of upstream’s left out',
    upstreamRoot(16, { keys: new Map([...targetsKeys, ['third', otherKey]]) }),
    /lacks upstream’s targets key third/,
  ],
  [
    'a key that upstream dropped',
    upstreamRoot(16, { keys: new Map(targetsKeys.slice(1)), threshold: 1 }),
    /opaque-id-1 sign targets, which upstream does not/,
  ],
  [
    'a key exchanged under its id',
    upstreamRoot(16, { keys: new Map([...targetsKeys.slice(1), ['opaque-id-1', otherKey]]) }),
    /another key than upstream under the targets key id opaque-id-1/,
  ],
  [
    'a member of a key object dropped',
    upstreamRoot(16, {
      keys: new Map([...targetsKeys.slice(1), ['opaque-id-1', signerNamed('upstream targets').keyObject]]),
    }),
    /another key than upstream/,
  ],
  [
    'a lower threshold',
    upstreamRoot(16, { threshold: 1 }),
    /asks for 2 signatures on targets, and upstream asks for 1/,
  ],
];

for (const [name, upstream, what] of pins) {
  test(`${name}: not pinned to upstream (POLICY_PIN, Y-03)`, () => {
    // The drafter pinned version 15 and claims to have pinned this one.
    const changed = unsignedText
      .replace(base64(upstreamRoot(15)), base64(upstream))
      .replace('"upstream_root_version":15', '"upstream_root_version":16');
    assertRefused(changed, 'POLICY_PIN', what);
    // The drafter was honest, and the server knows by now that upstream has moved on (Y-04).
    const current = { previous: undefined, upstreamRoot: upstream, now: NOW };
    assert.throws(() => acceptDraft(signed, current), refusal('POLICY_PIN', what));
  });
}

test('evidence that contradicts the current root is refused: same upstream version, other keys', () => {
  const forged = upstreamRoot(15, { keys: new Map([['evil', otherKey]]), threshold: 1 });
  assert.throws(() => draft({ previous: version1, upstreamRoot: forged }), refusal('POLICY_PIN', /^The current root/));
});

test('evidence that the server has not verified is refused, though its targets keys are right (F-06)', () => {
  for (const embedded of [upstreamRoot(99), upstreamRoot(15, { expires: '2099-01-01T00:00:00Z' })]) {
    const forged = signDraft(signDraft(draft({ upstreamRoot: embedded }), signerA, NOW), signerB, NOW);
    assert.throws(
      () => acceptDraft(forged, { previous: undefined, upstreamRoot: upstreamRoot(15), now: NOW }),
      refusal('STATE_ROOT_DRAFT', /that this server has not verified/),
    );
  }
  // Upstream has published a successor with the same targets keys since the draft was made: no new ceremony is needed.
  acceptDraft(signed, { previous: undefined, upstreamRoot: upstreamRoot(16), now: NOW });
});

test('an older upstream root would bring revoked keys back (Y-04)', () => {
  assert.throws(
    () => draft({ previous: version1, upstreamRoot: upstreamRoot(14) }),
    refusal('STATE_ROOT_DRAFT', /Upstream root 14 is embedded; the current root already names 15/),
  );
});

test('embedded roots that nobody signed are not evidence', () => {
  const unsignedUpstream = Buffer.from(
    Buffer.from(upstreamRoot(15))
      .toString()
      .replace(/"sig":"[^"]*"/, '"sig":""'),
  );
  assertRefused(
    unsignedText.replace(base64(upstreamRoot(15)), base64(unsignedUpstream)),
    'STATE_ROOT_DRAFT',
    /embedded upstream root is not acceptable/,
  );
  const unsignedRoot = Buffer.from(
    Buffer.from(version1)
      .toString()
      .replaceAll(/"sig":"[^"]*"/g, '"sig":""'),
  );
  assertRefused(
    unsignedText.replace(base64(version1), base64(unsignedRoot)),
    'STATE_ROOT_DRAFT',
    /embedded current root is not acceptable/,
  );
});

test('a current root of another repository is refused (Y-05)', () => {
  const members = parseDraft(Buffer.from(formatDraft(signed)), 'd').signed;
  const claim = jsonObject({ repository: 'npm', upstream_root_version: 15 });
  const npmRoot = signedFile(new Map([...members, ['x-countersign', claim]]), [signerA, carol.signerFor(SIGSTORE)]);
  assertRefused(
    unsignedText.replace(base64(version1), base64(npmRoot)),
    'STATE_ROOT_DRAFT',
    /current root is not sigstore’s/,
  );
});

test('without its current root, a later version cannot pass as a first one', () => {
  const changed = unsignedText.replace(/"previous":"[^"]*",/, '');
  assertRefused(changed, 'STATE_ROOT_DRAFT', /embeds no current root, and its version is 2/);
});

test('what is not a draft is refused by name', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['[]', /is not a root-draft\/v1 document/],
    ['{', /is not JSON|ends too early|without a name/],
    [text.replace('root-draft/v1', 'root-draft/v2'), /is not a root-draft\/v1 document/],
    [text.replace('"signed":', '"unsigned":'), /unknown member “unsigned”/],
    [text.replace('"signatures":', '"signatures":[],"signatures":'), /twice in one object/],
    [text.replace(/"previous":"/, '"previous":"!'), /not base64/],
    [text.replace(/"upstreamRoot":"[^"]*"/, '"upstreamRoot":""'), /embeds no upstream root/],
    [text.replace(/"sig":"../, '"sig":"'), /signature that is not one/],
    [text.replace('"alice"', '"al\\u001bice"'), /without a proper name/],
    [' '.repeat(MAX_DRAFTS_BYTES + 1), /is larger than/],
  ];
  for (const [changed, what] of cases) {
    assert.throws(() => parseDraft(Buffer.from(changed), 'draft.json'), refusal('STATE_ROOT_DRAFT', what));
  }
});

test('an upstream key cannot take the id of one of ours (K-04)', () => {
  const clash = upstreamRoot(15, { keys: new Map([[alice.signerFor(SIGSTORE).keyId, otherKey]]), threshold: 1 });
  assert.throws(() => draft({ upstreamRoot: clash }), refusal('STATE_ROOT_DRAFT', /digest of its key as its id/));
});
