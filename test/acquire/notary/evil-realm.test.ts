/** Servers that send us to others for a token: to collect passwords, certificates, or what only we can reach (H-02, H-03). */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { type TestContext, test } from 'node:test';
import { isPrivateWay, judgedRealm } from '../../../src/acquire/notary/realm.ts';
import { ROOT } from '../../../src/tuf/names.ts';
import { newAuthority } from '../certificates.ts';
import { directory } from '../directories.ts';
import { refusal } from '../refusals.ts';
import { type Listening, serve, serveTls } from '../servers.ts';
import { answering, type Asked, file, GUN, guarded, notary, textOf, trustServer } from './trust-servers.ts';

const CREDENTIALS = { user: 'courier', password: 'hunter2' };
const FILES = { [file('root.json')]: 'R' };

void test('H-03: a realm on another host gets no credentials, and is not even asked', async (t) => {
  const evil = await serve(t, (_request, response) => response.end('{"token":"abc"}'));
  for (const realm of [
    evil.url.href,
    `http://localhost:${String(evil.port)}/token`,
    `https://127.0.0.1:${String(evil.port)}/`,
  ]) {
    const server = await trustServer(t, guarded(realm, FILES));
    const source = (await notary(t, server.url, { credentials: CREDENTIALS })).collection(GUN);
    const said = await refusal('SOURCE_REDIRECT', source.current(ROOT, 10));
    assert.equal(said.details['to'], new URL(realm).origin);
    assert.doesNotMatch(JSON.stringify([said.message, said.details]), /hunter2/);
  }
  assert.deepEqual(evil.asked, []);
});

void test('H-03: a token server that the operator named gets them, by scheme, host and port', async (t) => {
  const tokens = await trustServer(t, { '/token?': '{"token":"abc"}' });
  const realm = new URL('token', tokens.url);
  const server = await trustServer(
    t,
    guarded(realm.href, FILES, (given) => given === 'Bearer abc'),
  );
  const named = (tokenServer: URL): ReturnType<typeof notary> =>
    notary(t, server.url, { credentials: CREDENTIALS, tokenServer });
  assert.equal(textOf(await (await named(tokens.url)).collection(GUN).current(ROOT, 10)), 'R');
  assert.match(tokens.requests[0]?.headers.authorization ?? '', /^Basic /);
  for (const other of [`http://localhost:${String(tokens.port)}/`, `http://127.0.0.1:${String(server.port)}/`]) {
    await refusal('SOURCE_REDIRECT', (await named(new URL(other))).collection(GUN).current(ROOT, 10));
  }
  assert.equal(tokens.asked.length, 1);
});

