/** no file is read beyond its limit, whether a server announces its size or not. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { put } from '../../simulator/places.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { type Paths, guardBehind } from './behind.ts';
import { copyOf } from './plain-copy.ts';
import { refusedUnchanged, textOf } from './unchanged.ts';

const behind = await guardBehind({ after });
const { guarded } = behind;

const LIMITS = [
  ['next root', 512_000, 'TRUST_JSON'],
  ['timestamp', 16_384, 'TRUST_JSON'],
  ['next root of upstream', 512_000, 'TRUST_JSON'],
  ['timestamp of upstream', 16_384, 'TRUST_EVIDENCE'],
  ['snapshot of upstream', 16_000_000, 'TRUST_EVIDENCE'],
] as const;

for (const [file, limit, code] of LIMITS) {
  test(`R-01 ${file}: ${String(limit)} bytes are read, and judged by what they are; one more is refused unread`, async () => {
    const refusal = await behind.refused('SOURCE_TOO_LARGE', file, Buffer.alloc(limit + 1, ' '));
    assert.equal(refusal.details['limit'], limit);
    await behind.refused('SOURCE_TOO_LARGE', file, () => unannounced(limit + 1));
    await behind.refused(code, file, Buffer.alloc(limit, ' '));
  });
}

/** Without a Content-Length, so that only what arrives can be counted. */
function unannounced(bytes: number): Response {
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = Math.min(left, 65_536);
      if (chunk > 0) controller.enqueue(new Uint8Array(chunk).fill(0x20));
      if ((left -= chunk) === 0) controller.close();
    },
  });
  return new Response(body);
}

for (const [file, code] of [
  ['snapshot', 'TRUST_TORN'],
  ['targets', 'TRUST_TORN'],
  ['role', 'TRUST_ROLE_MISMATCH'],
] as const satisfies readonly (readonly [keyof Paths, string])[]) {
  test(`R-01, W-03 ${file}: a byte more than is listed is refused unread, a byte less before it is parsed`, async () => {
    await behind.refusedRewritten('SOURCE_TOO_LARGE', file, (text) => `${text} `);
    await behind.refusedRewritten(code, file, (text) => text.slice(0, -1));
    await behind.refusedRewritten(code, file, (text) => ' '.repeat(text.length));
  });
}

test('R-01 a target: a byte more than is signed is refused, and nothing of it is kept', async () => {
  const store = memoryStore();
  const guard = guarded.guard({ store });
  const { verdict } = await guard.find('file');
  const path = `targets/${String(verdict.sha256)}.file`;
  for (const answer of [Buffer.from('newer '), () => unannounced(6)]) {
    guarded.answer(path, answer);
    await rejected('SOURCE_TOO_LARGE', guard.get('file'));
    assert.ok(!Buffer.from((await store.state())?.bytes ?? []).includes(`"file"`));
  }
  guarded.restore();
  assert.equal(await textOf(guard, 'file'), 'newer');
});

test('R-01 after all these refusals the next refresh reaches the new state', () => behind.recovers());

test('R-01 where upstream lists no lengths, the limits of the roles hold, and can be raised where the guard is made', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.listsDigests = false;
  const copy = await copyOf(context, upstream.publish());
  const store = memoryStore();
  await copy.guard({ store }).refresh();
  for (const role of ['timestamp', 'snapshot', 'targets']) {
    upstream.alter(role, (signed) => void put(signed, ['x-padding'], 'x'.repeat(20_000)));
  }
  upstream.publish('targets');
  const limits = { timestampBytes: 25_000, snapshotBytes: 25_000, targetsBytes: 25_000 };
  for (const limit of ['timestampBytes', 'snapshotBytes', 'targetsBytes'] as const) {
    const guard = copy.guard({ store, limits: { ...limits, [limit]: 20_000 } });
    const refusal = await refusedUnchanged('SOURCE_TOO_LARGE', store, () => guard.refresh());
    assert.equal(refusal.details['limit'], 20_000);
    assert.match(refusal.next, /raise the limit/);
  }
  await copy.guard({ store, limits }).refresh();
});

test('R-03 a file is counted, not believed: an announced size beyond the limit is refused before any byte is read', async (context) => {
  const copy = await copyOf(context, new SimulatedUpstream());
  const store = memoryStore();
  copy.answer('metadata/2.root.json', (_request, response) => {
    response.writeHead(200, { 'content-length': String(2 ** 40) });
    response.flushHeaders();
  });
  await refusedUnchanged('SOURCE_TOO_LARGE', store, () => copy.guard({ store }).refresh());
});
