/** Settings for stock clients of collections: with pins and roots, so that nothing is taken on trust at the first contact. */
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseNotaryRoot } from '../../src/notary/metadata.ts';
import { Database } from '../../src/platform/database.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { writeCollected } from '../simulator/collected.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { Workplace } from './workplace.ts';

const SERVED = 'mirror.dc.internal/team/app';

async function place(t: TestContext): Promise<Workplace> {
  const workplace = await Workplace.open(t);
  await workplace.succeed('init --root-online');
  const collection = new SimulatedCollection().publish();
  await writeCollected(workplace.path('up'), collection);
  const root = `--root @up/${GUN}/tuf/root.json --root-sha256 ${sha256(collection.firstRoot)}`;
  await workplace.succeed(`repo add app --dialect notary --gun ${GUN} --serve-as ${SERVED} --upstream up ${root}`);
  await writeFile(workplace.path('ca.pem'), 'an authority\n');
  return workplace;
}

test('notary: address, authority, pins by certificate, and the newest root where its cache is', async (t) => {
  const workplace = await place(t);
  await workplace.succeed('import app');
  await workplace.succeed('keys rotate app');
  await workplace.succeed('client-config notary app --server https://mirror.dc.internal:8443/ --ca ca.pem -o out');
  const out = workplace.path('out');
  const root = await readFile(join(out, 'tuf', SERVED, 'metadata', 'root.json'));
  const { version, payload } = parseNotaryRoot(root, 'root', DEFAULT_LIMITS);
  assert.equal(version, 2, 'the newest');
  const config = JSON.parse(await readFile(join(out, 'config.json'), 'utf8')) as object;
  assert.deepEqual(config, {
    remote_server: { url: 'https://mirror.dc.internal:8443', root_ca: 'mirror-ca.crt' },
    trust_pinning: { disable_tofu: true, certs: { [SERVED]: payload.roles.root.keys.map(({ id }) => id) } },
  });
  assert.equal(await readFile(join(out, 'mirror-ca.crt'), 'utf8'), 'an authority\n');
});

test('docker: TLS directory, cache, and the server where a name does not say it', async (t) => {
  const workplace = await place(t);
  await workplace.succeed('import app');
  const { json } = await workplace.succeed(
    'client-config docker --server https://mirror.dc.internal --ca ca.pem -o out --json',
  );
  assert.deepEqual(
    (json['files'] as { path: string }[]).map(({ path }) => path),
    ['tls/mirror.dc.internal/ca.crt', `trust/tuf/${SERVED}/metadata/root.json`],
  );
  assert.deepEqual(json['environment'], { DOCKER_CONTENT_TRUST: '1' });
  const elsewhere = await workplace.succeed('client-config docker --server https://trust.dc.internal:4443 --json');
  assert.deepEqual(elsewhere.json['environment'], {
    DOCKER_CONTENT_TRUST: '1',
    DOCKER_CONTENT_TRUST_SERVER: 'https://trust.dc.internal:4443',
  });
  // Nothing is written without -o.
  await assert.rejects(stat(workplace.path('trust')));
});

test('what cannot be handed out is said', async (t) => {
  const workplace = await place(t);
  for (const [line, code] of [
    ['client-config docker app --server https://m', 'STATE_NOTHING_PUBLISHED'],
    ['client-config docker nobody --server https://m', 'USAGE_UNKNOWN_REPOSITORY'],
    ['client-config docker --server http://m', 'USAGE_OPTION'],
    ['client-config docker --server m', 'USAGE_OPTION'],
    ['client-config docker --server https://me:x@m', 'USAGE_OPTION'],
    ['client-config curl --server https://m', 'USAGE_OPTION'],
  ] as const)
    assert.equal((await workplace.refused(line)).code, code, line);
});

test('two of which one would lie in the place of the other’s root are said, and each is handed out alone', async (t) => {
  const workplace = await place(t);
  await workplace.succeed('import app');
  const odd = new SimulatedCollection(`${SERVED}/metadata/root.json`).publish();
  await writeCollected(workplace.path('up'), odd);
  const root = `--root @up/${odd.gun}/tuf/root.json --root-sha256 ${sha256(odd.firstRoot)}`;
  await workplace.succeed(`repo add odd --dialect notary --gun ${odd.gun} --upstream up ${root}`);
  await workplace.succeed('import odd');
  for (const client of ['notary', 'docker']) {
    const { code, what } = await workplace.refused(`client-config ${client} --server https://m -o out`);
    assert.equal(code, 'USAGE_OPTION');
    assert.match(what, /No client has room for both/);
  }
  for (const id of ['app', 'odd']) await workplace.succeed(`client-config notary ${id} --server https://m -o ${id}`);
});

test('an authority’s private key is handed to nobody', async (t) => {
  const workplace = await place(t);
  await workplace.succeed('import app');
  await writeFile(workplace.path('ca.pem'), '-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n');
  const { code } = await workplace.refused('client-config notary --server https://m --ca ca.pem -o out');
  assert.equal(code, 'USAGE_FILE');
  await assert.rejects(stat(workplace.path('out')));
});

test('a root that a table has and the ledger did not issue for it is handed to nobody (S-10)', async (t) => {
  const workplace = await place(t);
  const other = new SimulatedCollection('registry.example.com/team/other').publish();
  await writeCollected(workplace.path('up'), other);
  const root = `--root @up/${other.gun}/tuf/root.json --root-sha256 ${sha256(other.firstRoot)}`;
  await workplace.succeed(`repo add other --dialect notary --gun ${other.gun} --upstream up ${root}`);
  await workplace.succeed('import app');
  await workplace.succeed('import other');
  const database = new Database(workplace.path('data', 'record.sqlite'));
  database.run('DROP TRIGGER issued_no_update');
  // A genuine root of the same name that is not ours; then one of ours, under another name, with the leaf that issued it.
  for (const exchanged of [
    "file_sha256 = (SELECT file_sha256 FROM import_file WHERE kind = 'root' AND repository = 'app' LIMIT 1)",
    "(file_sha256, entry) = (SELECT file_sha256, entry FROM issued WHERE role = 'root' AND repository = 'other')",
  ]) {
    database.run(`UPDATE issued SET ${exchanged} WHERE role = 'root' AND repository = 'app'`);
    for (const line of ['notary', 'docker app'])
      assert.equal((await workplace.refused(`client-config ${line} --server https://m`)).code, 'STATE_LEDGER');
  }
  database.close();
});
