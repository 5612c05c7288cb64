/** a guard is held up by no server, and remembers nothing of one that tried. Patience is short here. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Patience } from '../../../src/client/doors/patience.ts';
import type { Guard } from '../../../src/client/guard.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { flood } from '../doors/requests.ts';
import { type Answer, copyOf } from './plain-copy.ts';
import { refusedUnchanged, textOf } from './unchanged.ts';

const NEVER: Patience = { headersMs: 600_000, idleMs: 600_000, minBytesPerSecond: 0, windowMs: 600_000 };
const FILES = ['2.root.json', 'timestamp.json', '2.snapshot.json', '2.targets.json'];

const upstream = new SimulatedUpstream().add('file', 'content').publish();
const copy = await copyOf({ after }, upstream);

function impatient(store: Store, patience: Partial<Patience>): Guard {
  return copy.guard({ store, openPlace: (url) => httpPlace(url, { patience: { ...NEVER, ...patience } }) });
}

const store = memoryStore();
await copy.guard({ store }).refresh();
upstream.add('file', 'newer').publish('targets');

const endless: Answer = (_request, response) => {
  flood(
    (text) => response.write(text),
    (more) => void response.once('drain', more),
  );
};

const silent: Answer = () => undefined;

const dripping: Answer = (_request, response) => {
  const timer = setInterval(() => response.write(' '), 2);
  response.once('close', () => clearInterval(timer));
  response.write('{');
};

const stuck: Answer = (_request, response) => void response.write('{');

for (const file of FILES) {
  test(`R-01 ${file}: endless, silent, stuck or dripping, it is refused, and nothing is kept`, async () => {
    copy.restore().answer(`metadata/${file}`, endless);
    await refusedUnchanged('SOURCE_TOO_LARGE', store, () => impatient(store, {}).refresh());
    copy.answer(`metadata/${file}`, silent);
    await refusedUnchanged('SOURCE_SLOW', store, () => impatient(store, { headersMs: 150 }).refresh());
    copy.answer(`metadata/${file}`, stuck);
    await refusedUnchanged('SOURCE_SLOW', store, () => impatient(store, { idleMs: 150 }).refresh());
    copy.answer(`metadata/${file}`, dripping);
    const pace = { minBytesPerSecond: 100_000, windowMs: 150 };
    const refusal = await refusedUnchanged('SOURCE_SLOW', store, () => impatient(store, pace).refresh());
    assert.match(refusal.what, /below the minimum of 100000/);
    copy.restore();
  });
}

test('R-01 a target that never ends, or drips, is refused, and not kept: the next attempt gets it whole', async () => {
  const guard = impatient(store, { idleMs: 150 });
  const { verdict } = await guard.find('file');
  const path = `targets/${String(verdict.sha256)}.file`;
  const before = Buffer.from((await store.state())?.bytes ?? []).toString();
  copy.answer(path, endless);
  await rejected('SOURCE_TOO_LARGE', guard.get('file'));
  copy.answer(path, stuck);
  await rejected('SOURCE_SLOW', guard.get('file'));
  assert.equal(Buffer.from((await store.state())?.bytes ?? []).toString(), before);
  copy.restore();
  assert.equal(await textOf(guard, 'file'), 'newer');
});
