/**
 * Thresholds count different keys, never ids and never signatures (K-01, K-02), and a threshold that cannot be meant is
 * refused where it is listed (K-03). Each rule on every path by which a role gets its keys.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Code } from '../../src/errors.ts';
import type { Signer } from '../../src/sign/signer.ts';
import { type Json, type JsonObject, jsonObject } from '../../src/tuf/json.ts';
import type { KeyId } from '../../src/tuf/names.ts';
import { refresh } from '../simulator/client.ts';
import { signerNamed } from '../simulator/keys.ts';
import { rejected } from '../simulator/refused.ts';
import { ROLE_PATHS, type RolePath } from './role-paths.ts';

const [a, b, c] = ['first', 'second', 'third'].map(signerNamed) as [Signer, Signer, Signer];
/** The first key again, under another id and in another spelling. */
const alias: Signer = {
  ...under(a, 'alias'),
  keyObject: respelled(a.keyObject, (hex) => hex.toUpperCase()),
};

for (const [path, { build }] of Object.entries(ROLE_PATHS)) {
  test(`K-01 two signatures under one key id do not make two signers of ${path}`, async () => {
    const holders = { signers: [a, b], threshold: 2 };
    await rejected(
      'TRUST_DUPLICATE_SIGNATURE',
      attempt(() => build(holders, [a, a])),
    );
    await rejected(
      'TRUST_DUPLICATE_SIGNATURE',
      attempt(() => build(holders, new Array<Signer>(9).fill(a))),
    );
    await rejected(
      'TRUST_DUPLICATE_SIGNATURE',
      attempt(() => build(holders, [a, b, a])),
    );
    await rejected(
      'TRUST_SIGNATURES',
      attempt(() => build(holders, [a, under(a, a.keyId.toUpperCase())])),
    );
    await rejected(
      'TRUST_SIGNATURES',
      attempt(() => build(holders, [a])),
    );
  });

  test(`K-02 one key under two ids does not make two signers of ${path}, two keys do`, async () => {
    await rejected(
      'TRUST_SIGNATURES',
      attempt(() => build({ signers: [a, alias, b], threshold: 2 }, [a, alias])),
    );
    await rejected(
      'TRUST_THRESHOLD_VALUE',
      attempt(() => build({ signers: [a, alias], threshold: 2 }, [a, alias])),
    );
    await refresh(build({ signers: [a, b], threshold: 2 }, [a, b]));
    await refresh(build({ signers: [a, alias, b], threshold: 2 }, [alias, b]));
  });

  test(`K-06, W-08 only good signatures by the keys of ${path} count, and bad ones beside them do no harm`, async () => {
    const holders = { signers: [a, b], threshold: 1 };
    for (const signers of [[], [c], [under(c, a.keyId)], [broken(a)], [under(a, 'constructor')]]) {
      await rejected(
        'TRUST_SIGNATURES',
        attempt(() => build(holders, signers)),
      );
    }
    await refresh(build(holders, [c, broken(b), under(c, '__proto__'), a]));
  });
}

const THRESHOLDS: readonly (readonly [value: Json, code: Code])[] = [
  [0, 'TRUST_THRESHOLD_VALUE'],
  [-1, 'TRUST_THRESHOLD_VALUE'],
  [3, 'TRUST_THRESHOLD_VALUE'],
  [2 ** 31, 'TRUST_THRESHOLD_VALUE'],
  ['1', 'TRUST_THRESHOLD_VALUE'],
  [true, 'TRUST_THRESHOLD_VALUE'],
  [null, 'TRUST_THRESHOLD_VALUE'],
  [[1], 'TRUST_THRESHOLD_VALUE'],
  [0.5, 'TRUST_JSON'],
  [1.5, 'TRUST_JSON'],
];

for (const [path, rolePath] of Object.entries(ROLE_PATHS)) {
  // Its keys are listed by the enrolled root, which is a path of its own.
  if (path === 'a new root under the keys of the old one') continue;
  test(`K-03 a threshold of ${path} that is no whole number from 1 to its keys is refused where it is listed`, async () => {
    for (const [value, code] of THRESHOLDS) {
      const refusal = await rejected(
        code,
        attempt(() => withThreshold(rolePath, value)),
      );
      assert.match(refusal.what, new RegExp(`^${rolePath.lister}`));
    }
    await refresh(withThreshold(rolePath, 2));
  });
}

test('K-04 a key id means only what the file that lists it says', async () => {
  const { build } = ROLE_PATHS['a delegated role'] as RolePath;
  // Upstream’s own ids: opaque, and one of them means another key in root than in targets.
  const upstream = build({ signers: [under(a, 'opaque')], threshold: 1 }, [under(a, 'opaque')]);
  upstream.author.keyholders.set('targets', { signers: [under(c, 'opaque')], threshold: 1 });
  upstream.author.publishRoot();
  upstream.publish('targets');
  await refresh(upstream);
  upstream.signWith('delegated', under(c, 'opaque')).publish('delegated');
  await rejected('TRUST_SIGNATURES', refresh(upstream));
});

/** Builds inside a promise, so that what is refused while enrolling counts, too. */
async function attempt(build: () => Parameters<typeof refresh>[0]): Promise<unknown> {
  return refresh(await Promise.resolve(build()));
}

function withThreshold({ build, role }: RolePath, value: Json): Parameters<typeof refresh>[0] {
  const upstream = build({ signers: [a, b], threshold: 2 }, [a, b]);
  const holder = role === 'delegated' || role === 'bin-1' ? 'targets' : 'root';
  upstream.alter(holder, (signed) => {
    for (const object of holdersIn(signed, role)) object.set('threshold', value);
  });
  if (holder === 'targets') return upstream.publish('targets');
  // The newest root again, this time with the altered threshold.
  upstream.author.root.version--;
  upstream.author.publishRoot();
  return upstream;
}

function holdersIn(signed: JsonObject, role: string): JsonObject[] {
  const roles = signed.get('roles');
  if (roles instanceof Map) return [roles.get(role)].filter((value) => value instanceof Map);
  const delegations = signed.get('delegations');
  if (!(delegations instanceof Map)) return [];
  const named = delegations.get('roles');
  const listed = [delegations.get('succinct_roles'), ...(Array.isArray(named) ? named : [])];
  return listed.filter((value) => value instanceof Map);
}

function under(signer: Signer, id: string): Signer {
  return { keyId: id as KeyId, keyObject: signer.keyObject, sign: (message) => signer.sign(message) };
}

function broken(signer: Signer): Signer {
  return { ...under(signer, signer.keyId), sign: () => new Uint8Array(64).fill(7) };
}

function respelled(keyObject: JsonObject, spell: (hex: string) => string): JsonObject {
  const keyval = keyObject.get('keyval');
  const hex = keyval instanceof Map ? keyval.get('public') : undefined;
  if (typeof hex !== 'string') throw new TypeError('not a key object');
  return new Map([...keyObject, ['keyval', jsonObject({ public: spell(hex) })]]);
}
