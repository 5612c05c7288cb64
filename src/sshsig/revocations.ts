/**
 * Keys that no longer count: the plain-text form of OpenSSH’s revocation lists, one public key on a line.
 *
 * A list that is not understood to its last line could revoke less than was meant, so it is refused as a whole. Revoked
 * is the material, so that the same key does not come back as a hardware key, or under another application.
 *
 * Lines of fingerprints, `SHA256:…`, are read here only: with one in the list, `ssh-keygen -Y verify -r` refuses every
 * signature. So whoever writes a list for it writes keys.
 * Source: ssh-keygen(1), “-r revocation_file” and “KEY REVOCATION LISTS”.
 */
import { Refusal } from '../errors.ts';
import { decodeBase64 } from '../tuf/encoding.ts';
import { printable } from '../tuf/names.ts';
import { parsePublicKeyLine, type SshPublicKey } from './public-key.ts';

export interface Revocations {
  /** As `SshPublicKey.material`. */
  readonly materials: ReadonlySet<string>;
  /** As `SshPublicKey.fingerprint`. */
  readonly fingerprints: ReadonlySet<string>;
}

export const NOTHING_REVOKED: Revocations = { materials: new Set(), fingerprints: new Set() };

export function revocationsOf(keys: Iterable<Pick<SshPublicKey, 'material' | 'fingerprint'>>): Revocations {
  const all = [...keys];
  return {
    materials: new Set(all.map(({ material }) => material)),
    fingerprints: new Set(all.map(({ fingerprint }) => fingerprint)),
  };
}

export function isRevoked({ materials, fingerprints }: Revocations, key: SshPublicKey): boolean {
  return materials.has(key.material) || fingerprints.has(key.fingerprint);
}

/**
 * Public keys and fingerprints, one a line; empty lines and those that start with `#` say nothing.
 * @throws CONFIG_POLICY for a binary list (KRL), and for every line that is neither
 */
export function parseRevocations(text: string): Revocations {
  if (text.startsWith('SSHKRL\n')) {
    throw unreadable('is a binary one (KRL)', 'Write the revoked public keys into a text file, one a line.');
  }
  const keys: SshPublicKey[] = [];
  const fingerprints = new Set<string>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('SHA256:')) fingerprints.add(readFingerprint(line, index + 1));
    else keys.push(readKey(line, index + 1));
  }
  const { materials, fingerprints: own } = revocationsOf(keys);
  return { materials, fingerprints: new Set([...own, ...fingerprints]) };
}

function readFingerprint(line: string, number: number): string {
  const [word = ''] = line.split(/[ \t]/, 1);
  // 32 bytes in base64 have one character of padding, which ssh-keygen does not print.
  const digest = decodeBase64(`${word.slice('SHA256:'.length)}=`);
  if (digest?.length !== 32) throw unreadable(`has no fingerprint in line ${String(number)}`);
  return word;
}

function readKey(line: string, number: number): SshPublicKey {
  try {
    return parsePublicKeyLine(line);
  } catch (cause) {
    const what = cause instanceof Refusal ? ` ${cause.what}` : '';
    throw unreadable(`is not understood in line ${String(number)}, “${printable(line, 40)}”.${what}`);
  }
}

function unreadable(what: string, next?: string): Refusal {
  return new Refusal('CONFIG_POLICY', `The list of revoked keys ${what.replace(/\.$/, '')}.`, {
    next: next ?? 'Correct the line: a public key as in a .pub file, or its fingerprint SHA256:….',
  });
}
