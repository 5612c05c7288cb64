/** Through a proxy everything holds that holds without one, and its password stays with it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { newAuthority } from './certificates.ts';
import { directory } from './directories.ts';
import { serveProxy } from './proxies.ts';
import { refusal } from './refusals.ts';
import { door, getText, serve, serveRaw, serveTls } from './servers.ts';

const ours = newAuthority('Our authority');
const theirs = newAuthority('Another authority');
const PASSWORD = 'hunter2 & more';
const BASIC = `Basic ${Buffer.from(`site:${PASSWORD}`).toString('base64')}`;

function withCredentials(port: number, password = PASSWORD): string {
  return `http://site:${encodeURIComponent(password)}@127.0.0.1:${port}`;
}

void test('A7: https goes through a tunnel, http in absolute form', async (t) => {
  const proxy = await serveProxy(t);
  const site = ours.issue('site');
  const secure = await serveTls(t, { cert: site.certificate, key: site.key }, (_request, response) =>
    response.end('s'),
  );
  const plain = await serve(t, (_request, response) => response.end('p'));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const opened = await door(t, { proxy: `http://127.0.0.1:${proxy.port}`, authorityFiles: [join(files, 'ca.pem')] });
  assert.equal(await getText(opened, secure.url), 's');
  assert.equal(await getText(opened, new URL('/a/b', plain.url)), 'p');
  assert.deepEqual(proxy.asked, [`CONNECT ${secure.url.host}`, `GET ${plain.url.href}a/b`]);
});

void test('H-04: through the proxy, too, only the configured authority is believed', async (t) => {
  const proxy = await serveProxy(t);
  const impostor = theirs.issue('site');
  const tls = { cert: impostor.certificate, key: impostor.key };
  const server = await serveTls(t, tls, (_request, response) => response.end('no'));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const opened = await door(t, { proxy: `http://127.0.0.1:${proxy.port}`, authorityFiles: [join(files, 'ca.pem')] });
  const said = await refusal('SOURCE_UNREACHABLE', getText(opened, server.url));
  assert.match(said.what, /through the proxy .*certificate is not from the configured authority/);
  assert.deepEqual(server.asked, []);
});

void test('H-04: through the proxy, a certificate for another name is refused', async (t) => {
  const proxy = await serveProxy(t);
  const elsewhere = ours.issue('elsewhere', 'elsewhere.example');
  const tls = { cert: elsewhere.certificate, key: elsewhere.key };
  const server = await serveTls(t, tls, (_request, response) => response.end('no'));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const opened = await door(t, { proxy: `http://127.0.0.1:${proxy.port}`, authorityFiles: [join(files, 'ca.pem')] });
  await refusal('SOURCE_UNREACHABLE', getText(opened, server.url));
  assert.deepEqual(server.asked, []);
});

void test('H-04: an https proxy must be from the configured authority itself', async (t) => {
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const site = ours.issue('site');
  const server = await serveTls(t, { cert: site.certificate, key: site.key }, (_request, response) =>
    response.end('s'),
  );
  for (const [authority, isBelieved] of [
    [ours, true],
    [theirs, false],
  ] as const) {
    const proxy = await serveProxy(t, { tls: authority.issue('proxy') });
    const opened = await door(t, { proxy: `https://127.0.0.1:${proxy.port}`, authorityFiles: [join(files, 'ca.pem')] });
    if (isBelieved) assert.equal(await getText(opened, server.url), 's');
    else await refusal('SOURCE_UNREACHABLE', getText(opened, server.url));
    assert.equal(proxy.asked.length, isBelieved ? 1 : 0);
  }
});

void test('H-03: the proxy’s credentials reach the proxy and nobody else', async (t) => {
  const proxy = await serveProxy(t, { accepts: BASIC });
  const heard: string[] = [];
  const plain = await serve(t, (request, response) => {
    heard.push(JSON.stringify(request.rawHeaders));
    response.end('p');
  });
  const site = ours.issue('site');
  const secure = await serveTls(t, { cert: site.certificate, key: site.key }, (request, response) => {
    heard.push(JSON.stringify(request.rawHeaders));
    response.end('s');
  });
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const opened = await door(t, { proxy: withCredentials(proxy.port), authorityFiles: [join(files, 'ca.pem')] });
  assert.equal(await getText(opened, plain.url), 'p');
  assert.equal(await getText(opened, secure.url), 's');
  assert.deepEqual(proxy.credentials, [BASIC, BASIC]);
  assert.equal(heard.length, 2);
  for (const headers of heard) assert.doesNotMatch(headers, /authorization|Basic/i);
});

void test('H-03: wrong credentials are named as the proxy’s refusal, and are not printed', async (t) => {
  const proxy = await serveProxy(t, { accepts: BASIC });
  const server = await serve(t, (_request, response) => response.end('no'));
  const opened = await door(t, { proxy: withCredentials(proxy.port, 'swordfish') });
  for (const url of [server.url, new URL(`https://127.0.0.1:${server.port}/`)]) {
    const said = await refusal('SOURCE_UNREACHABLE', getText(opened, url));
    assert.match(said.what, /credentials \(status 407\)/);
    assert.match(said.what, new RegExp(`through the proxy 127\\.0\\.0\\.1:${proxy.port}`));
    const everything = inspect(said, { depth: 10, showHidden: true });
    assert.doesNotMatch(everything, /swordfish|c2l0ZTpzd29yZGZpc2g/);
  }
  assert.deepEqual(server.asked, []);
});

void test('H-03: a proxy address that cannot be used is refused without being repeated', async (t) => {
  const addresses = [
    '127.0.0.1:3128',
    'socks5://site:hunter2@127.0.0.1',
    'http://site:hunter2@proxy/path',
    'http://a%:b@c',
  ];
  for (const proxy of addresses) {
    const said = await refusal('CONFIG_INVALID', door(t, { proxy }));
    assert.doesNotMatch(inspect(said), /hunter2|127\.0\.0\.1/);
  }
});

void test('a proxy that is not there, or hangs up, is reported as unreachable', async (t) => {
  const server = await serve(t, (_request, response) => response.end('no'));
  const gone = await door(t, { proxy: 'http://127.0.0.1:1' });
  const hangsUp = await serveRaw(t, (socket) => {
    socket.once('data', () => socket.destroy());
  });
  const cut = await door(t, { proxy: `http://127.0.0.1:${hangsUp.port}` });
  for (const opened of [gone, cut]) {
    for (const url of [server.url, new URL(`https://127.0.0.1:${server.port}/`)]) {
      await refusal('SOURCE_UNREACHABLE', getText(opened, url));
    }
  }
});
