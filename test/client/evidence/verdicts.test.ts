/** What an answer claims and what it admits, word by word of its codes: no level may promise what only another one checks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Guard } from '../../../src/client/guard.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import type { Mode, Verdict } from '../../../src/client/answer/verdict.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { granting } from '../policy/granted.ts';
import { pinnedTo, staticPins } from '../policy/static-pins.ts';

const CONTENT = Buffer.from('content');

interface Level {
  readonly pin: (guarded: GuardedMirror) => Pin;
  readonly level: 'pinned' | 'carried';
  readonly established: readonly string[];
  readonly notKnown: readonly string[];
  /** How the first remark about authorship ends. */
  readonly askedBy: RegExp;
}

const LEVELS: Record<string, Level> = {
  'following the chain': {
    pin: (guarded) => guarded.pin(),
    level: 'pinned',
    established: ['authored', 'vouched', 'combined', 'delivered'],
    notKnown: ['newer-upstream', 'approval'],
    askedBy: /keys that upstream’s root version 1 asks for\.$/,
  },
  'static keys': {
    pin: (guarded) => guarded.pin(pinnedTo(guarded.upstream.firstRoot)),
    level: 'pinned',
    established: ['authored', 'delivered'],
    notKnown: ['upstream-age', 'combination', 'revocation', 'approval'],
    askedBy: /keys that the pin asks for\.$/,
  },
  'both the chain and static keys': {
    pin: (guarded) => guarded.pin({ targets: staticPins([guarded.upstream.signer('targets')]) }),
    level: 'pinned',
    established: ['authored', 'vouched', 'combined', 'delivered'],
    notKnown: ['newer-upstream', 'approval'],
    askedBy: /keys that upstream’s root version 1 asks for\.$/,
  },
  carried: {
    pin: (guarded) => guarded.carriedPin(),
    level: 'carried',
    established: ['authored', 'vouched'],
    notKnown: ['newer-upstream'],
    askedBy: /keys that upstream’s root version 1 asks for\.$/,
  },
};

for (const [what, { pin, level, established, notKnown, askedBy }] of Object.entries(LEVELS)) {
  test(`${what}: exactly what is established and what is not known, online, offline and from the cache`, async (context) => {
    const guarded = await guardedBy(context, published());
    const guard = guarded.guard({ pin: pin(guarded) });
    await guard.get('file.txt');
    for (const mode of ['online', 'offline', 'cache-first'] as const) {
      for (const verdict of await verdicts(guard, mode)) {
        assert.equal(verdict.level, level);
        assert.deepEqual(codes(verdict.established), established);
        // Offline and from the cache, what the mirror (the copy) has meanwhile is not known either.
        const at = notKnown.indexOf('approval');
        const meanwhile = [
          ...notKnown.slice(0, at === -1 ? undefined : at),
          'newer-mirror',
          ...notKnown.slice(at === -1 ? notKnown.length : at),
        ];
        assert.deepEqual(codes(verdict.notKnown), mode === 'online' ? notKnown : meanwhile);
        assert.match(
          verdict.established[0]?.text ?? '',
          /^targets lists file\.txt \(7 bytes\); targets is signed by 1 of the 1 /,
        );
        assert.match(verdict.established[0]?.text ?? '', askedBy);
        assert.deepEqual([verdict.ok, verdict.code, verdict.authoredBy], [true, 'OK', 'targets']);
        assert.deepEqual([verdict.sha256, verdict.length], [sha256(CONTENT), CONTENT.length]);
      }
    }
  });
}

test('a verdict names who delivered it, until when, as of when, and which versions it rests on', async (context) => {
  const guarded = await guardedBy(context, published());
  const { verdict } = await guarded.guard().get('file.txt');
  const { generation, import: number, until } = verdict.deliveredBy ?? {};
  assert.deepEqual([generation, number, until], [1, 1, new Date(NOW.getTime() + DAY)]);
  assert.deepEqual(verdict.asOf, new Date(NOW.getTime() + 7 * DAY));
  assert.deepEqual(verdict.horizon, { role: 'targets', expires: new Date(NOW.getTime() + 180 * DAY) });
  assert.deepEqual(verdict.upstream, { root: 1, timestamp: 1, snapshot: 1 });
  assert.equal(verdict.mirror?.root, 1);
  assert.deepEqual([verdict.repository, verdict.mode, verdict.now], [guarded.mirrored.id, 'online', NOW]);
});

