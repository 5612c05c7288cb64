/** How Notary servers are asked: where passwords lie, and to which token server they may be shown. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { upstreamOptions } from '../../src/config/settings.ts';
import { isRefusal } from '../../src/errors.ts';
import { load } from './setup.ts';

test('the file is found beside the configuration, and the token server is an address', async (context) => {
  const yaml = 'notary:\n  credentials_file: readers\n  token_server: https://auth.example.com/token\n';
  const { settings, directory } = await load(context, { yaml });
  const { credentialsFile, tokenServer } = await upstreamOptions(settings);
  assert.equal(credentialsFile, join(directory, 'readers'));
  assert.equal(tokenServer?.href, 'https://auth.example.com/token');
});

test('a token server’s address holds no password, and none is repeated', async (context) => {
  const yaml = 'notary: {token_server: "https://me:hunter2@auth.example.com"}\n';
  await assert.rejects(load(context, { yaml }), (error) => {
    assert.ok(isRefusal(error) && error.family === 'config');
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  });
});
