/** A Notary server behind a proxy and a private authority: everything holds, and every secret stays where it belongs. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { openServerCollection } from '../../../src/acquire/notary/server.ts';
import { ROOT } from '../../../src/tuf/names.ts';
import { newAuthority } from '../certificates.ts';
import { directory } from '../directories.ts';
import { ManualClock } from '../manual-clock.ts';
import { serveProxy } from '../proxies.ts';
import { refusal } from '../refusals.ts';
import { serveTls } from '../servers.ts';
import { answering, type Asked, file, GUN, guarded, refuse, textOf } from './trust-servers.ts';

const ours = newAuthority('Our authority');

void test('H-03, H-04: tokens and files come through the tunnel; the proxy sees no credentials but its own', async (t) => {
  const proxy = await serveProxy(t, { accepts: `Basic ${Buffer.from('site:proxy-password').toString('base64')}` });
  const asked: Asked[] = [];
  const { certificate: cert, key } = ours.issue('notary');
  const upstream = await serveTls(t, { cert, key }, (request, response) => {
    const answers = {
      ...guarded(new URL('token', upstream.url).href, { [file('root.json')]: 'R', [file('2.root.json')]: broken }),
      '/token?': '{"token":"secret-token"}',
    };
    answering(answers, asked)(request, response);
  });
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const source = await openServerCollection(upstream.url, GUN, {
    clock: new ManualClock(),
    proxy: `http://site:proxy-password@127.0.0.1:${String(proxy.port)}`,
    authorityFiles: [join(files, 'ca.pem')],
    credentials: { user: 'courier', password: 'hunter2' },
  });
  t.after(() => source.close());
  assert.equal(textOf(await source.current(ROOT, 10)), 'R');
  assert.ok(proxy.asked.length > 0 && proxy.asked.every((line) => line === `CONNECT ${upstream.url.host}`));
  assert.ok(asked.every(({ headers }) => headers['proxy-authorization'] === undefined));
  assert.deepEqual(
    asked.map(({ headers }) => headers.authorization?.split(' ')[0]),
    [undefined, 'Basic', 'Bearer'],
  );

  // Not even with its causes does a refusal tell a secret.
  const said = await refusal('SOURCE_STATUS', source.byVersion(ROOT, 2, 10));
  await source.close();
  assert.doesNotMatch(inspect(said, { depth: 9 }), /hunter2|secret-token|proxy-password|Basic |Bearer /);
});

function broken(_request: unknown, response: Parameters<typeof refuse>[0]): void {
  refuse(response, 500);
}

void test('H-04: an impostor of another authority is refused before anything is said to it', async (t) => {
  const { certificate: cert, key } = newAuthority('Another authority').issue('notary');
  const impostor = await serveTls(t, { cert, key }, answering({}));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const options = { clock: new ManualClock(), authorityFiles: [join(files, 'ca.pem')] };
  const source = await openServerCollection(impostor.url, GUN, options);
  t.after(() => source.close());
  assert.match(
    (await refusal('SOURCE_UNREACHABLE', source.current(ROOT, 10))).what,
    /not from the configured authority/,
  );
  assert.deepEqual(impostor.asked, []);
  await refusal('CONFIG_TLS', openServerCollection(impostor.url, GUN, { ...options, authorityFiles: ['none.pem'] }));
});
