/** What a good pin says is what is believed: nothing added, nothing left out, and the careful default for the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signerNamed } from '../../simulator/keys.ts';
import { carriedPin, mirrorRoot, plainPin, read, refusedPin, staticPin, upstreamRoot } from './pins.ts';

const DAY = 86_400_000;

test('every member of a pin is understood', () => {
  const pin = read(plainPin());
  assert.equal(pin.repository, 'sigstore');
  assert.equal(pin.location.base.href, 'http://mirror.example:8700/sigstore/');
  assert.equal(pin.location.metadata?.href, 'https://cdn.example/m/');
  assert.equal(pin.location.targets?.href, 'file:///srv/targets/');
  assert.deepEqual(Buffer.from(pin.mirrorRoot ?? []), Buffer.from(mirrorRoot));
  assert.deepEqual(Buffer.from(pin.upstreamRoot ?? []), Buffer.from(upstreamRoot));
  assert.equal(pin.targets?.rolename, 'targets');
  assert.equal(pin.targets.threshold, 2);
  assert.deepEqual([...pin.targets.keys.keys()], [signerNamed('alice').keyId, signerNamed('bob').keyId]);
  assert.deepEqual(pin.floor, {
    root: 15,
    timestamp: 762,
    snapshot: 165,
    roles: new Map([
      ['npm.example', 3],
      ['targets', 14],
    ]),
  });
  assert.deepEqual(pin.policy, {
    maxUpstreamAge: 80 * DAY,
    maxOffline: 7 * DAY,
    warnBefore: 10 * DAY,
    grace: new Map([
      ['npm.example', { period: 60 * DAY, until: undefined, reason: undefined }],
      ['targets', { period: 14 * DAY, until: new Date('2027-01-31T00:00:00Z'), reason: 'upstream is retired' }],
    ]),
  });
  assert.deepEqual(pin.expires, new Date('2027-12-31T00:00:00Z'));
});

test('what is not written has the careful default: ninety days, nothing offline, no grace, no floor', () => {
  for (const pin of [carriedPin(), carriedPin({ policy: {}, floor: {} }), carriedPin({ policy: { grace: {} } })]) {
    const { mirrorRoot: mirror, targets, floor, policy, expires, location } = read(pin);
    assert.deepEqual([mirror, targets, expires, location.metadata, location.targets], Array(5).fill(undefined));
    assert.deepEqual(floor, { root: 1, timestamp: 1, snapshot: 1, roles: new Map() });
    assert.deepEqual(policy, { maxUpstreamAge: 90 * DAY, maxOffline: 0, warnBefore: 14 * DAY, grace: new Map() });
  }
});

test('somebody must be believed, and somebody must say what is current', () => {
  assert.equal(read(staticPin()).upstreamRoot, undefined);
  refusedPin(
    plainPin({ upstream_root: undefined, targets: undefined, floor: undefined }),
    'The pin has neither upstream_root nor targets',
  );
  refusedPin(staticPin({ mirror_root: undefined }), 'The pin has neither mirror_root nor upstream_root');
  refusedPin(carriedPin({ upstream_root: undefined }), 'The pin has neither upstream_root nor targets');
});

test('a member that must be there is missed by name', () => {
  for (const name of ['countersign', 'repository', 'location'])
    refusedPin(plainPin({ [name]: undefined }), `The pin: ${name} `);
  refusedPin(plainPin({ location: {} }), 'The pin: location.base ');
  for (const name of ['targets_rolename', 'threshold', 'keys']) {
    const targets = { ...(plainPin()['targets'] as object), [name]: undefined };
    refusedPin(plainPin({ targets }), `The pin: targets`);
  }
});

test('null is not “not there”, and no member takes a value of another type', () => {
  const good = plainPin();
  for (const name of Object.keys(good)) {
    for (const value of [null, true, 7, [], [good[name]]]) refusedPin(plainPin({ [name]: value }), `The pin: ${name}`);
  }
  for (const value of ['x', null, [], 7]) refusedPin(JSON.stringify(value), 'The pin must be an object');
});

test('another format, and an id that could be mistaken for a path, are refused', () => {
  for (const countersign of ['pin/v2', 'pin', 'root-draft/v1', ''])
    refusedPin(plainPin({ countersign }), 'The pin: countersign ');
  for (const repository of ['', '..', 'a/b', 'Sigstore', 'v2', '-x', 'a'.repeat(64), 'x\n', '__proto__']) {
    const refusal = refusedPin(plainPin({ repository }), 'The pin: repository: ');
    assert.equal((refusal.cause as { code: string }).code, 'USAGE_REPOSITORY_ID');
  }
});

test('an end is a point in time, spelt in one way', () => {
  for (const expires of [
    '',
    '1',
    'tomorrow',
    '2027-12-31',
    '2027-02-30T00:00:00Z',
    '2027-12-31T00:00:00.5Z',
    '2027-12-31T00:00:00+00:00',
    '2027-12-31t00:00:00z',
  ]) {
    refusedPin(plainPin({ expires }), 'The pin: expires must be a UTC time');
  }
});
