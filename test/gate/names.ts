/** Names that stand for people, keys, digests and policies, the same in every run. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { type Policy, SOLO } from '../../src/ledger/events/policy.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { ed25519, hardwareEd25519, type Person, seedOf, wire } from '../sshsig/people.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const REPOSITORY = 'alpine';

/** Sixteen or thirty-two bytes that stand for something, in hex. */
export function hex(name: string, bytes = 32): string {
  return createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, bytes * 2);
}

export function actorOf(name: string): string {
  return name === 'local' ? name : `a-${hex(name, 10)}`;
}

/** Keys are named; those whose names end in `-token` need a device. */
export function keyOf(name: string): Person {
  if (name.endsWith('-token')) return hardwareEd25519(name);
  const known = keys.get(name) ?? { ...ed25519(name), sign: signing(name) };
  keys.set(name, known);
  return known;
}

const keys = new Map<string, Person>();

/** The runtime signs the same bytes ten times faster than the program, which never signs for people. */
function signing(name: string): Person['sign'] {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seedOf(name)]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return (signed) => wire('ssh-ed25519', sign(null, signed, key));
}

const fingerprints = new Map<string, string>();
export function fingerprintOf(name: string): string {
  const known = fingerprints.get(name) ?? parsePublicKeyLine(keyOf(name).line).fingerprint;
  fingerprints.set(name, known);
  return known;
}

export function policyOf(members: Partial<Policy>): Policy {
  return { ...SOLO, ...members };
}
