/** A mirror that lets only some read: the guard says that it has no token, and reads with one that its embedder shows. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { Readers } from '../../../src/serve/readers.ts';
import { serveOnLoopback } from '../../replay/loopback.ts';
import { pull, RULES, tokenFor } from '../../serve/collections/tokens.ts';
import { REALM } from '../../serve/logged.ts';
import { APP, SERVED } from '../../simulator/collection-mirror.ts';
import { type GuardedCollection, guardedCollection } from '../../simulator/guarded-collection.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import { refusedUntouched } from '../evidence/untouched.ts';

/** The pin of the same mirror behind a listener that asks for tokens. */
async function pinOf(t: TestContext, guarded: GuardedCollection): Promise<Pin> {
  const { mirror } = guarded.site;
  const readers = new Readers(REALM, RULES, guarded.clock);
  const loopback = await serveOnLoopback(mirror, { data: mirror.dataDirectory }, readers);
  t.after(() => loopback.stop());
  const base = new URL('/', loopback.url(APP));
  return guarded.pin({ location: { base, metadata: undefined, targets: undefined } });
}

test('the guard says that a token is needed and that it has none, and keeps what it knew', async (t) => {
  const guarded = await guardedCollection(t);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  const pin = await pinOf(t, guarded);
  const { what, next } = await refusedUntouched('SOURCE_STATUS', store, () => guarded.guard({ store, pin }).find('v1'));
  assert.match(what, /timestamp\.json is for readers with a token only \(status 401\)\.$/);
  assert.match(next, /^A guard asks for no token: let a proxy on the way add one/);
});

test('a fetch that shows a token is all that it takes', async (t) => {
  const guarded = await guardedCollection(t);
  const pin = await pinOf(t, guarded);
  const authorization = `Bearer ${tokenFor([pull(SERVED)])}`;
  const withToken: typeof fetch = (address, options) => {
    const headers = new Headers(options?.headers);
    headers.set('authorization', authorization);
    return fetch(address, { ...options, headers });
  };
  const { verdict } = await guarded.guard({ pin, fetch: withToken }).find('v1');
  assert.equal(verdict.sha256, '11'.repeat(32));
});
