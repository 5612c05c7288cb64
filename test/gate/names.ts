/** Names that stand for people, keys, digests and policies, the same in every run. */
import { createHash } from 'node:crypto';
import { type Policy, SOLO } from '../../src/ledger/events/policy.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { ed25519, hardwareEd25519, type Person } from '../sshsig/people.ts';

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
  return name.endsWith('-token') ? hardwareEd25519(name) : ed25519(name);
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
