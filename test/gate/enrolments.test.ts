/** What is mirrored is enrolled once, with one root, and claims are about that; limits set later stand over the first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from './refused.ts';
import { hex } from './names.ts';
import { Site } from './site.ts';

test('the rules know each repository by its leaf, with the limits as they are now', () => {
  const site = new Site();
  assert.deepEqual([...site.rules.enrolments.keys()], ['alpine', 'debian']);
  const limits = { rootChain: 10, versionJump: 1000 };
  const leaf = site.enrol('fedora', { root_sha256: hex('other root'), limits });
  const set = (values: Record<string, number>): unknown =>
    site.append('limits.set', { repository: 'fedora', limits: values, reason: hex('reason') });
  set({ versionJump: 7 });
  set({ versionJump: 8, targetFileBytes: 9 });
  const enrolled = site.rules.enrolments.get('fedora');
  assert.deepEqual(enrolled?.limits, { rootChain: 10, versionJump: 8, targetFileBytes: 9 });
  assert.deepEqual(enrolled.leaf, { ...leaf, at: site.now });
  assert.equal(enrolled.body.root_sha256, hex('other root'));
  assert.deepEqual(enrolled.body.limits, limits, 'what was enrolled stays what it was');
  assert.deepEqual(site.rules.enrolments.get('debian')?.limits, {});
});

test('a repository is enrolled once, and limits are of one that is', () => {
  const site = new Site();
  refused('STATE_LEDGER', /enrolled before/, () => site.enrol('alpine'));
  refused('STATE_LEDGER', /enrolled before/, () => site.enrol('alpine', { root_sha256: hex('other root') }));
  refused('STATE_LEDGER', /never enrolled/, () =>
    site.append('limits.set', { repository: 'fedora', limits: { versionJump: 7 }, reason: hex('reason') }),
  );
  assert.equal(site.rules.enrolments.get('alpine')?.body.root_sha256, hex('root'));
});

test('a claim is of what was enrolled, under the root that it was enrolled with', () => {
  const site = new Site();
  refused('STATE_LEDGER', /never enrolled/, () => site.claim('local', { repo_id: 'fedora' }));
  const upstream = { id: 'https://tuf.example.org', enrolled_root_sha256: hex('other root') };
  refused('STATE_LEDGER', /another root than was enrolled/, () => site.claim('local', { upstream }));
  site.enrol('fedora', { root_sha256: hex('other root') });
  site.claim('local', { repo_id: 'fedora', upstream });
  refused('STATE_LEDGER', /another root than was enrolled/, () => site.claim('local', { repo_id: 'fedora' }));
});

test('N-04 a collection is enrolled in its dialect, and served under a name of its own', () => {
  const site = new Site();
  const collection = { name: 'registry.example.com/team/app', served_as: 'mirror.example/team/app' };
  site.enrol('app', { dialect: 'notary', collection });
  // The same collection twice, under two names, is somebody’s wish; two under one name would answer for each other.
  site.enrol('app-again', { dialect: 'notary', collection: { ...collection, served_as: 'mirror.example/again' } });
  refused('STATE_LEDGER', /served already/, () =>
    site.enrol('other', { dialect: 'notary', collection: { ...collection, name: 'registry.example.com/other' } }),
  );
  refused('STATE_LEDGER', /dialect/, () => site.enrol('tuf', { collection: { ...collection, served_as: 'x/y' } }));
  refused('STATE_LEDGER', /dialect/, () => site.enrol('none', { dialect: 'notary' }));
});
