/** The server as a process: it renews before it answers, notices the command line, holds its lock, and ends cleanly. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { test, type TestContext } from 'node:test';
import { renewSampleUpstream } from '../../src/sample/upstream.ts';
import { Disk } from '../../src/platform/disk.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Child } from './children.ts';
import { DAY } from '../simulator/clock.ts';
import { Workplace } from './workplace.ts';

const ANYWHERE = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];

/** Children live in real time, so what was made for them must, too. */
async function trialOfToday(context: TestContext): Promise<Workplace> {
  const workplace = await Workplace.open(context);
  workplace.clock.step(systemClock.now().getTime() - workplace.clock.now().getTime());
  await workplace.succeed('init --root-online');
  await workplace.enrolSample();
  return workplace;
}

async function serving(
  context: TestContext,
  workplace: Workplace,
): Promise<{ child: Child; url: string; admin: string }> {
  const child = new Child(context, workplace.directory, ['serve', '--json', ...ANYWHERE]);
  const [, url = ''] = await child.says(/"public": "(http:[^"]+)"/);
  const [, admin = ''] = await child.says(/"admin": "(http:[^"]+)"/);
  return { child, url, admin };
}

test('a whole day of a server', async (context) => {
  const workplace = await trialOfToday(context);
  await workplace.succeed('import sample');
  const { child, url, admin } = await serving(context, workplace);

  assert.equal((await get(`${url}/sample/metadata/timestamp.json`)).status, 200);
  assert.equal((await get(`${url}/sample/metadata/2.root.json`)).status, 404);
  assert.match((await get(`${url}/sample/targets/welcome.txt`)).body, /^Welcome/);
  assert.equal((await get(`${admin}/readyz`)).status, 200);
  assert.equal((await get(`${url}/_notary_server/health`)).status, 200);
  const status = JSON.parse((await get(`${admin}/api/v1/status`)).body) as Record<string, unknown>;
  const typed = (await workplace.succeed('status --json')).json;
  assert.deepEqual(Object.keys(status), Object.keys(typed), 'the same document as the command line’s');
  assert.deepEqual(status['office'], typed['office']);

  // A second server would answer from the same record and renew it twice.
  const second = await new Child(context, workplace.directory, ['serve', ...ANYWHERE]).ended;
  assert.equal(second.exitCode, 7);
  assert.match(second.err, /^STATE_LOCKED: /);

  // What the command line imports is served without a restart.
  const upstream = {
    directory: workplace.path('up'),
    privateDirectory: workplace.path('up-private'),
    disk: new Disk(),
  };
  await renewSampleUpstream({ ...upstream, now: workplace.clock.now() });
  const { json } = await workplace.succeed('import sample --json');
  assert.equal(json['outcome'], 'published');
  await until(async () => (await get(`${url}/sample/timestamp.json`)).body.includes('"generation":2'));

  child.process.kill('SIGTERM');
  const { exitCode, err, out } = await child.ended;
  assert.equal(exitCode, 0, err);
  assert.match(err, /"msg":"stopping","signal":"SIGTERM"/);
  assert.doesNotMatch(err, /"level":"(error|warn)"/);
  assert.deepEqual(Object.keys(JSON.parse(out) as object), ['public', 'admin', 'repositories', 'rootKeyOnline']);
  await workplace.succeed('fsck');
});

test('after a long stop nothing expired is ever answered', async (context) => {
  const workplace = await Workplace.open(context);
  // The mirror was last alive ten days ago; its timestamp has expired since.
  workplace.clock.step(systemClock.now().getTime() - 10 * DAY - workplace.clock.now().getTime());
  await workplace.succeed('init --root-online');
  await workplace.enrolSample();
  await workplace.succeed('import sample');
  const { url } = await serving(context, workplace);
  const { signed } = JSON.parse((await get(`${url}/sample/timestamp.json`)).body) as { signed: { expires: string } };
  assert.ok(new Date(signed.expires) > systemClock.now());
});

test('an address that is taken ends the start with its reason, and leaves no lock', async (context) => {
  const workplace = await trialOfToday(context);
  const { child, admin } = await serving(context, workplace);
  const taken = admin.replace('http://', '');
  child.process.kill('SIGTERM');
  await child.ended;
  const holder = new Child(context, workplace.directory, ['serve', '--listen', taken, '--admin', '127.0.0.1:0']);
  await holder.says(/"msg":"serving"/);
  const other = await trialOfToday(context);
  const { exitCode, err } = await new Child(context, other.directory, ['serve', '--listen', taken]).ended;
  assert.equal(exitCode, 3);
  assert.match(err, /^CONFIG_LISTEN: --listen .* another process listens there/m);
});

test('a passphrase is in no argument and no variable of a running command (Y-02)', async (context) => {
  const workplace = await Workplace.open(context);
  const child = new Child(
    context,
    workplace.directory,
    ['keys', 'create-holder', 'alice', '--keys', 'alice', '--passphrase-fd', '3'],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const pipe = child.process.stdio[3];
  assert.ok(pipe && 'write' in pipe);
  pipe.write('correct horse battery\n');
  const seen = await Promise.all(
    ['cmdline', 'environ'].map((name) => readFile(`/proc/${String(child.process.pid)}/${name}`, 'latin1')),
  );
  pipe.end();
  const { exitCode, out, err } = await child.ended;
  assert.equal(exitCode, 0, err);
  for (const text of [...seen, out, err]) assert.doesNotMatch(text, /horse/);
});

test('with `readers` set, the server asks for tokens; a file of keys that is none stops it before it answers', async (context) => {
  const workplace = await trialOfToday(context);
  const readers = {
    realm: 'https://auth.example.com/token',
    service: 'mirror',
    issuer: 'auth',
    certificates: 'keys.pem',
  };
  await writeFile(workplace.path('countersign.yaml'), `readers: ${JSON.stringify(readers)}\n`);
  assert.equal((await workplace.refused('config validate')).code, 'CONFIG_INVALID');
  await writeFile(workplace.path('keys.pem'), 'no key\n');
  assert.equal((await workplace.refused('config validate')).code, 'CONFIG_INVALID');
  const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
  await writeFile(workplace.path('keys.pem'), key);
  await workplace.succeed('config validate');
  const { child, url } = await serving(context, workplace);
  assert.equal((await get(`${url}/v2/`)).status, 401);
  child.process.kill('SIGTERM');
  assert.equal((await child.ended).exitCode, 0);
  await writeFile(workplace.path('keys.pem'), 'no key\n');
  const unable = await new Child(context, workplace.directory, ['serve', ...ANYWHERE]).ended;
  assert.equal(unable.exitCode, 3);
});

test('a closed pipe ends a command quietly', async (context) => {
  const workplace = await Workplace.open(context);
  const child = new Child(context, workplace.directory, ['--help']);
  child.process.stdout?.destroy();
  const { exitCode, err } = await child.ended;
  assert.deepEqual([exitCode, err], [0, '']);
});

function get(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now().getTime() + 10_000;
  while (!(await isTrue())) {
    if (systemClock.now().getTime() > deadline) throw new Error('it did not become true within ten seconds');
    await new Promise<void>((resolve) => void systemClock.after(50, resolve));
  }
}
