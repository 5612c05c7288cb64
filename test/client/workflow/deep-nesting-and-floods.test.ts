/** files that are small enough to be read, and made to be expensive. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Paths, guardBehind } from './behind.ts';

const behind = await guardBehind({ after });

/** Files that nobody lists a digest of before they are parsed; the others are refused before. */
const PARSED = ['next root', 'timestamp', 'next root of upstream'] as const satisfies readonly (keyof Paths)[];

for (const file of PARSED) {
  test(`R-06 ${file}: nesting as deep as the file allows is refused by its depth, not by a stack that overflows`, async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const depth = Math.floor(16_000 / (open.length + close.length));
      const refusal = await behind.refused('TRUST_JSON', file, Buffer.from(open.repeat(depth) + close.repeat(depth)));
      assert.match(refusal.what, /nests deeper than 64 levels/);
    }
    await behind.refused('TRUST_JSON', file, Buffer.from('['.repeat(16_000)));
  });
}

test('R-06 timestamp: a genuine file with deep nesting beside its signed part is refused as well', async () => {
  const deep = '['.repeat(100) + ']'.repeat(100);
  await behind.refusedRewritten('TRUST_JSON', 'timestamp', (text) => text.replace('{', `{"x":${deep},`));
});

const signatures = (count: number): string =>
  Array.from(
    { length: count },
    (_, at) => `{"keyid":"${at.toString(16).padStart(64, '0')}","sig":"${'ab'.repeat(32)}"}`,
  ).join(',');

test('R-02 timestamp: a flood of signatures beside the good one is refused before any is verified', async () => {
  const refusal = await behind.refusedRewritten('TRUST_LIMIT', 'timestamp', (text) =>
    text.replace('"signatures":[', `"signatures":[${signatures(64)},`),
  );
  assert.equal(refusal.details['limit'], 'signatures');
});

test('W-08 timestamp: as many as the limit, all but one of them worthless, spoil nothing', async () => {
  const { guarded, paths } = behind;
  const text = await (await fetch(new URL(paths.timestamp, guarded.url))).text();
  guarded.answer(paths.timestamp, Buffer.from(text.replace('"signatures":[', `"signatures":[${signatures(63)},`)));
  assert.equal((await guarded.guard().refresh()).upstream?.snapshot, 2);
  guarded.restore();
});

test('K-01 timestamp: the good signature twice, or a worthless one under the same key id, is refused', async () => {
  const { guarded, paths } = behind;
  const text = await (await fetch(new URL(paths.timestamp, guarded.url))).text();
  const [, good = '', keyId = ''] = /"signatures":\[(\{"keyid":"([0-9a-f]+)"[^}]*\})/.exec(text) ?? [];
  for (const extra of [good, `{"keyid":"${keyId}","sig":""}`]) {
    await behind.refusedRewritten('TRUST_DUPLICATE_SIGNATURE', 'timestamp', (file) =>
      file.replace('"signatures":[', `"signatures":[${extra},`),
    );
  }
});

test('R-02 next root: a flood of keys is refused by the limit, before any of them is decoded', async () => {
  const root = Buffer.from(behind.guarded.mirrorRoot).toString();
  const keys = Array.from({ length: 257 }, (_, at) => `"${String(at)}":{}`).join(',');
  const flooded = root.replace('"keys":{', `"keys":{${keys},`);
  const refusal = await behind.refused('TRUST_LIMIT', 'next root', Buffer.from(flooded));
  assert.equal(refusal.details['limit'], 'keys');
});

test('after all these refusals the next refresh reaches the new state', () => behind.recovers());
