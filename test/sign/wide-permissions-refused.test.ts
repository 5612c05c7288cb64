/** The online secret on disk: who may reach it, what it must look like, and that it never shows (S-09, Y-02, Y-05). */
import assert from 'node:assert/strict';
import { chmod, copyFile, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { Disk } from '../../src/platform/disk.ts';
import { randomSecret } from '../../src/platform/random.ts';
import { Keyring, createKeyring } from '../../src/sign/keyring.ts';
import { SIGSTORE, refusal, temporaryDirectory } from './cast.ts';

const disk = new Disk();

async function makeKeys(context: TestContext, options = { withRootOnline: false }): Promise<string> {
  const keys = join(await temporaryDirectory(context), 'keys');
  await createKeyring(disk, keys, randomSecret, options);
  return keys;
}

test('init makes a private file in a private directory, and never writes over it', async (context) => {
  const keys = await makeKeys(context);
  assert.equal((await stat(keys)).mode & 0o777, 0o700);
  assert.equal((await stat(join(keys, 'online.secret'))).mode & 0o777, 0o600);
  const text = await readFile(join(keys, 'online.secret'), 'latin1');
  assert.match(text, /^countersign\/online-secret\/v1\n[0-9a-f]{64}\n$/);
  assert.doesNotMatch(text, /0{64}/);
  await assert.rejects(
    createKeyring(disk, keys, randomSecret, { withRootOnline: false }),
    refusal('STATE_ALREADY_INITIALISED', /online\.secret exists/),
  );
});

for (const mode of [0o640, 0o604, 0o620, 0o660, 0o644]) {
  test(`a secret of mode ${mode.toString(8)} is refused (S-09)`, async (context) => {
    const keys = await makeKeys(context);
    await chmod(join(keys, 'online.secret'), mode);
    await assert.rejects(Keyring.open(disk, keys), refusal('STATE_PERMISSIONS', /online\.secret is open to others/));
  });
}

test('a directory that others can enter or write is refused, for reading and for creating (S-09)', async (context) => {
  const keys = await makeKeys(context);
  await chmod(keys, 0o755);
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_PERMISSIONS', /keys is open to others/));
  await rm(join(keys, 'online.secret'));
  await assert.rejects(
    createKeyring(disk, keys, randomSecret, { withRootOnline: false }),
    refusal('STATE_PERMISSIONS', /keys is open to others/),
  );
});

test('a link in place of the secret is refused (P-05)', async (context) => {
  const keys = await makeKeys(context);
  await rename(join(keys, 'online.secret'), join(keys, 'elsewhere'));
  await symlink('elsewhere', join(keys, 'online.secret'));
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_PERMISSIONS', /symbolic link/));
});

test('the root secret is judged as strictly as the online one', async (context) => {
  const keys = await makeKeys(context, { withRootOnline: true });
  await chmod(join(keys, 'root-online.secret'), 0o640);
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_PERMISSIONS', /root-online\.secret is open/));
});

test('a file that is not exactly this secret is refused', async (context) => {
  const keys = await makeKeys(context, { withRootOnline: true });
  const path = join(keys, 'online.secret');
  const good = await readFile(path, 'latin1');
  const [header, digits] = good.split('\n') as [string, string];
  const bad = {
    'another kind': `countersign/root-online-secret/v1\n${digits}\n`,
    'a kind with a name as long': `countersign/0nline-secret/v1\n${digits}\n`,
    'a digit short': `${header}\n${digits.slice(1)}\n`,
    'a digit more': `${header}\n${digits}0\n`,
    'not a digit': `${header}\n${digits.slice(1)}g\n`,
    'upper case': `${header}\n${'A'.repeat(64)}\n`,
    'white space': `${header}\n ${digits.slice(1)}\n`,
    'Windows line ends': `${header}\r\n${digits}\r\n`,
    'something after it': `${good}\n`,
    nothing: '',
  };
  for (const [name, text] of Object.entries(bad)) {
    await writeFile(path, text);
    await assert.rejects(Keyring.open(disk, keys), refusal('STATE_KEY', /is not a “countersign\/online-secret/), name);
  }
  await writeFile(path, 'x'.repeat(2000));
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_KEY', /cannot be read as a key file/));
  await writeFile(path, good.trimEnd());
  (await Keyring.open(disk, keys)).close();
  await rm(path);
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_KEY', /does not exist/));
});

test('one secret under both names is refused: stealing one would be stealing both (Y-05)', async (context) => {
  const keys = await makeKeys(context, { withRootOnline: true });
  const [online, root] = [join(keys, 'online.secret'), join(keys, 'root-online.secret')];
  await copyFile(online, root);
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_KEY', /root-online\.secret is not a/));
  await writeFile(root, (await readFile(online, 'latin1')).replace('/online', '/root-online'));
  await assert.rejects(Keyring.open(disk, keys), refusal('STATE_KEY', /holds the same secret/));
});

test('a keyring gives the same signer each time, another one per repository, role and epoch', async (context) => {
  const keyring = await Keyring.open(disk, await makeKeys(context));
  const signer = keyring.signerFor(SIGSTORE, 'timestamp', 1);
  assert.equal(keyring.signerFor(SIGSTORE, 'timestamp', 1), signer);
  assert.notEqual(keyring.signerFor(SIGSTORE, 'timestamp', 2).keyId, signer.keyId);
  assert.notEqual(keyring.signerFor(SIGSTORE, 'snapshot', 1).keyId, signer.keyId);
  keyring.close();
  assert.throws(() => signer.sign(Buffer.from('late')), /wiped/);
  assert.throws(() => keyring.signerFor(SIGSTORE, 'timestamp', 1), /closed/);
});

test('root signatures need a trial’s root secret; without one the ceremony is named', async (context) => {
  const offline = await Keyring.open(disk, await makeKeys(context));
  assert.equal(offline.hasRootOnline, false);
  assert.throws(() => offline.rootSignerFor(SIGSTORE), refusal('STATE_NEEDS_ROOT', /sigstore is not on this machine/));
  const trial = await Keyring.open(disk, await makeKeys(context, { withRootOnline: true }));
  assert.equal(trial.hasRootOnline, true);
  assert.equal(trial.rootSignerFor(SIGSTORE).sign(Buffer.from('root')).length, 64);
});

test('no secret shows when keyring and signers are logged (Y-02)', async (context) => {
  const keys = await makeKeys(context, { withRootOnline: true });
  const secrets = await Promise.all(
    ['online.secret', 'root-online.secret'].map(
      async (file) => (await readFile(join(keys, file), 'latin1')).split('\n')[1],
    ),
  );
  const keyring = await Keyring.open(disk, keys);
  const things = [keyring, keyring.signerFor(SIGSTORE, 'snapshot', 1), keyring.rootSignerFor(SIGSTORE)];
  for (const shown of things.flatMap((thing) => [
    inspect(thing, { depth: 9, showHidden: true }),
    JSON.stringify(thing),
  ])) {
    for (const secret of secrets) {
      assert.ok(secret);
      assert.ok(!shown.includes(secret));
      assert.doesNotMatch(shown, /Uint8Array|Buffer/);
    }
  }
});
