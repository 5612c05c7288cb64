/** What Notary’s watchers are told: whether clients of each collection would succeed, by names that are public anyway. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP, enrolCollection, importCollection, SERVED, siteOf } from './site.ts';

const PATH = '/_notary_server/health';
const DAY = 86_400_000;

void test('well is `{}`; what fails is named with the code that its clients run into, and TUF repositories are none of it', async (t) => {
  const { mirror, collection } = await siteOf(t);
  const other = await enrolCollection(mirror, 'other', collection, 'mirror.example/other');
  await importCollection(mirror, other, collection);
  await mirror.mirrorOf('one');
  for (const path of [PATH, `${PATH}?x=1`]) {
    const { status, headers, body } = await mirror.ask(path);
    assert.deepEqual([status, String(body).trim()], [200, '{}']);
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-store');
  }
  assert.equal((await mirror.ask(PATH, {}, 'HEAD')).body.length, 0);
  // Everything expires; one collection alone is renewed.
  await mirror.renew(other, 2 * DAY);
  const { status, body } = await mirror.ask(PATH);
  assert.deepEqual([status, JSON.parse(String(body))], [503, { [SERVED]: 'a client would fail: TRUST_EXPIRED' }]);
  await mirror.renew(APP);
  assert.equal(await mirror.status(PATH), 200);
});

void test('R-03: however many ask, it is judged twice a minute, and a judgement that runs is waited for', async (t) => {
  const { mirror } = await siteOf(t);
  let judged = 0;
  mirror.verifying = (_id, verify) => {
    judged += 1;
    return verify();
  };
  await Promise.all(Array.from({ length: 20 }, () => mirror.status(PATH)));
  mirror.clock.advance(29_000);
  await mirror.status(PATH);
  assert.equal(judged, 1);
  mirror.clock.advance(2000);
  await mirror.status(PATH);
  assert.equal(judged, 2);
});

void test('a judgement that breaks is a collection that fails, and nothing of why is told', async (t) => {
  const { mirror } = await siteOf(t);
  mirror.verifying = () => Promise.reject(new Error('a path of this machine'));
  const { status, body } = await mirror.ask(PATH);
  assert.deepEqual([status, JSON.parse(String(body))], [503, { [SERVED]: 'a client would fail: BUG' }]);
});

void test('other paths there are none', async (t) => {
  const { mirror } = await siteOf(t);
  for (const path of ['/_notary_server/', '/_notary_server/health/', '/_notary_server/metrics', '/_notary_server'])
    assert.equal(await mirror.status(path), 404, path);
});
