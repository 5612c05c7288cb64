/** What each status means to a guard: two of them say something about a file, the others say nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { refusal } from '../../acquire/refusals.ts';
import { flood, placeAt, placeAtBytes } from './requests.ts';
import { sha256, textAt } from './arrivals.ts';

const DIGEST = sha256('ab'.repeat(32));

void test('H-01: 404 means absent; 403 only where that was said beforehand', async (t) => {
  const { place } = await placeAt(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end('sorry');
  });
  assert.equal((await refusal('SOURCE_NOT_FOUND', textAt(place, ['404']))).details['status'], 404);
  await refusal('SOURCE_NOT_FOUND', textAt(place, ['403'], { forbiddenMeansAbsent: true }));
  await refusal('SOURCE_STATUS', textAt(place, ['403']));
  await refusal('SOURCE_STATUS', textAt(place, ['403'], { forbiddenMeansAbsent: false }));
});

void test('H-01: every other status says nothing about the file, 410 and success without a file included', async (t) => {
  const { place } = await placeAt(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end();
  });
  for (const status of [201, 204, 206, 400, 401, 410, 416, 429, 451, 500, 502, 503, 504]) {
    const said = await refusal('SOURCE_STATUS', textAt(place, [String(status)], { forbiddenMeansAbsent: true }));
    assert.equal(said.details['status'], status);
  }
  // The runtime’s fetch takes this one for the word of a proxy, and hides it.
  await refusal('SOURCE_UNREACHABLE', textAt(place, ['407']));
});

void test('“unchanged” is asked for by digest, and believed only when it was asked for', async (t) => {
  const asked: unknown[] = [];
  const { place } = await placeAt(t, (request, response) => {
    asked.push(request.headers['if-none-match']);
    response.writeHead(request.url === '/new' ? 200 : 304).end();
  });
  assert.equal(await textAt(place, ['same'], { unless: DIGEST }), 'unchanged');
  assert.equal(await textAt(place, ['new'], { unless: DIGEST }), '');
  await refusal('SOURCE_STATUS', textAt(place, ['same']));
  assert.deepEqual(asked, [`"${DIGEST}"`, `"${DIGEST}"`, undefined]);
});

void test('H-02: no redirect is followed, not even to the same server', async (t) => {
  const { place, asked } = await placeAt(t, (request, response) => {
    if (request.url === '/elsewhere') response.end('found');
    else response.writeHead(Number(request.url?.slice(1)), { location: '/elsewhere' }).end();
  });
  for (const status of [300, 301, 302, 303, 305, 307, 308]) {
    await refusal('SOURCE_REDIRECT', textAt(place, [String(status)], { unless: DIGEST }));
  }
  assert.ok(!asked.includes('/elsewhere'));
});

void test('H-02: an embedder’s fetch that follows redirects all the same is noticed', async (t) => {
  const other = await placeAt(t, (_request, response) => response.end('elsewhere'));
  const { url } = await placeAt(t, (request, response) => {
    if (request.url === '/here') response.end('here');
    else response.writeHead(302, { location: request.url === '/near' ? '/here' : other.url.href }).end();
  });
  const place = httpPlace(url, { fetch: (input, init) => fetch(input, { ...init, redirect: 'follow' }) });
  assert.equal(await textAt(place, ['here']), 'here');
  await refusal('SOURCE_REDIRECT', textAt(place, ['near']));
  assert.equal((await refusal('SOURCE_REDIRECT', textAt(place, ['far']))).details['to'], other.url.origin);
  const elsewhere = httpPlace(url, { fetch: () => fetch(other.url) });
  await refusal('SOURCE_REDIRECT', textAt(elsewhere, ['here']));
});

void test('R-01: the body of a refusal is not read: an endless one is hung up on', async (t) => {
  for (const status of ['404 Not Found', '500 Oops', '302 Found', '200 OK\r\nContent-Encoding: br']) {
    const { place, closed } = await placeAtBytes(t, `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, (socket) => {
      flood(
        (text) => socket.write(text),
        (more) => socket.once('drain', more),
      );
    });
    await assert.rejects(textAt(place, ['x']), { name: 'Refusal' });
    await closed;
  }
});
