/** Docker asks `targets/releases` first and then `targets`: what it takes for a tag may move where the tag’s own role is the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { type CollectionFiles, collectionFiles, collectionSummary } from './collection-sides.ts';
import { linesOf } from './sides.ts';

const [ONE, TWO] = ['1a'.repeat(32), '2b'.repeat(32)];
const RELEASES = 'targets/releases';

/** `latest` in `targets`, and docker’s first role without a tag. */
function collection(): SimulatedCollection {
  return new SimulatedCollection().delegate(RELEASES).add('latest', ONE).publish();
}

/** What is said of docker when these steps come one after the other, each compared with the one before. */
function told(site: SimulatedCollection, ...steps: readonly ((site: SimulatedCollection) => unknown)[]): string[][] {
  let before = collectionFiles(site);
  return steps.map((step) => {
    step(site);
    const after: CollectionFiles = collectionFiles(site.publish());
    const lines = linesOf(collectionSummary(before, after), 'tag');
    before = after;
    return lines;
  });
}

test('a tag in the first role takes the place of one in the second, and gives it back when it goes or may not speak', () => {
  const first = `tag "latest": docker takes sha256:${TWO} from "targets/releases"; before sha256:${ONE} from targets`;
  const back = `tag "latest": docker takes sha256:${ONE} from targets; before sha256:${TWO} from "targets/releases"`;
  const lines = told(
    collection(),
    (site) => site.add('latest', TWO, RELEASES),
    (site) => (site.role(RELEASES).targets = {}),
    (site) => site.add('latest', TWO, RELEASES),
    (site) => (site.role().delegations = [{ name: RELEASES, paths: ['v'] }]),
    (site) => (site.role().delegations = [{ name: RELEASES, paths: ['v', 'l'] }]),
  );
  assert.deepEqual(lines, [[first], [back], [first], [back], [first]]);
});

test('a tag that only roles list to which docker does not listen is taken for nothing, and hides none of its own', () => {
  const lines = told(
    collection(),
    (site) => site.delegate('targets/qa').add('nightly', TWO, 'targets/qa'),
    (site) => site.add('latest', TWO, 'targets/qa'),
    // Below the first role it is found before the second is asked.
    (site) => site.delegate('targets/releases/old').add('latest', TWO, 'targets/releases/old'),
  );
  assert.deepEqual(lines, [
    [],
    [],
    [
      `tag "latest": docker takes nothing, because "targets/releases/old" answers, to which it does not listen; before sha256:${ONE} from targets`,
    ],
  ]);
});

test('where one role alone says it, its own line is enough', () => {
  const lines = told(
    collection(),
    (site) => site.add('v1', ONE, RELEASES),
    (site) => site.add('v1', TWO, RELEASES).add('latest', TWO),
    (site) => (site.role().targets = {}),
    // A signer and the role of releases list the same image: nobody is hidden.
    (site) => site.delegate('targets/alice').add('v2', ONE, 'targets/alice').add('v2', ONE, RELEASES),
  );
  assert.deepEqual(lines, [[], [], [], []]);
});

test('a tag that its role lists as before, and may not speak for any more, is taken for nothing', () => {
  const lines = told(
    collection().add('v1', TWO, RELEASES).publish(),
    (site) => (site.role().delegations = [{ name: RELEASES, paths: ['x'] }]),
  );
  assert.deepEqual(lines, [[`tag "v1": docker takes nothing; before sha256:${TWO} from "targets/releases"`]]);
});

test('a first import says which of two images is taken', () => {
  const files = collectionFiles(collection().add('latest', TWO, RELEASES).publish());
  const { text, changes } = collectionSummary(undefined, files);
  assert.deepEqual(
    changes.filter(({ kind }) => kind === 'tag').map(({ role, name, before, after }) => [role, name, before, after]),
    [[RELEASES, 'latest', 'nothing', `sha256:${TWO} from "targets/releases"`]],
  );
  assert.match(text, /^What docker takes for a tag \(1\)$/m);
});

test('what would be too much to search is said not to have been compared', () => {
  const site = collection();
  for (let one = 0; one < 200; one++) site.delegate(`targets/r${String(one)}`);
  const [lines] = told(site, (later) => later.add('latest', TWO));
  assert.deepEqual(lines, ['what docker takes for each tag was not compared: more than 200 roles or 100000 tags']);
});
