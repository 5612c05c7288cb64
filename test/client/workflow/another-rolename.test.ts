/** TAP 13: searches that start at another role than targets, under keys that the user chose. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinned } from './pinned-keys.ts';
import { refusedUnchanged, searchUnchanged, textOf } from './unchanged.ts';

const upstream = new SimulatedUpstream();
upstream.author.delegate('targets', 'team', { paths: ['team/*'] });
upstream.author.delegate('team', 'part', { paths: ['team/part/*'] });
upstream.add('team/file', 'by the team', 'team').add('team/part/file', 'by its part', 'part');
upstream.add('beyond', 'outside of what targets gave the team', 'team');
upstream.add('file', 'by targets').add('team/file', 'by targets, which comes first elsewhere');
const guarded = await guardedBy({ after }, upstream);
const team = upstream.signer('team');

const LEVELS: Readonly<Record<string, () => Partial<Pin>>> = {
  'pinned, static keys alone': () => ({ upstreamRoot: undefined }),
  'pinned, beside upstream’s chain': () => ({}),
  carried: () => ({ mirrorRoot: undefined, location: guarded.carriedPin().location }),
};

for (const [level, changes] of Object.entries(LEVELS)) {
  const pin = (pins = pinned([team], 1, 'team')): Pin => guarded.pin({ ...changes(), targets: pins });

  test(`TAP 13 ${level}: the search starts at the role of the pin, and targets is not even read`, async () => {
    const guard = guarded.guard({ pin: pin() });
    guarded.takeRequests();
    assert.equal(await textOf(guard, 'team/file'), 'by the team');
    assert.equal(await textOf(guard, 'team/part/file'), 'by its part');
    assert.ok(!guarded.takeRequests().some((path) => path.includes('targets.json')));
    const { verdict, search } = await guard.find('team/file');
    assert.equal(verdict.authoredBy, 'team');
    assert.equal(search.visit.role, 'team');
  });

  test(`TAP 13 ${level}: what only targets lists is not found, what the role lists is, wherever it lies`, async () => {
    const store = memoryStore();
    const guard = guarded.guard({ pin: pin(), store });
    await guard.refresh();
    await searchUnchanged('TRUST_UNLISTED_TARGET', store, guard, 'file');
    assert.equal(await textOf(guard, 'beyond'), 'outside of what targets gave the team');
  });

  test(`TAP 13 ${level}: only the keys of the pin speak for the role, by its threshold`, async () => {
    for (const pins of [
      pinned([upstream.signer('targets')], 1, 'team'),
      pinned([team, upstream.signer('part')], 2, 'team'),
    ]) {
      const store = memoryStore();
      await refusedUnchanged('TRUST_SIGNATURES', store, () => guarded.guard({ pin: pin(pins), store }).refresh());
    }
  });

  test(`TAP 13, D-03 ${level}: a role that is not listed is an error at once`, async () => {
    const store = memoryStore();
    const guard = guarded.guard({ pin: pin(pinned([team], 1, 'nobody')), store });
    await refusedUnchanged(pin().upstreamRoot ? 'TRUST_ROLE_UNLISTED' : 'TRUST_ROLE_WITHHELD', store, () =>
      guard.refresh(),
    );
  });
}
