/**
 * Each protection is what stops its attack: with that one thing taken out of a guard’s pin or memory, the same attack goes
 * through. Without this a refusal could have another reason than the one that the table gives.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Side } from '../../src/lab/outcome.ts';
import type { Weakening } from '../../src/lab/play.ts';
import { CATALOGUE, isScenario } from '../../src/lab/catalogue.ts';
import { runScenario, withLab } from '../../src/lab/lab.ts';
import { PLAIN_CLIENTS } from '../../src/lab/stock-client.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';

const noFloor = { root: 1, timestamp: 1, snapshot: 1, roles: new Map() };
const patient = { maxUpstreamAge: 3650 * DAY, maxOffline: 0, warnBefore: 0, grace: new Map() };

const PROTECTIONS: readonly (readonly [string, string, Weakening, Partial<Record<Side, string>>])[] = [
  ['the memory', 'rollback-known', { forgets: true }, { pins: 'not detected', chain: 'not detected' }],
  ['the marks', 'rollback-rotated', { forgets: true }, { pins: 'not detected', chain: 'not detected' }],
  ['the floor', 'rollback-new-floor', { pin: { floor: noFloor } }, { pins: 'not detected', chain: 'not detected' }],
  ['the age limit', 'frozen-beyond-limit', { pin: { policy: patient } }, { chain: 'not detected' }],
  ['the age limit on a hidden root', 'hidden-root-beyond-limit', { pin: { policy: patient } }, { chain: 'ACCEPTED' }],
  ['the root that was seen', 'hidden-root-seen', { forgets: true }, { chain: 'ACCEPTED' }],
  ['the time that was seen', 'clock-back-known', { forgets: true }, { pins: 'not detected', chain: 'not detected' }],
];

describe('without it, the attack works', () => {
  for (const [protection, name, weakening, expected] of PROTECTIONS) {
    test(`${protection}: ${name}`, async () => {
      const entry = CATALOGUE.filter(isScenario).find((scenario) => scenario.name === name);
      assert.ok(entry);
      const outcomes = await withLab(
        async (stage) => (await runScenario(entry, stage, systemClock, weakening)).outcomes,
        PLAIN_CLIENTS,
      );
      for (const [side, kind] of Object.entries(expected)) assert.equal(outcomes[side as Side].kind, kind, side);
    });
  }
});

test('where tuf-js is not installed, a plain client stands in for it and fares as it does', async () => {
  await withLab(async (stage) => {
    for (const name of ['altered-metadata', 'targets-to-thief', 'rollback-known', 'role-hidden', 'role-outdated']) {
      const entry = CATALOGUE.filter(isScenario).find((scenario) => scenario.name === name);
      assert.ok(entry);
      assert.ok((await runScenario(entry, stage, systemClock)).isAsExpected, name);
    }
  }, PLAIN_CLIENTS);
});

test('a lab whose honest mirror is refused says so, instead of counting that as a protection', async () => {
  const entry = CATALOGUE.filter(isScenario).find(({ name }) => name === 'targets-to-thief');
  assert.ok(entry);
  const elsewhere = { pin: { repository: repositoryId('another') } };
  await assert.rejects(
    withLab((stage) => runScenario(entry, stage, systemClock, elsewhere), PLAIN_CLIENTS),
    { code: 'TRUST_WRONG_REPOSITORY' },
  );
});
