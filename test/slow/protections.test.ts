/**
 * Each protection is what stops its attack: with that one thing taken out of a guard’s pin or memory, the same attack goes
 * through. Without this a refusal could have another reason than the one that the table gives.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LedgerPin } from '../../src/client/pin/pin.ts';
import type { Side } from '../../src/lab/outcome.ts';
import type { Weakening } from '../../src/lab/play.ts';
import { CATALOGUE } from '../../src/lab/catalogue.ts';
import { runScenario, withLab } from '../../src/lab/lab.ts';
import { PLAIN_CLIENTS } from '../../src/lab/stock-client.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';

const noFloor = { root: 1, timestamp: 1, snapshot: 1, roles: new Map() };
const patient = { maxUpstreamAge: 3650 * DAY, maxOffline: 0, warnBefore: 0, grace: new Map() };

/** Any checkpoint of the log will do, whoever has seen it. */
function unwitnessed(asked: LedgerPin): LedgerPin {
  const text = `log ${asked.log.text}\nquorum none\n`;
  return { ...asked, text, witnesses: parseWitnessPolicy(text) };
}

function anybody(asked: LedgerPin): LedgerPin {
  return { ...asked, approvals: undefined };
}

const PROTECTIONS: readonly (readonly [string, string, Weakening, Partial<Record<Side, string>>])[] = [
  ['the memory', 'rollback-known', { forgets: true }, { pins: 'not detected', chain: 'not detected' }],
  ['the marks', 'rollback-rotated', { forgets: true }, { pins: 'not detected', chain: 'not detected' }],
  ['the floor', 'rollback-new-floor', { pin: { floor: noFloor } }, { pins: 'not detected', chain: 'not detected' }],
  ['the age limit', 'frozen-beyond-limit', { pin: { policy: patient } }, { chain: 'not detected' }],
  ['the age limit on a hidden root', 'hidden-root-beyond-limit', { pin: { policy: patient } }, { chain: 'ACCEPTED' }],
  ['the root that was seen', 'hidden-root-seen', { forgets: true }, { chain: 'ACCEPTED' }],
  ['the witnesses', 'own-history', { ledger: unwitnessed }, { ledger: 'not detected' }],
  ['the log that was seen', 'history-rewritten-cosigned', { forgets: true }, { ledger: 'not detected' }],
  ['the people', 'unapproved', { ledger: anybody }, { ledger: 'ACCEPTED' }],
  ['the people', 'approved-before', { ledger: anybody }, { ledger: 'ACCEPTED' }],
  ['the people’s own keys', 'forged-word', { ledger: anybody }, { ledger: 'ACCEPTED' }],
  ['the time that was seen', 'clock-back-known', { forgets: true }, { pins: 'not detected', chain: 'not detected' }],
];

describe('without it, the attack works', () => {
  for (const [protection, name, weakening, expected] of PROTECTIONS) {
    test(`${protection}: ${name}`, async () => {
      const entry = CATALOGUE.find((scenario) => scenario.name === name);
      assert.ok(entry);
      const outcomes = await withLab(
        async (stage) => (await runScenario(entry, stage, systemClock, weakening)).outcomes,
        PLAIN_CLIENTS,
      );
      for (const [side, kind] of Object.entries(expected)) assert.equal(outcomes[side as Side].kind, kind, side);
    });
  }
});

const REASONS: readonly (readonly [string, RegExp])[] = [
  ['unapproved', /^0 of the 2 people that the pin asks for approved this import\.$/],
  ['approved-before', /are for another snapshot of upstream’s/],
  ['forged-word', /^0 of the 2 .*one of the two was altered/],
  ['own-history', /^Of the witnesses .*, 0 have seen/],
  ['history-rewritten-cosigned', /is not the beginning of/],
];

describe('the ledger refuses it for the reason that its story gives', () => {
  for (const [name, words] of REASONS) {
    test(name, async () => {
      const entry = CATALOGUE.find((scenario) => scenario.name === name);
      assert.ok(entry);
      const { ledger } = await withLab(
        async (stage) => (await runScenario(entry, stage, systemClock)).outcomes,
        PLAIN_CLIENTS,
      );
      assert.match(ledger.kind === 'refused' ? ledger.what : ledger.kind, words);
    });
  }
});

test('without two accomplices a guard with a memory notices as well, whoever has seen the log', async () => {
  const entry = CATALOGUE.find(({ name }) => name === 'history-rewritten');
  assert.ok(entry);
  const { ledger } = await withLab(
    async (stage) => (await runScenario(entry, stage, systemClock, { ledger: unwitnessed })).outcomes,
    PLAIN_CLIENTS,
  );
  assert.equal(ledger.kind === 'refused' && ledger.code, 'TRUST_LOG_FORK');
});

test('where tuf-js is not installed, a plain client stands in for it and fares as it does', async () => {
  await withLab(async (stage) => {
    for (const name of ['altered-metadata', 'targets-to-thief', 'rollback-known', 'role-hidden', 'role-outdated']) {
      const entry = CATALOGUE.find((scenario) => scenario.name === name);
      assert.ok(entry);
      assert.ok((await runScenario(entry, stage, systemClock)).isAsExpected, name);
    }
  }, PLAIN_CLIENTS);
});

test('a lab whose honest mirror is refused says so, instead of counting that as a protection', async () => {
  const entry = CATALOGUE.find(({ name }) => name === 'targets-to-thief');
  assert.ok(entry);
  const elsewhere = { pin: { repository: repositoryId('another') } };
  await assert.rejects(
    withLab((stage) => runScenario(entry, stage, systemClock, elsewhere), PLAIN_CLIENTS),
    { code: 'TRUST_WRONG_REPOSITORY' },
  );
});
