/** The proxy’s password comes from a private file, and goes nowhere but into the proxy’s own address. */
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { upstreamOptions } from '../../src/config/settings.ts';
import { isRefusal } from '../../src/errors.ts';
import { load } from './setup.ts';

const YAML = 'upstream:\n  proxy: http://proxy:3128\n  proxy_credentials_file: credentials\n';

test('read, encoded, and refused when others can read it', async (context) => {
  const { settings, directory, effective } = await load(context, { yaml: YAML });
  const file = join(directory, 'credentials');
  await writeFile(file, 'me:p@ss:w/rd\n', { mode: 0o600 });
  const { proxy } = await upstreamOptions(settings);
  assert.equal(new URL(String(proxy)).host, 'proxy:3128');
  assert.equal(decodeURIComponent(new URL(String(proxy)).password), 'p@ss:w/rd');
  assert.doesNotMatch(JSON.stringify([settings, effective]), /p@ss/);
  await chmod(file, 0o640);
  await assert.rejects(upstreamOptions(settings), (error) => isRefusal(error, 'STATE_PERMISSIONS'));
  await writeFile(file, 'no colon');
  await chmod(file, 0o600);
  await assert.rejects(upstreamOptions(settings), (error) => isRefusal(error, 'CONFIG_INVALID'));
});
