/** What is written is read back as the same pin, and what could not be read back is not written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPin } from '../../../src/client/pin/pin-file.ts';
import { writePin } from '../../../src/client/pin/pin-write.ts';
import type { Grace, Pin } from '../../../src/client/pin/pin.ts';
import type { KeyId, RepositoryId, RoleName } from '../../../src/tuf/names.ts';
import { runs } from '../../property/runs.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { refused } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { carriedPin, mirrorRoot, plainKey, plainPin, read, staticPin, staticPins, upstreamRoot } from './pins.ts';

const SECOND = 1000;
const ONLINE = ['root', 'timestamp', 'snapshot'];

/** By value: URLs and keys compare by identity, or not at all, on the runtimes that are supported. */
function valuesOf({ location, mirrorRoot: mirror, upstreamRoot: upstream, targets, ...rest }: Pin): unknown {
  return {
    ...rest,
    location: [location.base.href, location.metadata?.href, location.targets?.href],
    roots: [mirror, upstream].map((bytes) => bytes && Buffer.from(bytes).toString('hex')),
    targets: targets && {
      ...targets,
      keys: [...targets.keys].map(([id, key]) => [id, key.id, key.fingerprint, key.object]),
    },
  };
}

function assertSame(pin: Pin): void {
  const bytes = writePin(pin);
  const again = readPin(bytes);
  assert.deepEqual(valuesOf(again), valuesOf(pin));
  assert.deepEqual(Buffer.from(writePin(again)), Buffer.from(bytes));
}

test('pins of all three kinds come back as they were', () => {
  for (const pin of [plainPin(), carriedPin(), staticPin()]) assertSame(read(pin));
});

