/** What a holder reads before signing, with nothing but the file at hand (Y-03). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { formatDraft } from '../../src/sign/draft-document.ts';
import type { RootDraft } from '../../src/sign/draft-document.ts';
import { explainDraft } from '../../src/sign/explain.ts';
import { acceptDraft, signDraft } from '../../src/sign/root-draft.ts';
import type { RootHolder } from '../../src/sign/root-holder.ts';
import {
  NOW,
  SIGSTORE,
  alice,
  bob,
  carol,
  dave,
  draft,
  onlineKey,
  refusal,
  signerNamed,
  upstreamRoot,
  upstreamTargetsKeys,
  parseDraft,
} from './cast.ts';

const sign = (unsigned: RootDraft, ...holders: RootHolder[]) =>
  holders.reduce((before, holder) => signDraft(before, holder.signerFor(SIGSTORE), NOW), unsigned);
const publicsOf = (...holders: RootHolder[]) => holders.map((holder) => holder.publicOf(SIGSTORE));
const version1 = acceptDraft(sign(draft(), alice, bob), {
  previous: undefined,
  upstreamRoot: upstreamRoot(15),
  now: NOW,
});

/** The explanation as the holder gets it: from the file’s bytes. */
function explain(written: RootDraft) {
  return explainDraft(parseDraft(Buffer.from(formatDraft(written)), 'draft.json'), NOW);
}

function assertSays(written: RootDraft, ...expected: (string | RegExp)[]): void {
  const text = explain(written).lines.join('\n');
  for (const what of expected) {
    assert.ok(typeof what === 'string' ? text.includes(what) : what.test(text), `${String(what)} is not in:\n${text}`);
  }
}

const short = (holder: RootHolder) => holder.publicOf(SIGSTORE).keyId.slice(0, 16);

test('a first root: everything is new, and it says so', () => {
  assertSays(
    draft(),
    'Root version 1 of the mirror repository sigstore: its first root',
    'Expires 2027-11-23T03:00:00Z, in 365 days.',
    'Root: 2 of 3 keys must sign.',
    `adds    ${short(alice)}… alice`,
    'Snapshot (signed by the server): new key.',
    /Targets \(signed by upstream\): 2 of 2 keys must sign\. The same key ids, keys and threshold as in\n.*version 15/,
    sha256(upstreamRoot(15)),
    'adds    opaque-id-1 @erin',
    'Signed so far by nobody.',
    '2 more needed for version 1, of alice, carol, bob',
  );
  assertSays(draft({ rootKeys: publicsOf(alice), threshold: 1 }), 'One person alone could replace it.');
});

test('a change of everything: each difference from the current root is named', () => {
  const written = draft({
    previous: version1,
    rootKeys: publicsOf(bob, carol, dave),
    previousRootKeys: publicsOf(alice),
    threshold: 3,
    onlineKeys: { snapshot: onlineKey('snapshot', 2), timestamp: onlineKey('timestamp') },
    upstreamRoot: upstreamRoot(16, { keys: new Map([...upstreamTargetsKeys].slice(1)), threshold: 1 }),
    expires: new Date('2027-01-01T00:00:00.900Z'),
  });
  assertSays(
    sign(written, bob),
    'Root version 2 of the mirror repository sigstore, to follow version 1.',
    sha256(version1),
    'Expires 2027-01-01T00:00:00Z, in 38 days (version 1: 2027-11-23T03:00:00Z).',
    'Root: 3 of 3 keys must sign (until now 2 of 3).',
    `removes ${short(alice)}… alice`,
    `adds    ${short(dave)}… dave`,
    `keeps   ${short(bob)}… bob`,
    'Snapshot (signed by the server): key replaced.',
    'Timestamp (signed by the server): key unchanged.',
    'Targets (signed by upstream): 1 of 1 keys must sign (until now 2 of 2).',
    'removes opaque-id-1 @erin',
    'keeps   opaque-id-2',
    'Signed so far by bob.',
    '1 more needed for version 1, of alice, carol',
    '2 more needed for version 2, of carol, dave',
  );
  assertSays(sign(written, bob, alice, carol, dave), 'enough for version 1', 'enough for version 2');
});

test('another key under an old opaque id is never called kept (K-04)', () => {
  const keys = new Map([...upstreamTargetsKeys, ['opaque-id-1', signerNamed('mallory').keyObject]]);
  const { roles } = explain(draft({ previous: version1, upstreamRoot: upstreamRoot(16, { keys }) })).facts;
  assert.deepEqual(roles.targets.removed, [{ keyid: 'opaque-id-1', holder: '@erin' }]);
  assert.deepEqual(roles.targets.added, [{ keyid: 'opaque-id-1', holder: null }]);
  assert.deepEqual(
    roles.targets.kept.map((key) => key.keyid),
    ['opaque-id-2'],
  );
});

test('the facts for --json are plain values and say the same', () => {
  const written = sign(draft({ previous: version1 }), carol);
  const { facts } = explain(written);
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), facts);
  assert.equal(facts.previous?.sha256, sha256(version1));
  assert.deepEqual(facts.signatures.by, [{ keyid: carol.publicOf(SIGSTORE).keyId, holder: 'carol' }]);
  assert.deepEqual(
    facts.signatures.progress.map(({ root, signed, threshold }) => [root, signed, threshold]),
    [
      ['current', 1, 2],
      ['next', 1, 2],
    ],
  );
  // All holders of one ceremony compare this; it does not change when somebody signs.
  assert.equal(facts.signedSha256, explain(sign(written, alice)).facts.signedSha256);
  assert.notEqual(facts.signedSha256, explain(draft({ previous: version1, threshold: 3 })).facts.signedSha256);
});

test('names from outside cannot write on the holder’s terminal (A-01)', () => {
  const keys = new Map([
    ...upstreamTargetsKeys,
    [
      'id\u001b[2J',
      new Map([...signerNamed('m').keyObject, ['x-tuf-on-ci-keyowner', '\u001b]0;ok\u0007\nkeeps everything']]),
    ],
  ]);
  const text = explain(draft({ upstreamRoot: upstreamRoot(15, { keys }) })).lines.join('');
  assert.ok(text.includes('\\u001b'));
  assert.doesNotMatch(text, /[\u0000-\u001f\u007f]/);
});

test('a draft that breaks a rule is refused, not explained', () => {
  const text = formatDraft(draft({ previous: version1 })).replace('"version":2,"x-c', '"version":7,"x-c');
  const broken = parseDraft(Buffer.from(text), 'draft.json');
  assert.throws(() => explainDraft(broken, NOW), refusal('STATE_ROOT_DRAFT', /version 7, and version 2 must follow/));
});
