/** Ceremonies from end to end: who must sign which root, and that a client follows the result (Y-03, K-01, K-02). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDraft } from '../../src/sign/draft-document.ts';
import type { RootDraft } from '../../src/sign/draft-document.ts';
import { acceptDraft, mergeDrafts, signDraft } from '../../src/sign/root-draft.ts';
import { listRole } from '../../src/sign/root-pin.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { stringifyJson } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { TARGETS } from '../../src/tuf/names.ts';
import { TrustedRoot } from '../../src/tuf/trusted-set.ts';
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
  upstreamRoot,
  upstreamTargetsKeys,
  parseDraft,
} from './cast.ts';
import type { RootHolder } from '../../src/sign/root-holder.ts';

/** Through a file each time, as in life. */
function sign(unsigned: RootDraft, ...holders: RootHolder[]): RootDraft {
  return holders.reduce((before, holder) => {
    const carried = parseDraft(Buffer.from(formatDraft(before)), 'draft.json');
    return signDraft(carried, holder.signerFor(SIGSTORE), NOW);
  }, unsigned);
}

function accept(signed: RootDraft, previous?: Uint8Array, upstream = upstreamRoot(15)): Uint8Array {
  return acceptDraft(signed, { previous, upstreamRoot: upstream, now: NOW });
}

const version1 = accept(sign(draft(), alice, carol));

test('two of three make the first root, and clients take it', () => {
  const { root } = TrustedRoot.enrol(version1, DEFAULT_LIMITS);
  assert.equal(root.version, 1);
  assert.equal(root.expires.toISOString(), '2027-11-23T03:00:00.000Z');
  assert.deepEqual([...root.payload.roles.keys()], ['root', 'snapshot', 'targets', 'timestamp']);
  assert.equal(root.payload.keys.size, 7);
  assert.deepEqual([...root.payload.keys.keys()], [...root.payload.keys.keys()].sort());
  const claim = root.envelope.signed.get('x-countersign');
  assert.equal(claim && stringifyJson(claim), '{"repository":"sigstore","upstream_root_version":15}');
  assert.equal(root.envelope.signed.get('spec_version'), '1.0.34');
});

test('upstream’s targets keys are copied value for value, nothing else of upstream’s is (Y-03, K-04)', () => {
  const { root } = TrustedRoot.enrol(version1, DEFAULT_LIMITS);
  const { keyIds, keys, threshold } = listRole(root, TARGETS);
  assert.deepEqual(keyIds, ['opaque-id-1', 'opaque-id-2']);
  assert.equal(threshold, 2);
  assert.deepEqual(canonicalize(new Map(keys)), canonicalize(new Map(upstreamTargetsKeys)));
});

test('two holders at different desks sign copies, which are merged', () => {
  const unsigned = draft();
  const merged = mergeDrafts([sign(unsigned, bob), sign(unsigned, alice), unsigned], NOW);
  assert.deepEqual(accept(merged), accept(sign(unsigned, alice, bob)));
});

test('copies of different drafts are not merged', () => {
  const other = draft({ expires: new Date('2027-01-01T00:00:00Z') });
  const differs = refusal('STATE_ROOT_DRAFT', /differ in more than their signatures/);
  assert.throws(() => mergeDrafts([sign(draft(), alice), sign(other, bob)], NOW), differs);
  const renamed = { ...draft(), holders: new Map([...draft().holders.keys()].map((id) => [id, 'mallory'])) };
  assert.throws(() => mergeDrafts([draft(), renamed], NOW), differs);
  // Other evidence beside the same signed part: the holders were shown different things.
  const respaced = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('\n')]);
  const second = draft({ previous: version1 });
  assert.throws(() => mergeDrafts([second, { ...second, previous: respaced(version1) }], NOW), differs);
  assert.throws(() => mergeDrafts([second, { ...second, upstreamRoot: respaced(upstreamRoot(15)) }], NOW), differs);
  assert.throws(() => mergeDrafts([], NOW), refusal('STATE_ROOT_DRAFT', /no draft/));
});

test('one signature is too few, and the same holder twice is still one (K-01)', () => {
  const few = refusal('STATE_ROOT_DRAFT', /signed by 1 of the 2 holders of the next root.*not yet: .*(bob|carol)/);
  assert.throws(() => accept(draft()), refusal('STATE_ROOT_DRAFT', /signed by 0 of the 2/));
  assert.throws(() => accept(sign(draft(), alice)), few);
  assert.throws(() => accept(sign(draft(), alice, alice)), few);
  const once = formatDraft(sign(draft(), alice));
  const [entry] = /\{"keyid":"[0-9a-f]{64}","sig":"[0-9a-f]{128}"\}/.exec(once) ?? [''];
  const twice = once.replace(entry, `${entry},${entry}`);
  assert.throws(
    () => parseDraft(Buffer.from(twice), 'd.json'),
    refusal('STATE_ROOT_DRAFT', /two signatures of the key/),
  );
});

