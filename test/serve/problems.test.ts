/** RFC 9457 on the admin listener: every refusal by its family, and nothing of the inside. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Refusal } from '../../src/errors.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { listen } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { createAdmin } from '../../src/serve/admin/app.ts';
import { problemOf } from '../../src/serve/problems.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import { askRaw, type RawAnswer } from './fixture.ts';

/** An admin listener whose status throws. */
async function failing(t: TestContext, error: unknown): Promise<{ port: number; logged: string[] }> {
  const logged: string[] = [];
  const app = createAdmin({
    health: { readiness: () => Promise.resolve({ ready: true, reasons: [], repositories: [] }) },
    metrics: { page: () => Promise.resolve({ type: 'text/plain', text: '' }) },
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- anything can be thrown
    status: () => Promise.reject(error),
    ledger: (_request, response) => response.writeHead(404).end(),
    counts: new RequestCounts(),
    log: openLog({ clock: systemClock, out: { write: (line: string) => logged.push(line) } }),
  });
  const options = { clock: systemClock, setting: '--admin', graceMs: 0 };
  const listener = await listen({ host: '127.0.0.1', port: 0 }, app, options);
  t.after(async () => listener.close());
  return { port: listener.address.port, logged };
}

function problemIn({ headers, body }: RawAnswer): Record<string, unknown> {
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(headers.get('cache-control'), 'no-store');
  return JSON.parse(body.toString()) as Record<string, unknown>;
}

void test('a refusal says what, why and what next, with its code and its facts', async (t) => {
  const refusal = new Refusal('USAGE_UNKNOWN_REPOSITORY', 'There is no repository “x”.', {
    details: { repository: 'x', status: 200 },
  });
  const { port } = await failing(t, refusal);
  const answer = await askRaw(port, '/api/v1/status');
  assert.equal(answer.status, 404);
  assert.deepEqual(problemIn(answer), {
    repository: 'x',
    type: 'urn:countersign:problem:USAGE_UNKNOWN_REPOSITORY',
    title: refusal.why,
    status: 404,
    code: 'USAGE_UNKNOWN_REPOSITORY',
    detail: refusal.what,
    next: refusal.next,
  });
});

void test('a bug is a 500 that tells nothing but that; the log has the words', async (t) => {
  const { port, logged } = await failing(t, new TypeError('cannot read /secret/key'));
  const answer = await askRaw(port, '/api/v1/status');
  assert.equal(answer.status, 500);
  assert.equal(problemIn(answer)['code'], 'BUG');
  assert.doesNotMatch(answer.body.toString(), /secret|TypeError|at /);
  assert.match(logged.join(''), /secret/);
  for (const thrown of ['text', undefined, null, { message: 'secret' }]) {
    const other = await failing(t, thrown);
    assert.equal((await askRaw(other.port, '/api/v1/status')).status, 500);
  }
});

void test('what does not exist is 404, other methods are 405, both as problems', async (t) => {
  const { port } = await failing(t, undefined);
  for (const path of [
    '/',
    '/api',
    '/api/v1',
    '/api/v2/status',
    '/livez/',
    '/LIVEZ',
    '/demo/timestamp.json',
    '/%',
    '/../livez',
  ]) {
    const answer = await askRaw(port, path);
    assert.equal(answer.status, 404, path);
    assert.equal(problemIn(answer)['code'], 'NOT_FOUND', path);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await askRaw(port, '/livez', {}, method);
    assert.equal(answer.status, 405, method);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
    assert.equal(problemIn(answer)['code'], 'METHOD_NOT_ALLOWED');
  }
});

void test('the admin listener does not say what it is made of', async (t) => {
  const { port } = await failing(t, undefined);
  const { headers } = await askRaw(port, '/livez');
  assert.equal(headers.get('x-powered-by'), undefined);
  assert.equal(headers.get('server'), undefined);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

void test('every family has its status', () => {
  const statusOf = (code: ConstructorParameters<typeof Refusal>[0]): number => problemOf(new Refusal(code, 'x')).status;
  assert.deepEqual(
    [statusOf('USAGE_OPTION'), statusOf('CONFIG_INVALID'), statusOf('SOURCE_SLOW'), statusOf('TRUST_ROLLBACK')],
    [400, 500, 502, 422],
  );
  assert.deepEqual(
    [statusOf('POLICY_PIN'), statusOf('STATE_DAMAGED'), statusOf('STATE_LOCKED'), statusOf('STATE_CONFLICT')],
    [403, 500, 409, 409],
  );
});