test('newer-mirror says since when; it stays what it was until the next refresh', async (context) => {
  const guarded = await guardedBy(context, published());
  for (const [pin, whose] of [
    [guarded.pin(), 'the mirror'],
    [guarded.carriedPin(), 'the copy'],
  ] as const) {
    const guard = guarded.guard({ pin });
    await guard.refresh();
    const { notKnown } = await guard.refresh({ mode: 'offline' });
    const remark = notKnown.find(({ code }) => code === 'newer-mirror');
    assert.equal(
      remark?.text,
      `Whether ${whose} has anything newer since the last refresh on 2026-11-23T03:00:00.000Z.`,
    );
  }
});

test('every use of a permission is among what is not known', async (context) => {
  const upstream = published();
  upstream.author.lifetimes.targets = 8;
  const guarded = await guardedBy(context, upstream.publish('targets'));
  guarded.clock.step(8 * DAY);
  await guarded.renew();
  const { notKnown, graceUsed } = await guarded.guard({ pin: guarded.pin({ policy: granting('targets') }) }).refresh();
  assert.deepEqual(codes(notKnown), ['newer-upstream', 'memory', 'approval', 'expired', 'expired']);
  assert.deepEqual(
    graceUsed.map(({ role, by }) => [role, by]),
    [
      ['timestamp', 'maxUpstreamAge'],
      ['targets', 'grace'],
    ],
  );
});

test('verify: the right bytes and nothing else, however they are wrong and in whatever pieces they come', async (context) => {
  const guarded = await guardedBy(context, published());
  const guard = guarded.guard();
  const right = await guard.verify('file.txt', CONTENT);
  assert.deepEqual([right.ok, right.code], [true, 'OK']);
  assert.equal((await guard.verify('file.txt', pieces('con', '', 'tent'))).code, 'OK');
  for (const wrong of ['cantent', 'conten', 'content!', '', 'content\n']) {
    for (const bytes of [Buffer.from(wrong), pieces(wrong.slice(0, 3), wrong.slice(3))]) {
      const verdict = await guard.verify('file.txt', bytes);
      assert.deepEqual([verdict.ok, verdict.code, verdict.established], [false, 'TRUST_TARGET', []], wrong);
      assert.deepEqual([verdict.sha256, verdict.length], [sha256(CONTENT), 7], 'what upstream signed is still said');
    }
  }
  guarded.takeRequests();
  await guard.verify('file.txt', CONTENT);
  assert.deepEqual(guarded.takeRequests(), ['metadata/timestamp.json'], 'the file itself is asked of nobody');
});

test('verify of a name that nobody lists reads nothing and says so', async (context) => {
  const guarded = await guardedBy(context, published());
  let wasRead = false;
  async function* untouched(): AsyncGenerator<Uint8Array> {
    wasRead = true;
    yield await Promise.resolve(CONTENT);
  }
  const { ok, code, established } = await guarded.guard().verify('other.txt', untouched());
  assert.deepEqual([ok, code, established, wasRead], [false, 'TRUST_UNLISTED_TARGET', [], false]);
});

async function verdicts(guard: Guard, mode: Mode): Promise<Verdict[]> {
  const found = await guard.find('file.txt', { mode });
  const got = await guard.get('file.txt', { mode });
  return [found.verdict, got.verdict, await guard.verify('file.txt', CONTENT, { mode })];
}

function codes(remarks: readonly { readonly code: string }[]): string[] {
  return remarks.map(({ code }) => code);
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

function published(): SimulatedUpstream {
  return new SimulatedUpstream().add('file.txt', 'content').publish();
}
