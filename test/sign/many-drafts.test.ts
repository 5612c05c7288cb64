/** Many drafts in one file: each is judged as it would be alone, and what is said once is true of all of a group. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  digestTogether,
  formatDrafts,
  formatRootPublics,
  parseDrafts,
  parseRootPublics,
} from '../../src/sign/bundles.ts';
import { formatDraft, type RootDraft } from '../../src/sign/draft-document.ts';
import { explainDrafts } from '../../src/sign/explain-many.ts';
import { mergeEach, signDrafts } from '../../src/sign/many-drafts.ts';
import { acceptDraft, type DraftRequest, draftRoot, signDraft } from '../../src/sign/root-draft.ts';
import type { RootHolder } from '../../src/sign/root-holder.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { type RepositoryId, repositoryId } from '../../src/tuf/names.ts';
import { signerFromSeed } from '../../src/sign/signer.ts';
import { deriveSeed } from '../../src/sign/derive.ts';
import { NOW, SERVER_SECRET, alice, bob, carol, dave, refusal, upstreamRoot } from './cast.ts';
import { DAY } from '../simulator/clock.ts';
import { PUBLICS, SERVED, certified, collectionDraft } from './collection-cast.ts';

const [ONE, TWO, THREE] = ['one', 'two', 'three'].map(repositoryId) as [RepositoryId, RepositoryId, RepositoryId];

function draftOf(id: RepositoryId, holders: readonly RootHolder[], changes: Partial<DraftRequest> = {}): RootDraft {
  const key = (role: 'snapshot' | 'timestamp') => signerFromSeed(deriveSeed(SERVER_SECRET, id, role, 1)).keyObject;
  return draftRoot({
    ...{ repository: id, rootKeys: holders.map((holder) => holder.publicOf(id)), threshold: 2 },
    ...{
      onlineKeys: { snapshot: key('snapshot'), timestamp: key('timestamp') },
      upstreamRoot: upstreamRoot(15),
      now: NOW,
    },
    ...changes,
  });
}

const alike = [ONE, TWO].map((id) => draftOf(id, [alice, bob, carol]));
const carried = (drafts: readonly RootDraft[]): RootDraft[] =>
  parseDrafts(Buffer.from(formatDrafts(drafts)), 'many.json');

test('one draft is written as it always was, several as a list, and both come back', () => {
  const [one] = alike;
  assert.ok(one);
  assert.equal(formatDrafts([one]), formatDraft(one));
  assert.deepEqual(carried([one]).map(formatDraft), [formatDraft(one)]);
  assert.deepEqual(carried(alike).map(formatDraft), alike.map(formatDraft));
});

test('a list that is none, an empty one, and two drafts of one repository are refused', () => {
  const text = formatDrafts(alike);
  const cases: readonly (readonly [string, RegExp])[] = [
    [text.replace('root-drafts/v1', 'root-drafts/v2'), /is not a root-draft\/v1 document/],
    [text.replace('"drafts":', '"x":1,"drafts":'), /is not a root-draft\/v1 document/],
    ['{"countersign":"root-drafts/v1","drafts":[]}', /holds no draft/],
    ['{"countersign":"root-drafts/v1","drafts":{}}', /is not a root-draft\/v1 document/],
    [text.replaceAll('"repository":"two"', '"repository":"one"'), /holds two drafts of one/],
    [text.replace('"repository":"two"', '"repository":"../two"'), /cannot be a repository id/],
    [text.replace('"holders"', '"holder"'), /unknown member “holder”/],
  ];
  for (const [changed, what] of cases)
    assert.throws(() => parseDrafts(Buffer.from(changed), 'many.json'), refusal('STATE_ROOT_DRAFT', what));
});

test('public files of many repositories: one key of each holder for each', () => {
  const keys = [ONE, TWO].map((id) => alice.publicOf(id));
  const text = formatRootPublics(keys);
  assert.deepEqual(parseRootPublics(Buffer.from(text), 'alice.json'), keys);
  const twice = Buffer.from(formatRootPublics([...keys, ...keys]));
  assert.throws(() => parseRootPublics(twice, 'alice.json'), refusal('STATE_KEY', /two keys of alice for one/));
  const broken = Buffer.from(text.replace(/"keyid":"../, '"keyid":"00'));
  assert.throws(() => parseRootPublics(broken, 'alice.json'), refusal('STATE_KEY', /public file/));
});

test('a holder signs where the key is listed; the other drafts stay as they are', () => {
  const other = draftOf(THREE, [bob, carol, dave]);
  const { drafts, signed } = signDrafts(carried([...alike, other]), alice, NOW);
  assert.deepEqual(signed, [ONE, TWO]);
  assert.deepEqual(
    drafts.map(({ signatures }) => signatures.size),
    [1, 1, 0],
  );
  const none = refusal('STATE_ROOT_DRAFT', /No draft in this file lists a key of dave/);
  assert.throws(() => signDrafts(alike, dave, NOW), none);
  const single = refusal('STATE_ROOT_DRAFT', /neither now nor next/);
  assert.throws(() => signDrafts(alike.slice(0, 1), dave, NOW), single);
});

test('one draft that breaks a rule, and none is signed', () => {
  const text = formatDrafts(alike).replace(
    /("signed":\{(?:(?!"signed").)*"version":)1(?=,"x-countersign":\{"repository":"two")/,
    '$12',
  );
  const broken = parseDrafts(Buffer.from(text), 'many.json');
  assert.throws(() => signDrafts(broken, alice, NOW), refusal('STATE_ROOT_DRAFT', /version is 2, not 1/));
  assert.throws(() => explainDrafts(broken, NOW), refusal('STATE_ROOT_DRAFT', /version is 2, not 1/));
});

test('both dialects in one file, signed with one secret', () => {
  const mixed = [...alike, collectionDraft()];
  const byAlice = signDrafts(carried(mixed), alice, NOW);
  const byBob = signDrafts(carried(mixed), bob, NOW);
  assert.equal(byAlice.signed.length, 3);
  const merged = mergeEach([...byAlice.drafts, ...byBob.drafts], NOW);
  assert.deepEqual(
    merged.map(({ signatures }) => signatures.size),
    [2, 2, 2],
  );
});

const linesOf = (...drafts: RootDraft[]): readonly string[] => explainDrafts(drafts, NOW).lines;
const groups = (...drafts: RootDraft[]): number =>
  linesOf(...drafts).filter((line) => line.startsWith('First roots')).length;

test('what is said once is equal in all: every other value makes a group of its own', () => {
  const [one] = alike;
  assert.ok(one);
  assert.equal(groups(...alike), 1);
  const upstream16 = { upstreamRoot: upstreamRoot(16, { threshold: 1 }) };
  const others: readonly RootDraft[] = [
    draftOf(TWO, [alice, bob, carol], { threshold: 3 }),
    draftOf(TWO, [alice, bob]),
    draftOf(TWO, [alice, bob, dave]),
    draftOf(TWO, [alice, bob, carol], { expires: new Date('2027-01-01T00:00:00Z') }),
    draftOf(TWO, [alice, bob, carol], upstream16),
    signDrafts([draftOf(TWO, [alice, bob, carol])], bob, NOW).drafts[0] ?? one,
    collectionDraft(),
  ];
  for (const other of others) assert.equal(groups(one, other), 2);
  const prefixed = {
    rootKeys: PUBLICS.map(
      (key, at) =>
        [alice, bob, carol][at]?.certify(key.repository, 'mirror.example/*', {
          now: NOW,
          draw: (length) => new Uint8Array(length).fill(at + 1),
        }) ?? key,
    ),
  };
  const inPrefix = { ...collectionDraft(prefixed), repository: collectionDraft().repository };
  assert.equal(groups(collectionDraft(), inPrefix), 2);
  const yesterday = new Date(NOW.getTime() - DAY);
  const earlier = { rootKeys: [alice, bob, carol].map((holder) => certified(holder, SERVED, yesterday)) };
  assert.equal(groups(collectionDraft(), collectionDraft(earlier)), 2);
});

test('holders that leave have no names in a draft: they are said to be, and their key ids stand below', () => {
  const roots = new Map(
    alike.map((draft) => {
      const signed = [alice, bob].reduce((before, holder) => signDraft(before, holder.signerOf(draft), NOW), draft);
      return [draft.repository, acceptDraft(signed, { previous: undefined, upstreamRoot: upstreamRoot(15), now: NOW })];
    }),
  );
  const next = [...roots].map(([id, previous]) => draftOf(id, [bob, carol, dave], { previous }));
  const { lines } = explainDrafts(next, NOW);
  assert.equal(lines.filter((line) => line.startsWith('Roots that follow')).length, 1);
  assert.ok(lines.includes('    removed a key without a name'));
  assert.ok(lines.some((line) => /2 more needed for the current root, of a key without a name, bob, carol/.test(line)));
  for (const id of roots.keys()) assert.ok(lines.includes(`    removed ${alice.publicOf(id).keyId.slice(0, 16)}…`));
});

test('each repository’s own digests stand below, and one digest over all that is signed', () => {
  const { lines, facts, signedTogether } = explainDrafts(alike, NOW);
  const text = lines.join('\n');
  for (const { repository, signedSha256, upstream } of facts) {
    assert.ok(text.includes(`  ${repository}\n    root 1, of which is signed SHA-256 ${signedSha256}\n`));
    assert.ok(text.includes(`upstream’s root 15 SHA-256 ${upstream.sha256}`));
  }
  const [one, two] = facts.map(({ repository, signedSha256 }) => `${repository} ${signedSha256}\n`);
  assert.equal(signedTogether, sha256(Buffer.from(`${String(one)}${String(two)}`)));
  assert.ok(text.includes(`has SHA-256 ${signedTogether}`));
  assert.equal(explainDrafts([...alike].reverse(), NOW).signedTogether, signedTogether);
  const own = digestTogether(new Map([ONE, TWO].map((id) => [id, alice.publicOf(id).keyId])));
  assert.ok(text.includes(`Keys of alice for 2 repositories: SHA-256 ${own}`));
});
