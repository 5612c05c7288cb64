/** H-01 at carried level, on real sockets: 404 and, of object stores that hide their listing, 403 end the walk of roots. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Code } from '../../../src/errors.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { type Answer, copyOf } from './plain-copy.ts';
import { refusedUnchanged } from './unchanged.ts';

const upstream = new SimulatedUpstream().publish();
const copy = await copyOf({ after }, upstream);
const store = memoryStore();
await copy.guard({ store }).refresh();
upstream.add('file', 'newer').publish('targets');

/** With this answer, for a guard that is one state behind and for a new one. */
async function refused(code: Code, file: string, answer: Answer): Promise<void> {
  copy.restore().answer(`metadata/${file}`, answer);
  const newcomer = memoryStore();
  await refusedUnchanged(code, newcomer, () => copy.guard({ store: newcomer }).refresh());
  await refusedUnchanged(code, store, () => copy.guard({ store }).refresh());
  copy.restore();
}

const FILES: readonly (readonly [string, Code | undefined, Code])[] = [
  ['2.root.json', undefined, 'TRUST_JSON'],
  // Where no layout has a timestamp, nothing is known: it must not read as “there is no next root”.
  ['timestamp.json', 'SOURCE_UNREACHABLE', 'TRUST_JSON'],
  ['2.snapshot.json', 'SOURCE_NOT_FOUND', 'TRUST_TORN'],
  ['2.targets.json', 'SOURCE_NOT_FOUND', 'TRUST_TORN'],
];

for (const [file, absent, other] of FILES) {
  test(`H-01 ${file}: a status without a meaning, a redirect, a page or nothing at all is an error`, async () => {
    const statuses = [204, 206, 410, 429, 500, 503, ...(absent === undefined ? [] : [403])];
    for (const status of statuses) await refused('SOURCE_STATUS', file, status);
    for (const status of [301, 302, 307, 308]) {
      await refused('SOURCE_REDIRECT', file, (_request, response) => {
        response.writeHead(status, { location: `/metadata/${file}?` }).end();
      });
    }
    await refused(other, file, '<!doctype html><title>Sign in</title>');
    await refused(other, file, '');
    if (absent !== undefined) await refused(absent, file, 404);
  });
}

test('H-01 a connection that is closed instead of answered is nothing known', async () => {
  for (const [file] of FILES) {
    await refused('SOURCE_UNREACHABLE', file, (request) => {
      request.socket.destroy();
    });
  }
});

test('H-01 404 and 403 for the next root both end the walk', async () => {
  for (const status of [404, 403]) {
    copy.restore().answer('metadata/2.root.json', status);
    assert.equal((await copy.guard().refresh()).upstream?.snapshot, 2);
  }
  copy.restore();
});
