/** Passwords for Notary servers: each for its own server, from a file that nobody else can read. */
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCredentials } from '../../../src/acquire/notary/credentials.ts';
import { isRefusal } from '../../../src/errors.ts';
import { directory } from '../directories.ts';

test('each server finds its own line, and no other server’s', async (t) => {
  const file = join(await directory(t), 'credentials');
  const lines = ['# readers', '', 'notary.example.com me:p@ss: word', '10.0.0.7:4443  you:x'];
  await writeFile(file, lines.join('\n'), { mode: 0o600 });
  assert.deepEqual(await readCredentials(file, 'notary.example.com'), { user: 'me', password: 'p@ss: word' });
  assert.deepEqual(await readCredentials(file, '10.0.0.7:4443'), { user: 'you', password: 'x' });
  // The same host on another port is another server.
  assert.equal(await readCredentials(file, '10.0.0.7'), undefined);
  assert.equal(await readCredentials(file, 'example.com'), undefined);
});

test('a host is found however it is spelt, and two lines for it are refused', async (t) => {
  const file = join(await directory(t), 'credentials');
  for (const name of ['Notary.Example.com', 'notary.example.com:443']) {
    await writeFile(file, `${name} me:x`, { mode: 0o600 });
    assert.deepEqual(await readCredentials(file, 'notary.example.com'), { user: 'me', password: 'x' }, name);
  }
  await writeFile(file, 'notary.example.com me:x\nNOTARY.example.com you:y\n', { mode: 0o600 });
  await assert.rejects(readCredentials(file, 'notary.example.com'), (error) => {
    assert.ok(isRefusal(error, 'CONFIG_INVALID'));
    assert.match(error.what, /^Line 2 of /);
    return true;
  });
});

test('a line that is none is named by its number, and never repeated', async (t) => {
  const file = join(await directory(t), 'credentials');
  await writeFile(file, 'notary.example.com me:secret\nme:secret\n', { mode: 0o600 });
  await assert.rejects(readCredentials(file, 'notary.example.com'), (error) => {
    assert.ok(isRefusal(error, 'CONFIG_INVALID'));
    assert.match(error.what, /^Line 2 of /);
    assert.doesNotMatch(error.what, /secret/);
    return true;
  });
});

test('a file that others can read is refused', async (t) => {
  const file = join(await directory(t), 'credentials');
  await writeFile(file, 'notary.example.com me:secret\n');
  await chmod(file, 0o640);
  await assert.rejects(readCredentials(file, 'a'), (error) => isRefusal(error, 'STATE_PERMISSIONS'));
});