test('the text is for people: two spaces, one member a line, a final newline', () => {
  const text = Buffer.from(writePin(read(carriedPin({ policy: { grace: { npm: 'P2W' } } })))).toString('utf8');
  assert.match(
    text,
    /^\{\n {2}"countersign": "pin\/v1",\n {2}"repository": "sigstore",\n {2}"location": \{\n {4}"base": "/,
  );
  assert.match(text, /\n {2}"policy": \{\n {4}"maxUpstreamAge": "P90D",\n {4}"maxOffline": "PT0S",\n/);
  assert.match(text, /\n {4}"grace": \{\n {6}"npm": "P14D"\n {4}\}\n {2}\}\n\}\n$/);
  assert.doesNotMatch(text, /floor|mirror_root|expires/);
});

test('J-01 keys and roles that look like numbers keep their places', () => {
  const text = JSON.stringify(staticPin({ floor: { roles: {} }, targets: staticPins({ keys: {} }) }))
    .replace('"roles":{}', '"roles":{"b":2,"10":3,"2":4}')
    .replace('"keys":{}', `"keys":{"b":${JSON.stringify(plainKey('alice'))},"10":${JSON.stringify(plainKey('bob'))}}`);
  const pin = readPin(writePin(readPin(Buffer.from(text))));
  assert.deepEqual([...pin.floor.roles.keys()], ['b', '10', '2']);
  assert.deepEqual([...(pin.targets?.keys.keys() ?? [])], ['b', '10']);
});

test('a pin that could not be read is not written', () => {
  const pin = read(carriedPin());
  const day = 86_400 * SECOND;
  const graces: readonly [string, Grace][] = [
    ['npm', { period: 91 * day, until: undefined, reason: undefined }],
    ['npm', { period: 0, until: undefined, reason: undefined }],
    ['npm', { period: day, until: undefined, reason: 'a\u001bb' }],
    ['\ud800', { period: day, until: undefined, reason: undefined }],
  ];
  for (const [role, grace] of graces) {
    const policy = { ...pin.policy, grace: new Map([[role as RoleName, grace]]) };
    refused('CONFIG_PIN', () => writePin({ ...pin, policy }));
  }
  const others: Partial<Pin>[] = [
    { upstreamRoot: undefined },
    { upstreamRoot: Buffer.from('{}') },
    { repository: '../x' as RepositoryId },
    { location: { ...pin.location, base: new URL('http://user:secret@mirror.example/') } },
    { floor: { ...pin.floor, root: 1.5 } },
    { targets: { rolename: 'targets' as RoleName, threshold: 1, keys: new Map<KeyId, never>() } },
  ];
  for (const change of others) refused('CONFIG_PIN', () => writePin({ ...pin, ...change }));
});

/** Plain objects, as the reader makes them. */
function record<T>(model: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const seconds = (least: number): fc.Arbitrary<number> =>
  fc.integer({ min: least, max: 3_155_760_000 }).map((count) => count * SECOND);
const instant = fc.integer({ min: 0, max: 253_402_300_799 }).map((count) => new Date(count * SECOND));
const version = fc.integer({ min: 1, max: 2 ** 31 - 2 });
const role = fc
  .oneof(
    fc.constantFrom('targets', '__proto__', '10', '2', 'a/b', '../x'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  )
  .filter((name) => !ONLINE.includes(name))
  .map((name) => name as RoleName);
const url = fc.oneof(
  fc.webUrl().map((text) => new URL(text.endsWith('/') ? text : `${text}/`)),
  fc
    .array(fc.stringMatching(/^[a-z0-9 ._-]{1,8}$/), { maxLength: 3 })
    .map((parts) => new URL(`file:///${parts.map((part) => `${encodeURIComponent(part)}/`).join('')}`)),
);
const reason = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 });
const grace = (cap: number): fc.Arbitrary<Grace> =>
  record({
    period: fc.integer({ min: 1, max: Math.max(1, cap / SECOND) }).map((count) => count * SECOND),
    until: fc.option(instant, { nil: undefined }),
    reason: fc.option(reason, { nil: undefined }),
  });
const roots = [
  upstreamRoot,
  mirrorRoot,
  new SimulatedUpstream({ seed: 'third' }).rewrite('root', (file) => `${file}\n`).publish().firstRoot,
];
const root = fc.constantFrom(...roots);

const keyMaps = ['alice', 'bob', 'carol', 'dave'].map((_, at, names) => {
  const keys = Object.fromEntries(names.slice(0, at + 1).map((name) => [signerNamed(name).keyId, plainKey(name)]));
  return read(staticPin({ targets: staticPins({ threshold: at + 1, keys }) })).targets?.keys ?? new Map<KeyId, never>();
});
const pins = fc
  .constantFrom(...keyMaps)
  .chain((keys) =>
    record({ rolename: role, threshold: fc.integer({ min: 1, max: keys.size }), keys: fc.constant(keys) }),
  );

const anyPin: fc.Arbitrary<Pin> = fc
  .tuple(fc.constantFrom('pinned', 'carried', 'static', 'both'), seconds(1))
  .chain(([level, maxUpstreamAge]) => {
    const isCarried = level === 'carried';
    const hasChain = level !== 'static';
    const graced = isCarried
      ? fc.oneof(
          role,
          fc.constantFrom(...ONLINE).map((name) => name as RoleName),
        )
      : role;
    const online = hasChain ? version : fc.constant(1);
    return record({
      repository: fc.stringMatching(/^r[a-z0-9._-]{0,62}$/).map((id) => id as RepositoryId),
      location: record({
        base: url,
        metadata: fc.option(url, { nil: undefined }),
        targets: fc.option(url, { nil: undefined }),
      }),
      mirrorRoot: isCarried ? fc.constant(undefined) : root,
      upstreamRoot: hasChain ? root : fc.constant(undefined),
      targets:
        level === 'pinned' ? fc.constant(undefined) : level === 'carried' ? fc.option(pins, { nil: undefined }) : pins,
      floor: record({
        root: online,
        timestamp: online,
        snapshot: online,
        roles: fc.array(fc.tuple(role, version), { maxLength: 5 }).map((entries) => new Map(entries)),
      }),
      policy: record({
        maxUpstreamAge: fc.constant(maxUpstreamAge),
        maxOffline: seconds(0),
        warnBefore: seconds(0),
        grace: fc.array(fc.tuple(graced, grace(maxUpstreamAge)), { maxLength: 4 }).map((entries) => new Map(entries)),
      }),
      expires: fc.option(instant, { nil: undefined }),
      ledger: fc.constant(undefined),
      marksReset: fc.constant(undefined),
    });
  });

test('any pin comes back as it was, and is written the same way again', () => {
  fc.assert(fc.property(anyPin, assertSame), runs(150, 5000));
});
