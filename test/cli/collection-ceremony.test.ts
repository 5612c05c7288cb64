/** A collection whose root keys are with two holders of three, from nothing to a change of holders. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { SimulatedCollection } from '../simulator/collection.ts';
import { enrolCollection, importCollection, takenRoots } from './collection-ceremonies.ts';
import { Workplace } from './workplace.ts';

const HOLDERS = ['alice', 'bob', 'carol', 'dave'];
const SERVED = 'mirror.example/team/app';
const cleanUps: (() => Promise<void>)[] = [];

describe('the ceremonies of a collection', () => {
  const collection = new SimulatedCollection().publish();
  let workplace: Workplace;

  const sign = (draft: string, holder: string, ...more: string[]): Promise<unknown> =>
    workplace.succeed(
      `root sign @${draft} --key @${holder}/${holder}.root.age --passphrase-file @${holder}.pass --yes ${more.join(' ')}`,
    );
  const makePublic = (holder: string, file: string, servedAs = SERVED): string =>
    `keys public ${holder} app --keys @${holder} --served-as ${servedAs} --passphrase-file @${holder}.pass -o @${file}`;

  before(async () => {
    workplace = await Workplace.open({ after: (cleanUp) => void cleanUps.push(cleanUp as () => Promise<void>) });
    for (const holder of HOLDERS) {
      await writeFile(workplace.path(`${holder}.pass`), `the passphrase of ${holder}\n`, { mode: 0o600 });
      await workplace.hasHolder(holder, `the passphrase of ${holder}`);
    }
    await workplace.succeed('init');
    await enrolCollection(workplace, 'app', collection, SERVED);
  });

  test('the public file has a certificate for the served name, and is made once', async () => {
    const { json } = await workplace.succeed(`${makePublic('alice', 'alice.json')} --json`);
    assert.equal(json['servedAs'], SERVED);
    const text = await readFile(workplace.path('alice.json'), 'utf8');
    assert.match(text, /"keytype":"ecdsa-x509"/);
    assert.ok(text.includes(String(json['keyId'])));
    assert.equal((await workplace.refused(makePublic('alice', 'alice.json'))).code, 'USAGE_FILE');
    assert.equal(await readFile(workplace.path('alice.json'), 'utf8'), text);
    await workplace.succeed(makePublic('bob', 'bob.json'));
    await workplace.succeed(makePublic('carol', 'carol.json', 'mirror.example/*'));
    const bad = await workplace.refused(makePublic('dave', 'dave.json', 'mirror.example/te*'));
    assert.deepEqual([bad.exitCode, bad.code], [2, 'USAGE_OPTION']);
  });

  test('the first import waits for a root; a key of the other dialect makes none', async () => {
    const { outcome } = await importCollection(workplace, 'app', collection);
    assert.equal(outcome, 'needs-root');
    assert.match((await workplace.type('status')).out, /must act: root key holders/);
    await workplace.succeed('keys public bob app --keys @bob --passphrase-file @bob.pass -o @tuf.json');
    const refusal = await workplace.refused('root draft app --root-key @tuf.json -o @draft.json');
    assert.equal(refusal.code, 'STATE_ROOT_DRAFT');
    assert.match(refusal.next, /keys public bob app --served-as mirror.example\/team\/app/);
  });

  test('two of three sign the first root, each having read which collection it is', async () => {
    await workplace.succeed(
      'root draft app --root-key @alice.json --root-key @bob.json --root-key @carol.json --threshold 2 -o @draft.json',
    );
    const { out, json } = await workplace.succeed('root show @draft.json --json');
    assert.deepEqual(json['collection'], { gun: collection.gun, servedAs: SERVED });
    assert.match(out, /"commonName": "mirror.example\/\*"/);
    const words = (await workplace.succeed('root show @draft.json')).out;
    assert.match(
      words,
      /the collection registry.example.com\/team\/app of upstream, .* ask for as mirror.example\/team\/app/,
    );
    assert.match(words, /certificate of [0-9a-f]{16}…: for mirror.example\/team\/app, until 20/);
    await sign('draft.json', 'alice', '-o @from-alice.json');
    const few = await workplace.refused('root accept app @from-alice.json');
    assert.match(few.what, /signed by 1 of the 2 holders of the next root/);
    await sign('draft.json', 'carol', '-o @from-carol.json');
    const { json: done } = await workplace.succeed('root accept app @from-alice.json @from-carol.json --json');
    assert.deepEqual([done['rootVersion'], done['generation']], [1, 1]);
    await takenRoots(workplace, 'app', SERVED);
    await workplace.succeed('status');
    await workplace.succeed('fsck');
    await workplace.succeed('repo show app');
    await workplace.succeed('keys list');
  });

  test('a change of holders is signed by those of now and those of then', async () => {
    await workplace.succeed(makePublic('dave', 'dave.json'));
    await workplace.succeed(
      'root draft app --root-key @bob.json --root-key @carol.json --root-key @dave.json --threshold 2 -o @second.json',
    );
    await sign('second.json', 'dave');
    await sign('second.json', 'carol');
    const few = await workplace.refused('root accept app @second.json');
    assert.match(few.what, /signed by 1 of the 2 holders of the current root/);
    await sign('second.json', 'alice');
    await workplace.succeed('root accept app @second.json');
    assert.equal((await takenRoots(workplace, 'app', SERVED)).length, 2);
  });

  test('new online keys: the ceremony is named, and its draft lists them', async () => {
    const refusal = await workplace.refused('keys rotate app');
    assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_NEEDS_ROOT']);
    const { out } = await workplace.succeed('root draft app --rotate-online -o @third.json');
    assert.match(out, /Snapshot \(signed by the server\): key replaced/);
    await sign('third.json', 'bob');
    await sign('third.json', 'dave');
    await workplace.succeed('root accept app @third.json');
    assert.equal((await takenRoots(workplace, 'app', SERVED)).length, 3);
    await workplace.succeed('renew app --force');
    await workplace.succeed('fsck');
  });

  test('upstream’s new targets key waits for the holders, and the draft says whose it is', async () => {
    collection.role().signers = [collection.signer('targets 2')];
    collection.publishRoot().publish('targets');
    assert.equal((await importCollection(workplace, 'app', collection)).outcome, 'needs-root');
    const { out } = await workplace.succeed('root draft app -o @fourth.json');
    assert.match(out, /removes [0-9a-f]{16}…\n.*adds {4}[0-9a-f]{16}…/s);
    await sign('fourth.json', 'bob');
    await sign('fourth.json', 'carol');
    const { json } = await workplace.succeed('root accept app @fourth.json --json');
    assert.deepEqual([json['rootVersion'], json['generation']], [4, 2]);
    await takenRoots(workplace, 'app', SERVED);
  });

  test('status warns a year ahead of the end of a certificate, and says when clients no longer take the root', async () => {
    const problemAt = async (at: string): Promise<Record<string, unknown> | undefined> => {
      const { json } = await workplace.type(`status app --at ${at} --json`);
      const [{ problems }] = json['repositories'] as [{ problems: Record<string, unknown>[] }];
      return problems.find(({ kind }) => kind === 'certificate-near');
    };
    assert.equal(await problemAt('2045-11-17'), undefined);
    const near = await problemAt('2045-11-19');
    assert.deepEqual([near?.['fails'], near?.['whoActs']], ['nobody yet', 'root key holders']);
    assert.match(String(near?.['text']), /ends on 2046-11-18T03:00:00Z: .*root draft app --root-key/);
    const ended = await problemAt('2046-11-19');
    assert.deepEqual([ended?.['fails'], String(ended?.['text']).includes(' ended on ')], ['every client', true]);
  });
});

test.after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});
