/** A mirror with offline root keys, from nothing to a served repository: two holders, two media, one courier. */
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { Workplace } from './workplace.ts';

const PASSPHRASES = { alice: 'correct horse battery', bob: 'staple paper clip glue' };
const cleanUps: (() => Promise<void>)[] = [];

describe('a ceremony of two holders', () => {
  let workplace: Workplace;

  before(async () => {
    workplace = await Workplace.open({ after: (cleanUp) => void cleanUps.push(cleanUp as () => Promise<void>) });
    for (const [holder, passphrase] of Object.entries(PASSPHRASES)) {
      await writeFile(workplace.path(`${holder}.pass`), `${passphrase}\n`, { mode: 0o600 });
      await mkdir(workplace.path(holder), { mode: 0o700 });
    }
    await workplace.succeed('keys create-holder alice --keys @alice --repository sample --passphrase-file @alice.pass');
    await workplace.hasHolder('bob', PASSPHRASES.bob);
    await workplace.succeed(
      'keys public bob sample --keys @bob --passphrase-file @bob.pass -o @bob/bob.sample.root-public.json',
    );
    await workplace.succeed('init');
    await workplace.enrolSample();
  });

  test('what a holder made is private, encrypted, and never made twice', async () => {
    const names = await readdir(workplace.path('alice'));
    assert.deepEqual(names.sort(), ['alice.root.age', 'alice.sample.root-public.json']);
    assert.equal((await stat(workplace.path('alice', 'alice.root.age'))).mode & 0o777, 0o600);
    assert.match(await readFile(workplace.path('alice', 'alice.root.age'), 'latin1'), /^-----BEGIN AGE ENCRYPTED FILE/);
    const again = await workplace.refused('keys create-holder alice --keys @alice --passphrase-file @alice.pass');
    assert.deepEqual([again.exitCode, again.code], [7, 'STATE_ALREADY_INITIALISED']);
  });

  test('the first import is accepted and waits; status says for whom', async () => {
    const { json, out } = await workplace.succeed('import sample --json');
    assert.deepEqual([json['outcome'], json['import'], json['generation']], ['needs-root', 1, null]);
    assert.match(out, /the mirror has no root yet/);
    const status = await workplace.type('status');
    assert.equal(status.exitCode, 1);
    assert.match(status.out, /must act: root key holders/);
    assert.doesNotMatch(status.out, /ROOT KEY ONLINE/);
  });

  test('a first draft needs its holders’ public files', async () => {
    const refusal = await workplace.refused('root draft sample -o @draft.json');
    assert.equal(refusal.code, 'STATE_ROOT_DRAFT');
    assert.match(refusal.next, /--root-key FILE/);
    await workplace.succeed(
      'root draft sample --root-key @alice/alice.sample.root-public.json --root-key @bob/bob.sample.root-public.json --threshold 2 -o @draft.json',
    );
    assert.equal(
      (await workplace.refused('root draft sample -o @draft.json --root-key @alice/alice.sample.root-public.json'))
        .code,
      'USAGE_FILE',
    );
    await copyFile(workplace.path('draft.json'), workplace.path('for-bob.json'));
  });

  test('signing says what is signed, asks, and takes no other answer than yes', async () => {
    const sign = 'root sign @draft.json --key @alice/alice.root.age --passphrase-file @alice.pass';
    const unattended = await workplace.type(sign);
    assert.equal(unattended.exitCode, 2);
    assert.match(unattended.err, /Root: 2 of 2 keys must sign/);
    assert.match(unattended.err, /--yes/);
    workplace.answers.push('y');
    assert.equal((await workplace.refused(sign)).code, 'USAGE_OPTION');
    const untouched = await readFile(workplace.path('draft.json'));
    assert.deepEqual(untouched, await readFile(workplace.path('for-bob.json')));
    workplace.answers.push('yes');
    assert.match((await workplace.succeed(sign)).out, /Signed as alice/);
  });

  test('signing needs neither data directory nor configuration', async () => {
    const environment = { ...workplace.environment };
    workplace.environment['COUNTERSIGN_DATA'] = workplace.path('nowhere');
    await writeFile(workplace.path('countersign.yaml'), 'not a setting\n');
    await workplace.succeed('root show @for-bob.json');
    await workplace.succeed(
      'root sign @for-bob.json --key @bob/bob.root.age --passphrase-file @bob.pass --yes -o @from-bob.json',
    );
    await writeFile(workplace.path('countersign.yaml'), '');
    delete workplace.environment['COUNTERSIGN_DATA'];
    assert.deepEqual(workplace.environment, environment);
  });

  test('one signature is not enough; two, joined, are published with what waited', async () => {
    const few = await workplace.refused('root accept sample @draft.json');
    assert.deepEqual([few.exitCode, few.code], [7, 'STATE_ROOT_DRAFT']);
    assert.match(few.what, /not yet: bob/);
    assert.equal((await workplace.type('root accept sample @draft.json --dry-run')).exitCode, 1);
    await workplace.succeed('root accept sample @draft.json @from-bob.json --dry-run');
    const { json } = await workplace.succeed('root accept sample @draft.json @from-bob.json --json');
    assert.deepEqual([json['rootVersion'], json['generation']], [1, 1]);
    await workplace.succeed('status');
    await workplace.succeed('fsck');
  });

  test('online keys cannot be rotated without the holders', async () => {
    const refusal = await workplace.refused('keys rotate sample');
    assert.deepEqual([refusal.exitCode, refusal.code], [7, 'STATE_NEEDS_ROOT']);
    assert.match(refusal.next, /root draft sample --rotate-online/);
  });

  test('a wrong passphrase, a wrong file and a readable one sign nothing', async () => {
    await workplace.succeed('root draft sample -o @second.json');
    const sign = 'root sign @second.json --yes';
    const wrong = await workplace.refused(`${sign} --key @bob/bob.root.age --passphrase-file @alice.pass`);
    assert.deepEqual([wrong.exitCode, wrong.code], [7, 'STATE_KEY']);
    assert.equal(
      (await workplace.refused(`${sign} --key @alice.pass --passphrase-file @bob.pass`)).code,
      'USAGE_OPTION',
    );
    await chmod(workplace.path('bob.pass'), 0o644);
    const readable = await workplace.refused(`${sign} --key @bob/bob.root.age --passphrase-file @bob.pass`);
    assert.equal(readable.code, 'STATE_PERMISSIONS');
  });
});

test.after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});
