/** trust.md 4.7: renew first, answer second. Until then the answer is “later”, and never a 404 that a client would believe. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { listen } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { PublicAnswers } from '../../src/serve/public.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import { askRaw, TestMirror } from './fixture.ts';

void test('everything is 503 with Retry-After until the server is ready, then at once it is not', async (t) => {
  const mirror = await TestMirror.open(t, {});
  const answers = new PublicAnswers({
    trees: mirror.trees,
    bodies: new RecordBodies(mirror.reader),
    blobs: mirror.blobs,
    counts: new RequestCounts(),
    log: openLog({ clock: systemClock, out: { write: () => undefined } }),
  });
  const options = { clock: systemClock, setting: '--listen', graceMs: 0 };
  const listener = await listen({ host: '127.0.0.1', port: 0 }, answers.answer, options);
  t.after(async () => listener.close());
  for (const path of ['/demo/timestamp.json', '/demo/2.root.json', '/']) {
    const { status, headers, body } = await askRaw(listener.address.port, path);
    assert.equal(`${String(status)} ${body.toString()}`, '503 {"code":"STARTING"}\n');
    assert.deepEqual([headers.get('retry-after'), headers.get('cache-control')], ['2', 'no-store']);
  }
  assert.equal(answers.isReady, false);
  answers.setReady();
  assert.equal((await askRaw(listener.address.port, '/demo/timestamp.json')).status, 200);
  assert.equal((await askRaw(listener.address.port, '/demo/2.root.json')).status, 404);
});
