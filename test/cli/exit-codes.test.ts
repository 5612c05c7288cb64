/** The number alone says who must act: each family has its own, and a script needs nothing else. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { DAY } from '../simulator/clock.ts';
import { Workplace } from './workplace.ts';

test('0: an import and everything around it', async (context) => {
  const workplace = await Workplace.withTrial(context);
  for (const line of [
    'import sample',
    'imports',
    'imports sample',
    'diff sample',
    'repo list',
    'repo show sample',
    'status',
    'renew',
    'renew sample --force',
    'fsck',
    'keys list',
    'keys rotate sample',
    'config validate',
    'config explain',
  ]) {
    await workplace.succeed(line);
  }
});

test('1: the answer is no', async (context) => {
  const workplace = await Workplace.withTrial(context);
  assert.equal((await workplace.type('status')).exitCode, 1, 'nothing is published');
  await workplace.succeed('import sample');
  await workplace.succeed('status');
  workplace.clock.step(2 * DAY);
  const late = await workplace.type('status --json');
  assert.equal(late.exitCode, 1, 'the timestamp has expired');
  assert.equal(late.json['ok'], false);
});

test('1: something is not as it was recorded', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  await workplace.succeed('fsck');
  const blobs = workplace.path('data', 'blobs', 'sha256');
  const [folder = ''] = await readdir(blobs);
  const [blob = ''] = await readdir(join(blobs, folder));
  await truncate(join(blobs, folder, blob), 3);
  const damaged = await workplace.type('fsck --json');
  assert.equal(damaged.exitCode, 1);
  assert.match(damaged.err, new RegExp(`STATE_DAMAGED.*${blob}`));
});

test('2: whoever typed it', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  for (const [line, code] of [
    ['import', 'USAGE_OPTION'],
    ['import sample --colour red', 'USAGE_OPTION'],
    ['import sample more', 'USAGE_OPTION'],
    ['repo add other --upstream up --root @absent.json', 'USAGE_FILE'],
    ['repo add other --upstream up --root @up/metadata/1.root.json --root-sha256 nonsense', 'USAGE_OPTION'],
    ['repo add v2 --upstream up --root x', 'USAGE_REPOSITORY_ID'],
    ['repo add x --upstream up --root x --max-upstream-age 0', 'USAGE_OPTION'],
    ['import other', 'USAGE_UNKNOWN_REPOSITORY'],
    ['diff sample 99', 'USAGE_UNKNOWN_IMPORT'],
    ['diff sample latest', 'USAGE_OPTION'],
    ['import sample --exclude-role targets', 'USAGE_REASON'],
    ['import sample --accept-equivocation targets --reason x', 'USAGE_OPTION'],
    ['import sample --from ftp://example.org/', 'USAGE_OPTION'],
    ['status --at yesterday', 'USAGE_OPTION'],
    ['fsck --adopt-restored', 'USAGE_REASON'],
    ['serve --listen nowhere', 'USAGE_OPTION'],
  ] as const) {
    const refusal = await workplace.refused(line);
    assert.deepEqual([refusal.exitCode, refusal.code], [2, code], line);
  }
});

test('3: the operator, in the configuration', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await writeFile(workplace.path('countersign.yaml'), 'listne: 127.0.0.1:1\n');
  const unknown = await workplace.refused('status');
  assert.deepEqual([unknown.exitCode, unknown.code], [3, 'CONFIG_UNKNOWN_KEY']);
  await writeFile(workplace.path('countersign.yaml'), 'admin_listen: 0.0.0.0:1\n');
  const plaintext = await workplace.refused('config validate');
  assert.deepEqual([plaintext.exitCode, plaintext.code], [3, 'CONFIG_PLAINTEXT']);
  await writeFile(workplace.path('countersign.yaml'), 'upstream: {ca: absent.pem}\n');
  assert.equal((await workplace.refused('config validate')).code, 'CONFIG_TLS');
});

test('4: the network or the courier', async (context) => {
  const workplace = await Workplace.withTrial(context);
  const closed = await workplace.refused(`import sample --from http://127.0.0.1:${String(await closedPort())}/`);
  assert.deepEqual([closed.exitCode, closed.code], [4, 'SOURCE_UNREACHABLE']);
  const absent = await workplace.refused('import sample --from nowhere');
  assert.deepEqual([absent.exitCode, absent.code], [4, 'SOURCE_UNREACHABLE']);
});

test('5: security: a web page instead of metadata, and another root than the confirmed one', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await mkdir(workplace.path('portal'));
  await writeFile(workplace.path('portal', 'timestamp.json'), '<!doctype html><title>Sign in</title>');
  const page = await workplace.refused('import sample --from portal');
  assert.deepEqual([page.exitCode, page.code], [5, 'TRUST_JSON']);
  const other = await workplace.refused(
    `repo add other --upstream up --root @up/metadata/1.root.json --root-sha256 ${'0'.repeat(64)}`,
  );
  assert.deepEqual([other.exitCode, other.code], [5, 'TRUST_ROOT_DIGEST']);
});

test('6: an administrator: upstream has been silent for too long', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  workplace.clock.step(130 * DAY);
  const silent = await workplace.refused('import sample');
  assert.deepEqual([silent.exitCode, silent.code], [6, 'POLICY_UPSTREAM_AGE']);
  const stopped = await workplace.type('renew sample --json');
  assert.equal(stopped.exitCode, 6, 'the dead-man stop');
  assert.match(stopped.err, /stopped, POLICY_UPSTREAM_AGE/);
});

test('7: the state of this machine', async (context) => {
  const workplace = await Workplace.open(context);
  const absent = await workplace.refused('status');
  assert.deepEqual([absent.exitCode, absent.code], [7, 'STATE_NOT_INITIALISED']);

  await workplace.succeed('init --root-online');
  const again = await workplace.refused('init');
  assert.deepEqual([again.exitCode, again.code], [7, 'STATE_ALREADY_INITIALISED']);

  await workplace.enrolSample();
  const lock = await takeLock(workplace.path('data', 'locks'), 'import-sample', systemClock, 0);
  const locked = await workplace.refused('import sample');
  lock.release();
  assert.deepEqual([locked.exitCode, locked.code], [7, 'STATE_LOCKED']);

  for (const name of ['data', 'data/keys', 'data/keys/online.secret']) {
    await chmod(workplace.path(name), name.endsWith('secret') ? 0o640 : 0o755);
    const wide = await workplace.refused('status');
    assert.deepEqual([wide.exitCode, wide.code], [7, 'STATE_PERMISSIONS'], name);
    await chmod(workplace.path(name), name.endsWith('secret') ? 0o600 : 0o700);
  }
  await workplace.succeed('import sample');
});

test('70: a bug says that it is one, and whose', async (context) => {
  const workplace = await Workplace.withTrial(context);
  workplace.answers.push('anything');
  workplace.answers.shift = () => {
    throw new RangeError('the terminal fell over');
  };
  const line = 'repo add other --upstream up --root @up/metadata/1.root.json';
  const { exitCode, err, json } = await workplace.type(`${line} --json`);
  assert.equal(exitCode, 70);
  assert.match(err, /This is a bug in Countersign/);
  assert.match(err, /RangeError: the terminal fell over\n +at /);
  assert.deepEqual(json, { error: { code: 'BUG', family: 'bug', what: 'This is a bug in Countersign.' } });
  assert.ok(!JSON.stringify(json).includes('fell over'), 'standard output carries no stack');
});

/** A port at which nobody listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
