/** TLS: who is believed, who is shown our certificate, and what happens to material that cannot be used. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { type Authority, type Certified, newAuthority } from './certificates.ts';
import { directory } from './directories.ts';
import { refusal } from './refusals.ts';
import { door, getText, serve, serveTls } from './servers.ts';

let ours: Authority;
let theirs: Authority;
let site: Certified;
let impostor: Certified;

before(() => {
  ours = newAuthority('Our authority');
  theirs = newAuthority('Another authority');
  site = ours.issue('site');
  impostor = theirs.issue('site');
});

/** What an operator might set in a hurry; none of it may have an effect (H-04). */
before(() => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
});
after(() => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
});

function tlsOf(certified: Certified) {
  return { cert: certified.certificate, key: certified.key };
}

void test('H-04: a certificate from the configured authority is accepted, by address and by name', async (t) => {
  const server = await serveTls(t, tlsOf(site), (_request, response) => response.end('ok'));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const opened = await door(t, { authorityFiles: [join(files, 'ca.pem')] });
  assert.equal(await getText(opened, server.url), 'ok');
  assert.equal(await getText(opened, new URL(`https://localhost:${server.port}/`)), 'ok');
});

void test('H-04: any other authority is refused, whatever the environment says', async (t) => {
  const server = await serveTls(t, tlsOf(impostor), (_request, response) => response.end('no'));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const opened = await door(t, { authorityFiles: [join(files, 'ca.pem')] });
  const said = await refusal('SOURCE_UNREACHABLE', getText(opened, server.url));
  assert.match(said.what, /certificate is not from the configured authority/);
  assert.deepEqual(server.asked, []);
});

void test('H-04: without a private authority, a private certificate is refused', async (t) => {
  const server = await serveTls(t, tlsOf(site), (_request, response) => response.end('no'));
  const said = await refusal('SOURCE_UNREACHABLE', getText(await door(t), server.url));
  assert.match(said.what, /certificate is not from a public authority/);
});

void test('H-04: a certificate for another name is refused', async (t) => {
  const elsewhere = ours.issue('elsewhere', 'elsewhere.example');
  const server = await serveTls(t, tlsOf(elsewhere), (_request, response) => response.end('no'));
  const files = await directory(t, { 'ca.pem': ours.certificate });
  const said = await refusal(
    'SOURCE_UNREACHABLE',
    getText(await door(t, { authorityFiles: [join(files, 'ca.pem')] }), server.url),
  );
  assert.match(said.what, /certificate is for another name/);
});

void test('H-04: several authorities in one file and in several files are all believed', async (t) => {
  const files = await directory(t, {
    'one.pem': `The old one:\n${theirs.certificate}`,
    'two.pem': `${newAuthority('A third').certificate}${ours.certificate}`,
  });
  const opened = await door(t, { authorityFiles: [join(files, 'one.pem'), join(files, 'two.pem')] });
  for (const certified of [site, impostor]) {
    const server = await serveTls(t, tlsOf(certified), (_request, response) => response.end('ok'));
    assert.equal(await getText(opened, server.url), 'ok');
  }
});

void test('H-04: an authority file that is missing, empty, cut off or no PEM stops the program', async (t) => {
  const files = await directory(t, {
    empty: '',
    text: 'not a certificate',
    key: ours.key,
    cut: ours.certificate + theirs.certificate.slice(0, 200),
    garbage: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  });
  for (const name of ['missing', '.', 'empty', 'text', 'key', 'cut', 'garbage']) {
    const said = await refusal('CONFIG_TLS', door(t, { authorityFiles: [join(files, name)] }));
    assert.equal(said.details['file'], join(files, name));
    assert.doesNotMatch(said.message, /BEGIN|AAAA/);
  }
});

void test('H-03: a client certificate is shown to the upstream that asks for it', async (t) => {
  const ask = { ...tlsOf(site), ca: ours.certificate, requestCert: true, rejectUnauthorized: true };
  const server = await serveTls(t, ask, (request, response) => {
    assert.ok(request.socket instanceof TLSSocket);
    response.end(request.socket.getPeerCertificate().subject.CN);
  });
  const client = ours.issue('countersign at site');
  const files = await directory(t, {
    'ca.pem': ours.certificate,
    'client.pem': client.certificate,
    'client.key': client.key,
  });
  const authorityFiles = [join(files, 'ca.pem')];
  const clientCertificate = { certificateFile: join(files, 'client.pem'), keyFile: join(files, 'client.key') };
  assert.equal(await getText(await door(t, { authorityFiles, clientCertificate }), server.url), 'countersign at site');
  const said = await refusal('SOURCE_UNREACHABLE', getText(await door(t, { authorityFiles }), server.url));
  assert.match(said.what, /client certificate|before an answer|reset/);
});

void test('H-04: a client key that is unreadable or belongs to another certificate stops the program', async (t) => {
  const files = await directory(t, { 'client.pem': site.certificate, 'other.key': impostor.key, text: 'no key' });
  for (const name of ['missing', 'other.key', 'text']) {
    const clientCertificate = { certificateFile: join(files, 'client.pem'), keyFile: join(files, name) };
    const said = await refusal('CONFIG_TLS', door(t, { clientCertificate }));
    assert.equal(said.details['file'], join(files, name));
  }
});

void test('a server that does not speak TLS is named as such', async (t) => {
  const server = await serve(t, (_request, response) => response.end('plain'));
  const said = await refusal(
    'SOURCE_UNREACHABLE',
    getText(await door(t), new URL(`https://127.0.0.1:${server.port}/`)),
  );
  assert.match(said.what, /does not speak TLS/);
});
