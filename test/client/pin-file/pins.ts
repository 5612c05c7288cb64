/** Pins to alter: a good one in plain members, and the ways to have it read or refused. */
import assert from 'node:assert/strict';
import { readPin } from '../../../src/client/pin/pin-file.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import type { Refusal } from '../../../src/errors.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { refused } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';

export type Plain = Record<string, unknown>;

export const upstreamRoot = new SimulatedUpstream().publish().firstRoot;
export const mirrorRoot = new SimulatedUpstream({ seed: 'mirror' }).publish().firstRoot;

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** A key object as metadata lists it. */
export function plainKey(name: string): Plain {
  const { keyObject } = signerNamed(name);
  return {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: (keyObject.get('keyval') as Map<string, string>).get('public') },
  };
}

/** Two of the keys of two people. */
export function staticPins(changes: Plain = {}): Plain {
  const keys = { [signerNamed('alice').keyId]: plainKey('alice'), [signerNamed('bob').keyId]: plainKey('bob') };
  return { targets_rolename: 'targets', threshold: 2, keys, ...changes };
}

/** At pinned level, with every member there is; `undefined` among the changes takes one away. */
export function plainPin(changes: Plain = {}): Plain {
  return {
    countersign: 'pin/v1',
    repository: 'sigstore',
    location: {
      base: 'http://mirror.example:8700/sigstore/',
      metadata: 'https://cdn.example/m/',
      targets: 'file:///srv/targets/',
    },
    mirror_root: base64(mirrorRoot),
    upstream_root: base64(upstreamRoot),
    targets: staticPins(),
    floor: { root: 15, timestamp: 762, snapshot: 165, targets: 14, roles: { 'npm.example': 3 } },
    policy: {
      maxUpstreamAge: 'P80D',
      maxOffline: 'P7D',
      warnBefore: 'P10D',
      grace: {
        'npm.example': 'P60D',
        targets: { period: 'P2W', until: '2027-01-31T00:00:00Z', reason: 'upstream is retired' },
      },
    },
    expires: '2027-12-31T00:00:00Z',
    ...changes,
  };
}

/** No mirror root, and nothing that can be left out. */
export function carriedPin(changes: Plain = {}): Plain {
  return {
    countersign: 'pin/v1',
    repository: 'sigstore',
    location: { base: 'http://mirror.example/sigstore/' },
    upstream_root: base64(upstreamRoot),
    ...changes,
  };
}

/** Static pins and a mirror root, without upstream’s chain. */
export function staticPin(changes: Plain = {}): Plain {
  return carriedPin({ upstream_root: undefined, mirror_root: base64(mirrorRoot), targets: staticPins(), ...changes });
}

export function read(pin: Plain): Pin {
  return readPin(Buffer.from(JSON.stringify(pin)));
}

/** Refused, in a sentence that begins so; it never repeats what stands in the file. */
export function refusedPin(pin: Plain | Uint8Array | string, what = 'The pin'): Refusal {
  const bytes = pin instanceof Uint8Array ? pin : Buffer.from(typeof pin === 'string' ? pin : JSON.stringify(pin));
  const refusal = refused('CONFIG_PIN', () => readPin(bytes));
  assert.ok(refusal.what.startsWith(what), refusal.what);
  assert.match(refusal.what, /\.$/);
  assert.ok(refusal.what.length < 600, refusal.what);
  return refusal;
}
