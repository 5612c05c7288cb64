/** One ceremony for many repositories, of both dialects: one file, one passphrase for each holder, one digest to compare. */
import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { SimulatedCollection } from '../simulator/collection.ts';
import { enrolCollection, importCollection, takenRoots } from './collection-ceremonies.ts';
import { type ErrorDocument, Workplace } from './workplace.ts';

const COLLECTIONS = ['app', 'db', 'web'];
const servedAs = (id: string): string => `mirror.example/team/${id}`;
const cleanUps: (() => Promise<void>)[] = [];

interface NotDone {
  readonly repository: string;
  readonly refusal: ErrorDocument;
}

describe('a ceremony for many repositories', () => {
  const collections = new Map(
    COLLECTIONS.map((id) => [id, new SimulatedCollection(`registry.example.com/team/${id}`).publish()]),
  );
  let workplace: Workplace;

  const sign = (draft: string, holder: string): string =>
    `root sign @${draft} --key @${holder}/${holder}.root.age --passphrase-file @${holder}.pass`;

  before(async () => {
    workplace = await Workplace.open({ after: (cleanUp) => void cleanUps.push(cleanUp as () => Promise<void>) });
    for (const holder of ['alice', 'bob', 'carol']) {
      await writeFile(workplace.path(`${holder}.pass`), `the passphrase of ${holder}\n`, { mode: 0o600 });
      await workplace.hasHolder(holder, `the passphrase of ${holder}`);
    }
    await workplace.succeed('init');
    await workplace.enrolSample();
    for (const [id, collection] of collections) await enrolCollection(workplace, id, collection, servedAs(id));
    await workplace.succeed('import sample');
    for (const [id, collection] of collections) await importCollection(workplace, id, collection);
  });

  test('a holder makes the keys of all of them at once; certificates are made once', async () => {
    const lines = COLLECTIONS.map((id) => `${id} ${servedAs(id)}\n`);
    await writeFile(workplace.path('list.txt'), `sample\n\n${lines.join('')}`);
    const digests = new Map<string, string>();
    for (const holder of ['alice', 'bob']) {
      const line = `keys public ${holder} --list @list.txt --keys @${holder} --passphrase-file @${holder}.pass -o @${holder}.json`;
      const { json } = await workplace.succeed(`${line} --json`);
      assert.equal((json['keys'] as unknown[]).length, 4);
      digests.set(holder, String(json['keysTogetherSha256']));
      assert.equal((await workplace.refused(line)).code, 'USAGE_FILE');
    }
    await writeFile(workplace.path('digests.json'), JSON.stringify([...digests]));
    const wrong = 'keys public carol app app --keys @carol --passphrase-file @carol.pass -o @carol.json';
    assert.match((await workplace.refused(wrong)).what, /app is named twice/);
    await writeFile(workplace.path('bad.txt'), 'app a name\n');
    const bad = 'keys public carol --list @bad.txt --keys @carol --passphrase-file @carol.pass -o @carol.json';
    assert.equal((await workplace.refused(bad)).code, 'USAGE_FILE');
    assert.equal((await workplace.refused('keys public carol --keys @carol')).code, 'USAGE_OPTION');
  });

  test('a draft is for repositories that are named, or for all that wait', async () => {
    assert.equal((await workplace.refused('root draft')).code, 'USAGE_OPTION');
    assert.equal((await workplace.refused('root draft app --all-waiting')).code, 'USAGE_OPTION');
    assert.equal((await workplace.refused('root draft app db --import 1')).code, 'USAGE_OPTION');
    const { exitCode, json } = await workplace.type('root draft app db -o @none.json --json');
    assert.deepEqual([exitCode, json['file']], [7, null]);
    const refused = json['refused'] as NotDone[];
    assert.deepEqual(
      refused.map(({ repository, refusal }) => [repository, refusal.code]),
      [
        ['app', 'STATE_ROOT_DRAFT'],
        ['db', 'STATE_ROOT_DRAFT'],
      ],
    );
  });

  test('all that wait are drafted into one file, and what is alike is said once', async () => {
    const { out } = await workplace.succeed(
      'root draft --all-waiting --root-key @alice.json --root-key @bob.json --threshold 2 -o @many.json',
    );
    assert.match(out, /^4 drafted roots, each of a repository of its own/);
    // Two groups: certificates for the served name, and none.
    assert.equal(out.match(/First roots, which clients will be given by hand:/g)?.length, 2);
    assert.equal(out.match(/certificates for the served name until 2046-/g)?.length, 1);
    for (const id of COLLECTIONS)
      assert.match(out, new RegExp(`  ${id} \\(registry.example.com/team/${id}, served as ${servedAs(id)}\\)\n`));
    const digests = new Map(JSON.parse(await readFile(workplace.path('digests.json'), 'utf8')) as [string, string][]);
    for (const [holder, digest] of digests)
      assert.ok(out.includes(`Keys of ${holder} for 4 repositories: SHA-256 ${digest}`), out);
    await copyFile(workplace.path('many.json'), workplace.path('for-bob.json'));
  });

  test('a holder answers once, and signs all; one of no draft signs nothing', async () => {
    workplace.answers.push('yes');
    const typed = await workplace.succeed(sign('many.json', 'alice'));
    assert.match(typed.err, /Sign these 4 as alice\? Type yes: /);
    const before = await readFile(workplace.path('many.json'), 'utf8');
    assert.equal(before.match(/"sig":/g)?.length, 4);
    const stranger = await workplace.refused(`${sign('many.json', 'carol')} --yes`);
    assert.match(stranger.what, /No draft in this file lists a key of carol/);
    assert.equal(await readFile(workplace.path('many.json'), 'utf8'), before);
  });

  test('every one with enough signatures is published, and the others are named', async () => {
    const few = await workplace.type('root accept --all @many.json --json');
    assert.equal(few.exitCode, 7);
    assert.deepEqual([few.json['accepted'], (few.json['refused'] as NotDone[]).length], [[], 4]);
    await workplace.succeed(`${sign('for-bob.json', 'bob')} --yes`);
    // A copy in which bob left one out.
    const bundle = JSON.parse(await readFile(workplace.path('for-bob.json'), 'utf8')) as {
      drafts: { repository: string; signatures: unknown[] }[];
    };
    for (const draft of bundle.drafts) if (draft.repository === 'db') draft.signatures = [];
    await writeFile(workplace.path('partly.json'), JSON.stringify(bundle));
    assert.equal((await workplace.type('root accept --all @many.json @partly.json --dry-run')).exitCode, 1);
    const partly = await workplace.type('root accept --all @many.json @partly.json --json');
    assert.equal(partly.exitCode, 7);
    const accepted = partly.json['accepted'] as { repository: string }[];
    assert.deepEqual(accepted.map(({ repository }) => repository).sort(), ['app', 'sample', 'web']);
    const [{ repository, refusal }] = partly.json['refused'] as [NotDone];
    assert.deepEqual([repository, refusal.code], ['db', 'STATE_ROOT_DRAFT']);
    assert.match(refusal.what, /not yet: bob/);
    // One out of the file, by its name.
    await workplace.succeed('root accept db @many.json @for-bob.json');
    for (const id of COLLECTIONS) await takenRoots(workplace, id, servedAs(id));
    await workplace.succeed('status');
    await workplace.succeed('fsck');
  });

  test('nothing waits any more; repositories that are named go on together, each under its own holders', async () => {
    assert.match((await workplace.succeed('root draft --all-waiting -o @none.json')).out, /Nothing waits for a root/);
    const rehearsed = await workplace.succeed('root draft app sample --rotate-online -o @rotate.json --dry-run --json');
    const members = ['drafts', 'dryRun', 'file', 'refused', 'signedTogetherSha256'];
    assert.deepEqual(Object.keys(rehearsed.json).sort(), members);
    const { out } = await workplace.succeed('root draft app sample --rotate-online -o @rotate.json');
    const shown = await workplace.succeed('root show @rotate.json --json');
    assert.deepEqual(Object.keys(shown.json).sort(), ['drafts', 'file', 'signedTogetherSha256']);
    const unsigned = await readFile(workplace.path('rotate.json'));
    assert.match(
      (await workplace.succeed(`${sign('rotate.json', 'alice')} --dry-run`)).out,
      /Would sign these 2 as alice/,
    );
    assert.deepEqual(await readFile(workplace.path('rotate.json')), unsigned);
    assert.equal(out.match(/Roots that follow the ones that the mirror serves:/g)?.length, 2);
    assert.match(out, /snapshot: key replaced; timestamp: key replaced/);
    for (const holder of ['alice', 'bob']) await workplace.succeed(`${sign('rotate.json', holder)} --yes`);
    await workplace.succeed('root accept --all @rotate.json');
    assert.equal((await takenRoots(workplace, 'app', servedAs('app'))).length, 2);
    await workplace.succeed('fsck');
  });
});

test.after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});
