/** Redirects: within the origin a few are followed, out of it none. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { refusal } from './refusals.ts';
import { door, getText, type Listening, serve } from './servers.ts';

/** `/` redirects to `location`, `/there` has a file. */
async function redirecting(t: TestContext, location: string, status = 302): Promise<Listening> {
  return serve(t, (request, response) => {
    if (request.url === '/there') response.end('here');
    else response.writeHead(status, { location }).end('moved');
  });
}

void test('H-02: every kind of redirect within the origin is followed', async (t) => {
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await redirecting(t, '/there', status);
    assert.equal(await getText(await door(t), server.url), 'here');
    assert.deepEqual(server.asked, ['/', '/there']);
  }
});

void test('H-02: an absolute address of the same origin is followed, its fragment is not sent', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/there') response.end('here');
    else response.writeHead(302, { location: `http://${request.headers.host ?? ''}/there#part` }).end();
  });
  assert.equal(await getText(await door(t), server.url), 'here');
});

void test('H-02, H-03: another scheme, host or port is refused and never asked', async (t) => {
  const elsewhere = await serve(t, (_request, response) => response.end('secret'));
  const places = [
    elsewhere.url.href,
    `//127.0.0.1:${elsewhere.port}/`,
    `http://localhost:${elsewhere.port}/`,
    'https://127.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ];
  for (const location of places) {
    const server = await redirecting(t, location);
    const said = await refusal('SOURCE_REDIRECT', getText(await door(t), server.url));
    assert.match(said.what, /redirects to/, location);
  }
  assert.deepEqual(elsewhere.asked, []);
});

void test('H-02: another host name of the same machine is another origin', async (t) => {
  const server = await serve(t, (request, response) => {
    const port = request.headers.host?.split(':')[1] ?? '';
    response.writeHead(302, { location: `http://localhost:${port}/there` }).end();
  });
  await refusal('SOURCE_REDIRECT', getText(await door(t), server.url));
  assert.deepEqual(server.asked, ['/']);
});

void test('H-02: credentials in a redirect’s address are refused, not used and not repeated', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/there') response.end('here');
    else response.writeHead(302, { location: `http://user:hunter2@${request.headers.host ?? ''}/there` }).end();
  });
  const said = await refusal('SOURCE_REDIRECT', getText(await door(t), server.url));
  assert.doesNotMatch(JSON.stringify([said.message, said.details]), /hunter2/);
});

void test('H-02: a redirect that names no address is refused', async (t) => {
  for (const locations of [[], ['http://['], ['/there', '/other']]) {
    const server = await serve(t, (_request, response) => {
      if (locations.length > 0) response.setHeader('location', locations);
      response.writeHead(302).end();
    });
    await refusal('SOURCE_REDIRECT', getText(await door(t), server.url));
  }
});

void test('H-02: five redirects are followed, a sixth is refused', async (t) => {
  const server = await serve(t, (request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end('here');
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  });
  const opened = await door(t);
  assert.equal(await getText(opened, new URL('/5', server.url)), 'here');
  await refusal('SOURCE_REDIRECT', getText(opened, new URL('/6', server.url)));
});

void test('R-01: the endless body of a redirect is not read', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/there') response.end('here');
    else response.writeHead(302, { location: '/there' }).write('x'.repeat(100_000));
  });
  assert.equal(await getText(await door(t), server.url), 'here');
});

void test('H-02: credentials in the address asked for are refused and not repeated', async (t) => {
  const said = await refusal('USAGE_OPTION', getText(await door(t), new URL('https://good:hunter2@evil.example/')));
  assert.match(said.what, /evil\.example/);
  assert.doesNotMatch(JSON.stringify([said.message, said.details]), /hunter2/);
});
