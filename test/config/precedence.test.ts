/** A flag before the environment, before the file, before the default; and every value knows where it came from. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { SETTINGS, keyName, variableName } from '../../src/config/keys.ts';
import { load } from './setup.ts';

const FLAG = { data: { flag: '--data', value: 'from-flag' } };
const VARIABLE = { COUNTERSIGN_DATA: 'from-variable' };
const FILE = '# ours\ndata: from-file\n';

for (const [given, value, origin] of [
  [{ yaml: FILE, environment: VARIABLE, flags: FLAG }, 'from-flag', /^--data$/],
  [{ yaml: FILE, environment: VARIABLE }, 'from-variable', /^COUNTERSIGN_DATA$/],
  [{ yaml: FILE, environment: { COUNTERSIGN_DATA: '' } }, 'from-file', /countersign\.yaml:2:1$/],
  [{}, 'data', /^default$/],
] as const) {
  test(`data is ${value}`, async (context) => {
    const { settings, effective, directory } = await load(context, given);
    assert.equal(settings.paths.data, join(directory, value));
    const explained = effective.find(({ key }) => key === 'data');
    assert.equal(explained?.value, value);
    assert.match(explained.origin, origin);
  });
}

test('without a file, a flag or a variable, everything is explained as a default', async (context) => {
  const { effective, settings, file } = await load(context, {});
  assert.equal(file, undefined);
  assert.deepEqual(
    effective.map(({ key }) => key),
    SETTINGS.map(({ path }) => keyName(path)),
  );
  assert.ok(effective.every(({ origin }) => origin === 'default'));
  assert.deepEqual(settings.lifetimes, { timestamp: 1, snapshot: 30, root: 365, collectionSnapshot: 400 });
  assert.equal(settings.maxClockJumpDays, 400);
  assert.deepEqual([settings.listen, settings.adminListen], ['127.0.0.1:8700', '127.0.0.1:8701']);
});

test('every setting can be given by a variable, and no two share one', () => {
  const names = SETTINGS.map(({ path }) => variableName(path));
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes('COUNTERSIGN_LIMITS_MAX_CLOCK_JUMP'));
});

test('relative paths start where they are written', async (context) => {
  const yaml = 'keys: secrets\nupstream: {ca: [a.pem, /etc/b.pem]}\n';
  const { settings, directory } = await load(context, { yaml, environment: { COUNTERSIGN_BLOBS: 'elsewhere' } });
  assert.equal(settings.paths.keys, join(directory, 'secrets'));
  assert.equal(settings.paths.blobs, join(directory, 'elsewhere'));
  assert.deepEqual(settings.upstream.authorityFiles, [join(directory, 'a.pem'), '/etc/b.pem']);
});

test('a variable of a boolean is true or false; one of a list gives one entry', async (context) => {
  const environment = { COUNTERSIGN_ALLOW_PLAINTEXT: 'true', COUNTERSIGN_UPSTREAM_CA: '/etc/a.pem' };
  const { settings } = await load(context, { environment });
  assert.equal(settings.allowPlaintext, true);
  assert.deepEqual(settings.upstream.authorityFiles, ['/etc/a.pem']);
});

test('what Kubernetes sets for a service called countersign is left alone', async (context) => {
  const environment = {
    COUNTERSIGN_SERVICE_HOST: '10.0.0.1',
    COUNTERSIGN_SERVICE_PORT_HTTP: '8700',
    COUNTERSIGN_PORT: 'tcp://10.0.0.1:8700',
    COUNTERSIGN_PORT_8700_TCP_ADDR: '10.0.0.1',
  };
  await load(context, { environment });
});
