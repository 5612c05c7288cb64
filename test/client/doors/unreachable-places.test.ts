/** Nobody there: what the refusal says, and what it does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { isRefusal } from '../../../src/errors.ts';
import { refusal } from '../../acquire/refusals.ts';
import { textAt } from './arrivals.ts';
import { placeAtBytes } from './requests.ts';

void test('a refused connection names the host and the reason', async (t) => {
  const { place } = await placeAtBytes(t, '', (socket) => socket.destroy());
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const closed = httpPlace(new URL(`http://127.0.0.1:${port}/`));
  const said = await refusal('SOURCE_UNREACHABLE', textAt(closed, ['x']));
  assert.equal(said.what, `127.0.0.1:${port} cannot be reached: ECONNREFUSED.`);
  const blocked = await refusal('SOURCE_UNREACHABLE', textAt(httpPlace(new URL('http://127.0.0.1:9/')), ['x']));
  assert.equal(blocked.what, '127.0.0.1:9 cannot be reached: bad port.');
  const dropped = await refusal('SOURCE_UNREACHABLE', textAt(place, ['x']));
  assert.match(dropped.what, /: (UND_ERR_SOCKET|ECONNRESET)\.$/);
});

void test('whatever an embedder’s fetch throws means that nothing is known; its message is not repeated', async () => {
  const thrown: unknown[] = [
    Object.assign(new Error('password'), { code: 'ENOTFOUND' }),
    new TypeError('password', { cause: Object.assign(new Error('password'), { code: 'CERT_HAS_EXPIRED' }) }),
    new AggregateError([Object.assign(new Error('password'), { code: 'ECONNREFUSED' })], 'password'),
    new RangeError('password'),
    'password',
  ];
  const reasons: unknown[] = [];
  for (const error of thrown) {
    const throwing = () => raise(error);
    for (const fetch of [throwing, () => Promise.resolve().then(throwing)]) {
      const place = httpPlace(new URL('http://mirror.example/'), { fetch });
      const said = await refusal('SOURCE_UNREACHABLE', textAt(place, ['x']));
      assert.doesNotMatch(said.message, /password/);
      reasons.push(said.details['reason']);
    }
  }
  const expected = ['ENOTFOUND', 'CERT_HAS_EXPIRED', 'ECONNREFUSED', 'RangeError', 'no reason was given'];
  assert.deepEqual(
    reasons,
    expected.flatMap((reason) => [reason, reason]),
  );
});

void test('H-02: a base with credentials, a query or another scheme is refused, and not repeated', () => {
  for (const base of ['http://u:password@h/', 'https://h/?password', 'https://h/#password', 'file:///password']) {
    assert.throws(
      () => httpPlace(new URL(base)),
      (error) => isRefusal(error, 'USAGE_OPTION') && !error.message.includes('password'),
    );
  }
  assert.equal(httpPlace(new URL('https://h/repo')).description, 'https://h/repo/');
});

function raise(error: unknown): never {
  throw error;
}
