/** Root holders’ files: only the right passphrase opens them, and only as the holder they were made for (Y-02, Y-03). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { Disk } from '../../src/platform/disk.ts';
import { createRootHolder, listRootHolders, openRootHolder } from '../../src/sign/root-holder.ts';
import { parseRootPublics } from '../../src/sign/bundles.ts';
import { formatRootPublic } from '../../src/sign/root-public.ts';
import { contentKeyId } from '../../src/sign/signer.ts';
import { type JsonObject, parseJson } from '../../src/tuf/json.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { SIGSTORE, refusal, seedNamed, temporaryDirectory } from './cast.ts';

const disk = new Disk();
const passphrase = 'korrekt pferd batterie ß';

async function makeHolder(context: TestContext) {
  const directory = join(await temporaryDirectory(context), 'keys');
  const file = { directory, holder: 'alice', passphrase };
  const holder = await createRootHolder(disk, file, () => seedNamed('a holder’s secret'), { workFactor: 4 });
  return { file, holder, path: join(directory, 'alice.root.age') };
}

test('a holder’s file opens with its passphrase and gives the same key again', async (context) => {
  const { file, holder, path } = await makeHolder(context);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const text = await readFile(path, 'latin1');
  assert.match(text, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  assert.deepEqual(await listRootHolders(disk, file.directory), ['alice']);
  const opened = await openRootHolder(disk, file);
  assert.equal(opened.signerFor(SIGSTORE).keyId, holder.signerFor(SIGSTORE).keyId);
  assert.notEqual(opened.signerFor(SIGSTORE).keyId, opened.signerFor(repositoryId('npm')).keyId);
  assert.doesNotMatch(inspect(opened, { depth: 9, showHidden: true }), /secret|Uint8Array/);
  opened.close();
  assert.throws(() => opened.signerFor(SIGSTORE), /closed/);
});

test('a wrong passphrase, even by one space, opens nothing', async (context) => {
  const { file } = await makeHolder(context);
  for (const wrong of ['', `${passphrase} `, passphrase.slice(1), passphrase.toUpperCase()]) {
    await assert.rejects(
      openRootHolder(disk, { ...file, passphrase: wrong }),
      refusal('STATE_KEY', /^The passphrase does not open .*alice\.root\.age\.$/),
    );
  }
});

test('a changed, cut or foreign file is told apart from a wrong passphrase', async (context) => {
  const { file, path } = await makeHolder(context);
  const text = await readFile(path, 'latin1');
  const lines = text.split('\n');
  const last = lines.at(-3) ?? '';
  const flipped = lines.with(-3, (last.startsWith('A') ? 'B' : 'A') + last.slice(1)).join('\n');
  for (const damaged of [flipped, text.slice(0, -80), 'hello', '']) {
    await writeFile(path, damaged);
    await assert.rejects(openRootHolder(disk, file), refusal('STATE_KEY', /is damaged, or is not an age file/));
  }
});

test('a file renamed to another holder’s name is refused', async (context) => {
  const { file, path } = await makeHolder(context);
  await copyFile(path, path.replace('alice', 'bob'));
  await assert.rejects(
    openRootHolder(disk, { ...file, holder: 'bob' }),
    refusal('STATE_KEY', /is not the root key file of bob/),
  );
});

test('a file that others can read is refused although it is encrypted (S-09)', async (context) => {
  const { file, path } = await makeHolder(context);
  await chmod(path, 0o644);
  await assert.rejects(openRootHolder(disk, file), refusal('STATE_PERMISSIONS', /open to others/));
});

test('names that could leave the directory are refused, and files are never written over (P-01)', async (context) => {
  const { file } = await makeHolder(context);
  const draw = () => seedNamed('x');
  for (const holder of ['', '../alice', 'Alice', 'a'.repeat(33), 'a/b', 'a.b']) {
    await assert.rejects(createRootHolder(disk, { ...file, holder }, draw), refusal('USAGE_OPTION', /holder’s name/));
  }
  await assert.rejects(
    createRootHolder(disk, file, draw, { workFactor: 4 }),
    refusal('STATE_ALREADY_INITIALISED', /alice\.root\.age exists/),
  );
});

test('the public file goes round, and only in one form (K-04, C-02)', async (context) => {
  const { holder } = await makeHolder(context);
  const text = formatRootPublic(holder.publicOf(SIGSTORE));
  const read = (changed: string) => parseRootPublics(Buffer.from(changed), 'alice.json')[0];
  assert.equal(read(text)?.keyId, holder.signerFor(SIGSTORE).keyId);
  const publicHex = /"public":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
  const changes = [
    text.replace('root-public/v1', 'root-public/v2'),
    text.replace('"alice"', '"Alice"'),
    text.replace('"sigstore"', '"../sigstore"'),
    text.replace(
      publicHex,
      publicHex.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    ),
    text.replace(publicHex, publicHex.toUpperCase()),
    text.replace(/"keyid":"./, '"keyid":"z'),
    text.replace('"holder"', '"note":"","holder"'),
    text.replace(publicHex, `01${'0'.repeat(62)}`),
    '{}',
    'no',
  ];
  for (const changed of changes) {
    assert.throws(() => read(changed), refusal('STATE_KEY', /is not a root holder’s public file/), changed);
  }
});

test('the identity point as a root key is refused under its proper id, too (C-02)', () => {
  const key = `{"keytype":"ed25519","keyval":{"public":"01${'0'.repeat(62)}"},"scheme":"ed25519"}`;
  const id = contentKeyId(parseJson(Buffer.from(key), 'key') as JsonObject);
  const text = `{"countersign":"root-public/v1","holder":"eve","repository":"sigstore","key":${key},"keyid":"${id}"}`;
  assert.throws(() => parseRootPublics(Buffer.from(text), 'eve.json'), refusal('STATE_KEY', /public file/));
});

const canRunAge = ['age', 'script'].every((program) => spawnSync(program, ['--version']).error === undefined);

test(
  'the stock age command opens a holder’s file',
  { skip: canRunAge ? false : 'age or script is missing' },
  async (context) => {
    const { path } = await makeHolder(context);
    // age takes passphrases from a terminal only, so it is given one.
    const run = spawnSync('script', ['-qec', 'age --decrypt "$FILE"', '/dev/null'], {
      input: `${passphrase}\n`,
      env: { ...process.env, FILE: path },
      timeout: 10_000,
    });
    assert.match(run.stdout.toString(), /\{"countersign":"root-holder\/v1","holder":"alice","secret":"[0-9a-f]{64}"\}/);
  },
);
