/** Grace is a bounded exception, named role by role: what it may excuse depends on whose signature keeps the role fresh. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedPin, plainPin, type Plain, read, refusedPin, staticPin } from './pins.ts';

const DAY = 86_400_000;
const VOUCHING = ['root', 'timestamp', 'snapshot'];

function grace(graces: Plain, more: Plain = {}): Plain {
  return { policy: { grace: graces, ...more } };
}

test('the roles that vouch for freshness have grace without a mirror root only, and the refusal says so', () => {
  for (const role of VOUCHING) {
    for (const pin of [plainPin, staticPin]) {
      const { what } = refusedPin(
        pin(grace({ [role]: 'P1D' })),
        `The pin: policy.grace.${role} is only possible without a mirror_root`,
      );
      assert.match(what, /maxUpstreamAge/);
    }
    assert.equal(read(carriedPin(grace({ [role]: 'P1D' }))).policy.grace.get(role as never)?.period, DAY);
  }
});

test('no grace is longer than maxUpstreamAge, written or default, and both are named', () => {
  for (const role of [...VOUCHING, 'targets', 'npm']) {
    const { what } = refusedPin(carriedPin(grace({ [role]: 'P91D' })), `The pin: policy.grace.${role} is P91D`);
    assert.match(what, /maxUpstreamAge caps every grace at P90D\.$/);
    refusedPin(
      carriedPin(grace({ [role]: { period: 'P10DT1S' } }, { maxUpstreamAge: 'P10D' })),
      `The pin: policy.grace.${role} is P10DT1S, and`,
    );
    assert.ok(read(carriedPin(grace({ [role]: 'P10D' }, { maxUpstreamAge: 'P10D' }))));
  }
  refusedPin(plainPin(grace({ npm: 'PT1S' }, { maxUpstreamAge: 'PT0S' })), 'The pin: policy.grace.npm is PT1S');
});

test('a grace of nothing, and one without a period, are refused', () => {
  for (const value of ['PT0S', 'P0D', { period: 'PT0S' }])
    refusedPin(plainPin(grace({ npm: value })), 'The pin: policy.grace.npm permits nothing');
  for (const value of [{}, { until: '2027-01-31T00:00:00Z' }])
    refusedPin(plainPin(grace({ npm: value })), 'The pin: policy.grace.npm.period must be');
  for (const value of [null, 60, true, ['P60D']])
    refusedPin(plainPin(grace({ npm: value })), 'The pin: policy.grace.npm must be');
  refusedPin(plainPin(grace({ '': 'P1D' })), 'The pin: policy.grace names a role without a name');
});

test('every period is of fixed length', () => {
  for (const text of ['', 'P1Y', 'P1M', 'P1.5D', '-P1D', '60d', 'P999999D', 'forever']) {
    for (const name of ['maxUpstreamAge', 'maxOffline', 'warnBefore'])
      refusedPin(plainPin({ policy: { [name]: text } }), `The pin: policy.${name} must be a period`);
    refusedPin(plainPin(grace({ npm: text })), 'The pin: policy.grace.npm must be a period');
  }
});

test('A-01 a reason is a line of printable text, and bounded in bytes', () => {
  const withReason = (reason: unknown): Plain => plainPin(grace({ npm: { period: 'P1D', reason } }));
  for (const reason of ['', 'a\nb', 'a\u001b[2Jb', 'a\u202eb', 'a\u2028b', 'x'.repeat(501), 'é'.repeat(251), 7, null]) {
    refusedPin(withReason(reason), 'The pin: policy.grace.npm.reason must be');
  }
  for (const reason of ['x'.repeat(500), 'é'.repeat(250), '“Zürich” 😀']) {
    assert.equal(read(withReason(reason)).policy.grace.get('npm' as never)?.reason, reason);
  }
});

test('until is a point in time', () => {
  for (const until of ['', 'P1D', '2027-01-31', '2027-02-31T00:00:00Z', 0, null]) {
    refusedPin(plainPin(grace({ npm: { period: 'P1D', until } })), 'The pin: policy.grace.npm.until must be');
  }
});

test('a role’s name reaches the message bounded and without control characters', () => {
  const { what } = refusedPin(
    plainPin(grace({ [`\u001b[2J${'x'.repeat(10_000)}`]: 'P0D' })),
    'The pin: policy.grace.\\u001b[2Jxx',
  );
  assert.doesNotMatch(what, /[\u0000-\u001f]/);
});
