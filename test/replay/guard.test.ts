/**
 * The guard on what Sigstore really published: its root chain with one altered link, and its one delegation after it
 * expired, without grace and with a grace of sixty days (F-01, W-01, X-04).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../src/client/doors/memory-store.ts';
import { Guard } from '../../src/client/guard.ts';
import type { Pin } from '../../src/client/pin/pin.ts';
import { roleName } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import { rejected } from '../simulator/refused.ts';
import { replayPin } from './guard-follower.ts';
import { type Published, publishedAt, skip, THREE_MONTHS_LATER } from './published-state.ts';

async function pinFor(published: Published, policy: Partial<Pin['policy']> = {}): Promise<Pin> {
  const { served, repository } = published;
  const read = async (path: string): Promise<Uint8Array> =>
    new Uint8Array(await (await fetch(`${served.url(repository)}/${path}`)).arrayBuffer());
  const [mirrorRoot, upstreamRoot] = [await read('metadata/1.root.json'), await read('upstream/metadata/1.root.json')];
  return replayPin(served, repository, { mirrorRoot, upstreamRoot }, policy);
}

void test(
  'W-01 a fresh guard walks from root 1 to root 15; one altered link, and it believes nothing',
  { skip },
  async (t) => {
    const published = await publishedAt(t);
    if (!published) return;
    const { clock } = published;
    const pin = await pinFor(published);
    const standing = await new Guard({ pin, store: memoryStore(), clock }).refresh();
    assert.equal(standing.upstream?.root, 15);
    for (const version of [2, 9, 15]) {
      const altering: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        if (!(input instanceof URL ? input.href : '').endsWith(`/upstream/metadata/${version}.root.json`))
          return response;
        const text = await response.text();
        // Another expiry, one digit later: the kind of change that nobody sees.
        return new Response(
          text.replace(
            /("expires": *"20)(\d)/,
            (_, start: string, digit: string) => start + String((Number(digit) + 1) % 10),
          ),
        );
      };
      const store = memoryStore();
      await rejected('TRUST_SIGNATURES', new Guard({ pin, store, clock, fetch: altering }).refresh());
      assert.equal(await store.state(), undefined, 'nothing is kept');
    }
  },
);

void test(
  'F-01 three months later the delegation is refused without grace, and named as upstream’s to renew',
  { skip },
  async (t) => {
    const published = await publishedAt(t, THREE_MONTHS_LATER);
    if (!published) return;
    const { clock, delegation, state } = published;
    const guard = new Guard({ pin: await pinFor(published), store: memoryStore(), clock });
    const { verdict, search } = await guard.find(delegation.target);
    assert.deepEqual([verdict.ok, verdict.code, search.outcome.kind], [false, 'TRUST_EXPIRED', 'refused']);
    const refusal = await rejected('TRUST_EXPIRED', guard.get(delegation.target));
    assert.ok(refusal.what.startsWith(delegation.role));
    assert.match(refusal.next, /Only upstream can renew it/);
    const { bytes, verdict: trusted } = await guard.get('trusted_root.json');
    assert.deepEqual(Buffer.from(bytes), state.bytes('targets/trusted_root.json'));
    assert.deepEqual(
      trusted.graceUsed.map(({ role, by }) => [role, by]),
      [
        ['root', 'maxUpstreamAge'],
        ['timestamp', 'maxUpstreamAge'],
      ],
    );
  },
);

void test(
  'X-04 with sixty days of grace for it the delegation answers, the verdict names the grace, and it ends',
  { skip },
  async (t) => {
    const published = await publishedAt(t, THREE_MONTHS_LATER);
    if (!published) return;
    const { clock, delegation, state } = published;
    const grace = new Map([[roleName(delegation.role), { period: 60 * DAY, until: undefined, reason: 'ticket 4711' }]]);
    const guard = new Guard({ pin: await pinFor(published, { grace }), store: memoryStore(), clock });
    const { bytes, verdict } = await guard.get(delegation.target);
    assert.deepEqual(Buffer.from(bytes), state.bytes(`targets/${delegation.target}`));
    const used = verdict.graceUsed.find(({ by }) => by === 'grace');
    assert.deepEqual([used?.role, used?.reason], [delegation.role, 'ticket 4711']);
    assert.equal(Number(used?.until) - Number(used?.expired), 60 * DAY);
    assert.ok(verdict.notKnown.some(({ code, text }) => code === 'expired' && text.includes(delegation.role)));
  },
);

void test('a grace ends at its end, which is before the limit on upstream’s age', { skip }, async (t) => {
  const published = await publishedAt(t, THREE_MONTHS_LATER);
  if (!published) return;
  const { clock, delegation } = published;
  const grace = new Map([[roleName(delegation.role), { period: 43 * DAY, until: undefined, reason: undefined }]]);
  const guard = new Guard({ pin: await pinFor(published, { grace }), store: memoryStore(), clock });
  const { verdict } = await guard.find(delegation.target);
  const until = verdict.graceUsed.find(({ by }) => by === 'grace')?.until.getTime() ?? 0;
  clock.step(until - clock.now().getTime());
  await published.served.renew(true);
  assert.equal((await guard.find(delegation.target)).verdict.code, 'OK');
  clock.step(1000);
  assert.equal((await guard.find(delegation.target)).verdict.code, 'TRUST_EXPIRED');
});
