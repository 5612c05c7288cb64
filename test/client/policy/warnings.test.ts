/** What will fail soon is said before it does, with the moment and with who must act; nothing is said of what is far off. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Pin, Policy } from '../../../src/client/pin/pin.ts';
import type { Standing } from '../../../src/client/answer/verdict.ts';
import { formatDate } from '../../../src/tuf/dates.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { StolenKeys } from '../evidence/stolen-keys.ts';
import { granting } from './granted.ts';

const WARNING: Policy = { ...STRICT, warnBefore: 2 * DAY };

test('a role that only upstream can renew is warned of from warnBefore on, and only where the answer relied on it', async (context) => {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.lifetimes.targets = 3;
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  const guarded = await guardedBy(context, upstream.add('dev/tool', 'tool', 'dev').publish());
  const guard = guarded.guard({ pin: guarded.pin({ policy: WARNING }) });
  await at(guarded, DAY - 1000);
  assert.deepEqual(warned(await guard.refresh({ everyRole: true })), []);
  await at(guarded, DAY);
  assert.deepEqual(warned((await guard.find('file.txt')).verdict), [['expires-soon', 3]]);
  const { verdict } = await guard.find('dev/tool');
  assert.deepEqual(warned(verdict), [
    ['expires-soon', 3],
    ['expires-soon', 3],
  ]);
  assert.match(verdict.warnings[1]?.text ?? '', /^dev, which only upstream can renew, expires on 2026-11-26T03/);
});

test('a grace in use is warned of before its end, in place of the expiry that has passed', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.lifetimes.targets = 1;
  const guarded = await guardedBy(context, upstream);
  const policy = granting('targets', { period: 4 * DAY }, WARNING);
  const guard = guarded.guard({ pin: guarded.pin({ policy }) });
  await at(guarded, 3 * DAY - 1000);
  assert.deepEqual(warned(await guard.refresh()), []);
  await at(guarded, 3 * DAY);
  const standing = await guard.refresh();
  assert.deepEqual(warned(standing), [['grace-ends-soon', 5]]);
  assert.match(standing.warnings[0]?.text ?? '', /^The grace for targets ends on 2026-11-28T03/);
});

test('the limit on upstream’s age is warned of before it is reached', async (context) => {
  const guarded = await guardedBy(context);
  const guard = guarded.guard({ pin: guarded.pin({ policy: { ...WARNING, maxUpstreamAge: 10 * DAY } }) });
  await at(guarded, 15 * DAY - 1000);
  assert.deepEqual(warned(await guard.refresh()), []);
  await at(guarded, 15 * DAY);
  assert.deepEqual(warned(await guard.refresh()), [['upstream-age', 17]]);
});

test('the limit is warned of by whichever of upstream’s own roles reaches it first', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.lifetimes.root = 2;
  const guarded = await guardedBy(context, upstream);
  const guard = guarded.guard({ pin: guarded.pin({ policy: { ...WARNING, maxUpstreamAge: 10 * DAY } }) });
  await at(guarded, 10 * DAY);
  assert.deepEqual(warned(await guard.refresh()), [['upstream-age', 12]]);
});

test('the end of the pin and that of the mirror’s root are warned of', async (context) => {
  const guarded = await guardedBy(context);
  const ends = (days: number): Partial<Pin> => ({ policy: WARNING, expires: new Date(NOW.getTime() + days * DAY) });
  assert.deepEqual(warned(await guarded.guard({ pin: guarded.pin(ends(2)) }).refresh()), [['pin-expires-soon', 2]]);
  assert.deepEqual(warned(await guarded.guard({ pin: guarded.pin(ends(3)) }).refresh()), []);
  const expires = formatDate(new Date(NOW.getTime() + 2 * DAY));
  new StolenKeys(guarded).signRoot((signed) => signed.set('expires', expires));
  const standing = await guarded.guard({ pin: guarded.pin({ policy: WARNING }) }).refresh();
  assert.deepEqual(warned(standing), [['mirror-root', 2]]);
});

test('carried: the end of a grace for upstream’s own roles is warned of, because nothing else renews them there', async (context) => {
  const guarded = await guardedBy(context);
  const policy = granting('timestamp', { period: 10 * DAY }, WARNING);
  const guard = guarded.guard({ pin: guarded.carriedPin({ policy }) });
  await at(guarded, 8 * DAY);
  assert.deepEqual(warned(await guard.refresh()), []);
  await at(guarded, 15 * DAY);
  assert.deepEqual(warned(await guard.refresh()), [['grace-ends-soon', 17]]);
});

test('held files that were altered are warned of, and fetched again', async (context) => {
  const guarded = await guardedBy(context);
  const honest = memoryStore();
  await guarded.guard({ store: honest }).refresh();
  const state = (await honest.state())?.bytes ?? new Uint8Array();
  const store = memoryStore();
  await store.commit(0, state);
  const standing = await guarded.guard({ store }).refresh();
  assert.deepEqual(
    standing.warnings.map(({ code, at: moment }) => [code, moment]),
    [['damaged-cache', undefined]],
  );
  assert.deepEqual((await guarded.guard({ store }).refresh()).warnings, []);
});

/** Codes, and on which day after the import it will fail. */
function warned({ warnings }: Standing): unknown[] {
  return warnings.map(({ code, at: moment }) => [code, ((moment?.getTime() ?? NaN) - NOW.getTime()) / DAY]);
}

async function at(guarded: GuardedMirror, milliseconds: number): Promise<void> {
  guarded.clock.step(NOW.getTime() + milliseconds - guarded.clock.now().getTime());
  await guarded.renew();
}
