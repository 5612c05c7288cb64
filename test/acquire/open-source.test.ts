/** What the operator types becomes a source, or is refused without repeating a password. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openSource } from '../../src/acquire/open.ts';
import type { Source } from '../../src/acquire/source.ts';
import { TIMESTAMP } from '../../src/tuf/names.ts';
import { directory } from './directories.ts';
import { ManualClock } from './manual-clock.ts';
import { refusal } from './refusals.ts';
import { serveFiles } from './servers.ts';

async function open(t: TestContext, location: string): Promise<Source> {
  const source = await openSource(location, { clock: new ManualClock() });
  t.after(() => source.close());
  return source;
}

void test('A1: a path, a file: address and an http: address lead to the same files', async (t) => {
  const base = await directory(t, { 'metadata/timestamp.json': '{}' });
  const server = await serveFiles(t, { '/metadata/timestamp.json': '{}' });
  for (const location of [
    base,
    `${base}/`,
    pathToFileURL(base).href,
    server.url.href,
    server.url.href.replace('http', 'HTTP'),
  ]) {
    const source = await open(t, location);
    assert.equal((await source.metadata({ role: TIMESTAMP }, 10)).length, 2, location);
  }
});

void test('H-02: credentials, queries and fragments in an address are refused and not repeated', async (t) => {
  for (const rest of ['user:hunter2@127.0.0.1/', 'user@127.0.0.1/', '127.0.0.1/?token=hunter2', '127.0.0.1/#hunter2']) {
    const said = await refusal('USAGE_OPTION', open(t, `https://${rest}`));
    assert.match(said.what, /127\.0\.0\.1/);
    assert.doesNotMatch(JSON.stringify([said.message, said.details]), /hunter2/);
  }
});

void test('other schemes and malformed addresses are refused', async (t) => {
  for (const location of [
    'ftp://127.0.0.1/',
    'https://',
    'http://[',
    'http://user:hunter2@a b/',
    'file://host/share',
    'file:///a%2Fb',
  ]) {
    const said = await refusal('USAGE_OPTION', open(t, location));
    assert.doesNotMatch(said.message, /hunter2/);
  }
});
