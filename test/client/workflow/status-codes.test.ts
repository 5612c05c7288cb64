/**
 * H-01 at pinned level: 404 for the next root, of the mirror and of upstream, is the only answer but a file that has a
 * meaning. Whatever else a server, a proxy or a portal says ends the operation, and nothing of it is kept.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Code } from '../../../src/errors.ts';
import { type Paths, guardBehind } from './behind.ts';

const behind = await guardBehind({ after });
const { guarded, guard, paths } = behind;

/** What it is called that there is no such file, and that a file is not the one that is meant. */
const CODES: Readonly<Record<keyof Paths, readonly [absent: Code | undefined, other: Code]>> = {
  'next root': [undefined, 'TRUST_JSON'],
  timestamp: ['SOURCE_NOT_FOUND', 'TRUST_JSON'],
  snapshot: ['SOURCE_NOT_FOUND', 'TRUST_TORN'],
  'next root of upstream': [undefined, 'TRUST_JSON'],
  'timestamp of upstream': ['TRUST_EVIDENCE', 'TRUST_EVIDENCE'],
  'snapshot of upstream': ['TRUST_EVIDENCE', 'TRUST_EVIDENCE'],
  targets: ['SOURCE_NOT_FOUND', 'TRUST_TORN'],
  role: ['SOURCE_NOT_FOUND', 'TRUST_ROLE_MISMATCH'],
};
const HTML = '<!doctype html><title>Sign in</title>';

for (const [file, [absent, other]] of Object.entries(CODES) as [keyof Paths, (typeof CODES)[keyof Paths]][]) {
  test(`H-01 ${file}: a status without a meaning is an error`, async () => {
    // A timestamp is asked for with the digest that is at hand: there 304 has a meaning, see below.
    for (const status of [...(file === 'timestamp' ? [] : [304]), 204, 403, 410, 429, 500, 503]) {
      const refusal = await behind.refused('SOURCE_STATUS', file, status);
      assert.equal(refusal.details['status'], status);
    }
  });

  test(`H-02 ${file}: a redirect is followed nowhere, not even to the file itself`, async () => {
    for (const status of [301, 302, 308]) {
      const headers = { location: new URL(paths[file], guarded.url).href };
      await behind.refused('SOURCE_REDIRECT', file, () => new Response(null, { status, headers }));
    }
  });

  test(`H-06 ${file}: a success that is a page, or empty, is no file`, async () => {
    const page = { headers: { 'content-type': 'text/html' } };
    await behind.refused(other, file, () => new Response(HTML, page));
    await behind.refused(other, file, new Uint8Array());
  });

  if (absent === undefined) continue;
  test(`H-01 ${file}: what must be there and is not is an error, too`, async () => {
    await behind.refused(absent, file, 404);
  });
}

test('H-01 a mirror that says 304 to a guard with a memory says that nothing is new: it stays where it is, within its expiry', async () => {
  guarded.restore().answer(paths.timestamp, 304);
  const before = await behind.store.state();
  const standing = await guard.refresh();
  assert.equal(standing.upstream?.snapshot, 1);
  assert.equal(
    Buffer.compare((await behind.store.state())?.bytes ?? new Uint8Array(), before?.bytes ?? new Uint8Array()),
    0,
  );
});

test('H-01 404 for the next root ends the walk, and the new state is reached', async () => {
  guarded.restore().answer(paths['next root'], 404).answer(paths['next root of upstream'], 404);
  assert.equal((await guard.refresh({ everyRole: true })).upstream?.snapshot, 2);
});