test('a new holder: the next root needs the current holders and its own', () => {
  const change = { previous: version1, rootKeys: [bob, carol, dave].map((holder) => holder.publicOf(SIGSTORE)) };
  const version2 = accept(sign(draft(change), bob, carol), version1);
  assert.equal(TrustedRoot.enrol(version1, DEFAULT_LIMITS).rotate(version2).root.version, 2);
  assert.throws(
    () => accept(sign(draft(change), carol, dave), version1),
    refusal('STATE_ROOT_DRAFT', /1 of the 2 holders of the current root.*not yet: .*, bob|not yet: bob, /),
  );
  const raised = { ...change, threshold: 3 };
  assert.throws(
    () => accept(sign(draft(raised), bob, carol), version1),
    refusal('STATE_ROOT_DRAFT', /2 of the 3 holders of the next root.*not yet: dave/),
  );
  // Alice leaves, and still counts among those who let her go.
  const parting = accept(sign(draft(change), alice, bob, dave), version1);
  TrustedRoot.enrol(version1, DEFAULT_LIMITS).rotate(parting);
});

test('versions have no gaps: a draft follows exactly the root that is being served', () => {
  const second = sign(draft({ previous: version1 }), alice, bob);
  const version2 = accept(second, version1);
  const another = refusal('STATE_ROOT_DRAFT', /follow another root than sigstore’s current one/);
  assert.throws(() => accept(second, version2), another);
  assert.throws(() => accept(second, undefined), another);
  assert.throws(() => accept(sign(draft(), alice, bob), version1), another);
  const third = accept(sign(draft({ previous: version2 }), alice, bob), version2);
  TrustedRoot.enrol(version1, DEFAULT_LIMITS).rotate(version2).rotate(third);
});

test('only holders of the current or the next root can sign', () => {
  assert.throws(() => sign(draft(), dave), refusal('STATE_ROOT_DRAFT', /neither now nor next/));
  // The right person, with the key of another repository (Y-05).
  const wrongKey = alice.signerFor('npm' as typeof SIGSTORE);
  assert.throws(() => signDraft(draft(), wrongKey, NOW), refusal('STATE_ROOT_DRAFT', /neither now nor next/));
});

test('one person does not become two holders (K-02)', () => {
  const [a, b] = [alice.publicOf(SIGSTORE), bob.publicOf(SIGSTORE)];
  assert.throws(() => draft({ rootKeys: [a, b, { ...b, holder: 'carol' }] }), refusal('STATE_ROOT_DRAFT', /same key/));
  assert.throws(() => draft({ rootKeys: [a, { ...b, holder: 'alice' }] }), refusal('STATE_ROOT_DRAFT', /named twice/));
  assert.throws(() => draft({ rootKeys: [a, a] }), refusal('STATE_ROOT_DRAFT', /twice/));
  const [foreign] = [dave.publicOf('npm' as typeof SIGSTORE)];
  assert.throws(() => draft({ rootKeys: [a, foreign] }), refusal('STATE_ROOT_DRAFT', /is for npm, not for sigstore/));
});

test('a threshold that nobody or anybody can meet is refused (K-03)', () => {
  for (const threshold of [0, -1, 4, 1.5, Number.NaN]) {
    assert.throws(() => draft({ threshold }), refusal('STATE_ROOT_DRAFT', /threshold|integer/), String(threshold));
  }
});

test('no key stands in two roles (Y-05)', () => {
  const snapshot = onlineKey('snapshot');
  const root = alice.publicOf(SIGSTORE).keyObject;
  const twoRoles = refusal('STATE_ROOT_DRAFT', /in the role (root|snapshot) and again in/);
  assert.throws(() => draft({ onlineKeys: { snapshot, timestamp: snapshot } }), twoRoles);
  assert.throws(() => draft({ onlineKeys: { snapshot: root, timestamp: onlineKey('timestamp') } }), twoRoles);
  // An upstream that lists our root key as its own, under an id of its own.
  const stolen = upstreamRoot(15, { keys: new Map([['theirs', root]]), threshold: 1 });
  assert.throws(() => draft({ upstreamRoot: stolen }), twoRoles);
});

test('a root lives two years at most, and not in the past (STATE_LIFETIME)', () => {
  assert.throws(
    () => draft({ expires: new Date('2028-11-23T03:00:01Z') }),
    refusal('STATE_LIFETIME', /over two years/),
  );
  assert.throws(() => draft({ expires: NOW }), refusal('STATE_ROOT_DRAFT', /is past/));
  const longest = draft({ expires: new Date('2028-11-23T03:00:00Z') });
  // A holder’s clock may be a little behind the drafter’s.
  const [early, muchEarlier] = [new Date('2026-11-22T12:00:00Z'), new Date('2026-11-01T00:00:00Z')];
  signDraft(longest, alice.signerFor(SIGSTORE), early);
  assert.throws(
    () => signDraft(longest, alice.signerFor(SIGSTORE), muchEarlier),
    refusal('STATE_LIFETIME', /two years/),
  );
  const late = new Date('2029-01-01T00:00:00Z');
  assert.throws(() => signDraft(longest, alice.signerFor(SIGSTORE), late), refusal('STATE_ROOT_DRAFT', /is past/));
});
