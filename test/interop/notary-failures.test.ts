/**
 * What may happen to readers of a collection, row by row (7.3, 7.4): the unmodified client, recorded as it is; an import, as a
 * mirror behind this one makes it; and the guard. The rows are the page docs/clients/notary-clients.md, which
 * COUNTERSIGN_WRITE_TABLE=1 writes. Where a client refuses, its words are not ours to test.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ATTACKS, PAGE, page } from './notary/attacks/page.ts';
import { EvilMirror, HONEST } from './notary/evil-mirror.ts';
import { whyNoNotary } from './notary/server.ts';

const skip = whyNoNotary();

for (const { what, section, before, act, ...expected } of ATTACKS)
  test(`${section} ${what}`, { skip }, async (t) => {
    const mirror = await EvilMirror.start(t);
    await before?.(mirror);
    const honest = { stock: [HONEST, HONEST], import: HONEST, guard: [HONEST, HONEST, HONEST] };
    assert.deepEqual(await mirror.ask(), honest);
    await act(mirror);
    assert.deepEqual(await mirror.ask(), expected);
  });

test('the page says what these rows say', () => {
  if (process.env['COUNTERSIGN_WRITE_TABLE'] !== undefined) writeFileSync(PAGE, page());
  assert.equal(readFileSync(PAGE, 'utf8'), page(), 'COUNTERSIGN_WRITE_TABLE=1 npm run test:interop writes it');
});