void test('H-02: plain http elsewhere is not asked for an anonymous token, either', async (t) => {
  const inside = await serve(t, (_request, response) => response.end('{"token":"abc"}'));
  for (const realm of [
    inside.url.href,
    'http://169.254.169.254/latest/meta-data/',
    `http://[::1]:${String(inside.port)}/`,
  ]) {
    const server = await trustServer(t, guarded(realm, FILES));
    const said = await refusal('SOURCE_REDIRECT', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
    assert.match(said.what, /unencrypted/);
  }
  assert.deepEqual(inside.asked, []);
});

void test('H-02: realms that are no address, or carry a name, are refused', async (t) => {
  for (const realm of [
    'token',
    '/token',
    'file:///etc/passwd',
    'javascript:1',
    'https://a:hunter2@auth.example.com/',
  ]) {
    const server = await trustServer(t, guarded(realm, FILES));
    const said = await refusal('SOURCE_REDIRECT', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
    assert.doesNotMatch(said.message, /hunter2/);
  }
});

void test('H-03: a realm that redirects is refused with the credentials, wherever it leads', async (t) => {
  const server = await trustServer(t, {
    ...guarded(() => new URL('token', server.url).href, FILES),
    '/token?': (_request, response) => response.writeHead(307, { location: '/there' }).end(),
    '/there': '{"token":"abc"}',
  });
  const source = (await notary(t, server.url, { credentials: CREDENTIALS })).collection(GUN);
  await refusal('SOURCE_REDIRECT', source.current(ROOT, 10));
  assert.ok(!server.asked.includes('/there'));
});

void test('H-03: credentials are for https or loopback, whoever asks', () => {
  const judge = (base: string, realm: string, hasProxy = false): string | undefined =>
    judgedRealm(realm, { base: new URL(base), tokenOrigin: 'http://named.example', hasCredentials: true, hasProxy })
      .host;
  assert.equal(judge('https://notary.example/', 'https://notary.example/token'), 'notary.example');
  assert.equal(judge('http://127.0.0.1:4443/', 'http://127.0.0.1:4443/token'), '127.0.0.1:4443');
  const refused: readonly (readonly [string, string, boolean?])[] = [
    ['http://notary.example/', 'http://notary.example/token'],
    ['https://notary.example/', 'http://notary.example/token'],
    ['https://notary.example/', 'http://named.example/token'],
    ['https://notary.example/', 'https://notary.example:444/token'],
    ['https://notary.example/', 'https://notary.example.evil.test/token'],
    ['https://notary.example/', 'https://example/token'],
    // Loopback, but asked through a proxy: its loopback, over a wire.
    ['http://127.0.0.1:4443/', 'http://127.0.0.1:4443/token', true],
  ];
  for (const words of refused) assert.throws(() => judge(...words), { code: 'SOURCE_REDIRECT' }, words.join(' '));
  const loopback = ['localhost', '127.0.0.1', '127.1.2.3', '[::1]'].map((host) => new URL(`http://${host}/`));
  assert.ok(loopback.every((url) => isPrivateWay(url, false)));
  const others = ['127.0.0.1.evil.test', 'localhost.evil.test', '[::2]', '10.0.0.1'].map(
    (host) => new URL(`http://${host}/`),
  );
  assert.ok(!others.some((url) => isPrivateWay(url, false)));
});

void test('H-03: a server without https is not opened with credentials', async (t) => {
  const said = await refusal(
    'CONFIG_INVALID',
    notary(t, new URL('http://notary.example/'), { credentials: CREDENTIALS }),
  );
  assert.doesNotMatch(said.message, /hunter2/);
});

/** Whether whoever connected showed a certificate. */
type Shown = boolean[];

async function demanding(
  t: TestContext,
  name: string,
  answer: Parameters<typeof answering>[0],
): Promise<{
  readonly listening: Listening;
  readonly shown: Shown;
  readonly asked: Asked[];
  readonly authority: string;
}> {
  const authority = newAuthority(name);
  const { certificate: cert, key } = authority.issue(`${name} server`);
  const [shown, asked]: [Shown, Asked[]] = [[], []];
  const listener = answering(answer, asked);
  const options = { cert, key, requestCert: true, rejectUnauthorized: false };
  const listening = await serveTls(t, options, (request, response) => {
    assert.ok(request.socket instanceof TLSSocket);
    shown.push('raw' in request.socket.getPeerCertificate());
    listener(request, response);
  });
  return { listening, shown, asked, authority: authority.certificate };
}

void test('H-03: the client certificate is shown to upstream, and to no token server elsewhere', async (t) => {
  const folder = await directory(t);
  const client = newAuthority('clients').issue('courier');
  const [certificateFile, keyFile] = [join(folder, 'client.crt'), join(folder, 'client.key')];
  await writeFile(certificateFile, client.certificate);
  await writeFile(keyFile, client.key);

  const tokens = await demanding(t, 'tokens', { '/token?': '{"token":"abc"}' });
  const upstream = await demanding(t, 'upstream', guarded(new URL('token', tokens.listening.url).href, FILES));
  await writeFile(join(folder, 'ca.pem'), tokens.authority + upstream.authority);
  const opened = await notary(t, upstream.listening.url, {
    authorityFiles: [join(folder, 'ca.pem')],
    clientCertificate: { certificateFile, keyFile },
  });
  assert.equal(textOf(await opened.collection(GUN).current(ROOT, 10)), 'R');
  assert.deepEqual(upstream.shown, [true, true]);
  assert.deepEqual(tokens.shown, [false]);
  assert.equal(tokens.asked[0]?.headers.authorization, undefined);
});

void test('H-04: a token server with a certificate of another authority is refused', async (t) => {
  const folder = await directory(t);
  const tokens = await demanding(t, 'tokens', { '/token?': '{"token":"abc"}' });
  const upstream = await demanding(t, 'upstream', guarded(new URL('token', tokens.listening.url).href, FILES));
  await writeFile(join(folder, 'ca.pem'), upstream.authority);
  const opened = await notary(t, upstream.listening.url, { authorityFiles: [join(folder, 'ca.pem')] });
  const said = await refusal('SOURCE_UNREACHABLE', opened.collection(GUN).current(ROOT, 10));
  assert.match(said.what, /not from the configured authority/);
  assert.equal(said.details['host'], tokens.listening.url.host);
  assert.deepEqual(tokens.asked, []);
});
