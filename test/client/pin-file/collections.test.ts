/** Pins of a Notary collection: what they must have, what they cannot have, and that they come back as they were written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPin } from '../../../src/client/pin/pin-file.ts';
import { writePin } from '../../../src/client/pin/pin-write.ts';
import { asTufRole } from '../../../src/notary/signatures.ts';
import { hasSameKeys } from '../../../src/tuf/signatures.ts';
import { GUN, SimulatedCollection } from '../../simulator/collection.ts';
import { refused } from '../../simulator/refused.ts';
import { base64, staticPins, upstreamRoot } from './pins.ts';

const collection = new SimulatedCollection().publish();

function plainKeys(...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => {
      const { keyId, keyObject } = collection.signer(name);
      const keyval = keyObject.get('keyval') as Map<string, string | null>;
      return [keyId, { keytype: keyObject.get('keytype'), keyval: Object.fromEntries(keyval) }];
    }),
  );
}

function plainCollectionPin(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    countersign: 'pin/v1',
    repository: 'app',
    location: { base: 'https://mirror.example/' },
    collection: { served_as: GUN },
    mirror_root: base64(collection.firstRoot),
    targets: { targets_rolename: 'targets', threshold: 1, keys: plainKeys('targets') },
    ...changes,
  };
}

const read = (pin: Record<string, unknown>): ReturnType<typeof readPin> => readPin(Buffer.from(JSON.stringify(pin)));

test('a pin of a collection comes back as it was, with what it permits and demands', () => {
  const policy = { retired: { roles: { targets: 7, 'targets/releases': 3 }, reason: 'CHG-3100' } };
  const pin = read(plainCollectionPin({ policy, floor: { targets: 7, roles: { 'targets/releases': 3 } } }));
  assert.equal(pin.collection?.servedAs, GUN);
  assert.deepEqual([...(pin.policy.retired?.roles ?? [])], Object.entries(policy.retired.roles));
  const again = readPin(writePin(pin));
  assert.ok(again.collection && hasSameKeys(asTufRole(again.collection.targets), asTufRole(pin.collection.targets)));
  assert.deepEqual([again.policy, again.floor, again.mirrorRoot], [pin.policy, pin.floor, pin.mirrorRoot]);
  assert.deepEqual(writePin(again), writePin(pin));
});

const block = (changes: Record<string, unknown>): Record<string, unknown> => ({
  targets: { targets_rolename: 'targets', threshold: 1, keys: plainKeys('targets'), ...changes },
});
const [id = ''] = Object.keys(plainKeys('targets'));

for (const [what, changes, words] of [
  ['no targets', { targets: undefined }, /targets is needed for a collection/],
  ['no mirror_root', { mirror_root: undefined }, /mirror_root is needed for a collection/],
  ['an upstream_root', { upstream_root: base64(upstreamRoot) }, /upstream_root is not possible for a collection yet/],
  ['a ledger', { ledger: { policy: 'x' } }, /ledger is not possible for a collection yet/],
  [
    'targets of its own',
    { location: { base: 'https://mirror.example/', targets: 'https://x.example/' } },
    /location has the unknown member “targets”/,
  ],
  ['a name that climbs', { collection: { served_as: 'a/../b' } }, /served_as is no name of a collection/],
  [
    'a name with the server’s routes',
    { collection: { served_as: 'a/_trust/b' } },
    /served_as has the segment “_trust”/,
  ],
  [
    'a name that the root’s certificate does not bear',
    { collection: { served_as: 'mirror.example/other' } },
    /has 0 certificates for mirror\.example\/other/,
  ],
  ['another member', { collection: { served_as: GUN, gun: GUN } }, /collection has the unknown member “gun”/],
  ['another start', block({ targets_rolename: 'targets/releases' }), /targets_rolename must be targets/],
  ['keys as TUF writes them', { targets: staticPins() }, /targets\.keys/],
  [
    'another key than the root',
    block({ keys: plainKeys('somebody') }),
    /gives the targets role to other keys than targets does/,
  ],
  [
    'one more key than the root',
    block({ keys: plainKeys('targets', 'somebody') }),
    /gives the targets role to other keys/,
  ],
  [
    'another threshold than the root',
    block({ threshold: 2, keys: plainKeys('targets', 'somebody') }),
    /gives the targets role to other keys/,
  ],
  ['a threshold out of reach', block({ threshold: 2 }), /has 1 different keys and a threshold of 2/],
  ['a key of an unknown kind', block({ keys: { [id]: { keytype: 'gpg', keyval: { public: '' } } } }), /targets\.keys/],
  ['a floor of the server’s roles', { floor: { snapshot: 2 } }, /floor\.snapshot needs an upstream_root/],
  [
    'a retired upstream without targets',
    { policy: { retired: { roles: {}, reason: 'x' } } },
    /retired\.roles must name targets/,
  ],
  [
    'a retired upstream with its snapshot',
    { policy: { retired: { roles: { targets: 1, snapshot: 1 }, reason: 'x' } } },
    /must name targets and delegated roles/,
  ],
  ['a retired upstream without a reason', { policy: { retired: { roles: { targets: 1 } } } }, /retired\.reason/],
] as const) {
  test(`a pin of a collection with ${what} is refused`, () => {
    const refusal = refused('CONFIG_PIN', () => read(plainCollectionPin(changes)));
    assert.match(refusal.what, words);
  });
}
