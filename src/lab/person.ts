/**
 * People with SSH keys of their own, which are on no machine of the mirror’s. What they sign is what `ssh-keygen -Y sign`
 * would write (OpenSSH PROTOCOL.sshsig), so that the lab needs no program but itself.
 */
import { createHash } from 'node:crypto';
import { randomSecret } from '../platform/random.ts';
import type { Purpose } from '../sshsig/namespaces.ts';
import { parsePublicKeyLine, type SshPublicKey } from '../sshsig/public-key.ts';
import { wireString } from '../sshsig/wire.ts';
import { publicKeyOf, signEd25519 } from '../tuf/ed25519.ts';

const TYPE = 'ssh-ed25519';
const HASH = 'sha512';

export class LabPerson {
  readonly name: string;
  /** What the ledger calls them. */
  readonly actor = `a-${Buffer.from(randomSecret(10)).toString('hex')}`;
  readonly key: SshPublicKey;
  readonly #seed = randomSecret(32);

  constructor(name: string) {
    this.name = name;
    this.key = parsePublicKeyLine(`${TYPE} ${wire(TYPE, publicKeyOf(this.#seed)).toString('base64')}`);
  }

  /** Armored. */
  sign(message: Uint8Array, purpose: Purpose): string {
    return sshSignature(this.key, (bytes) => signEd25519(this.#seed, bytes), message, purpose);
  }
}

/** A signature that names a key; whether that key made it is for whoever reads it to find out. */
export function sshSignature(
  { blob }: SshPublicKey,
  sign: (bytes: Uint8Array) => Uint8Array,
  message: Uint8Array,
  purpose: Purpose,
): string {
  const signed = wire(purpose, '', HASH, createHash(HASH).update(message).digest());
  const raw = sign(Buffer.concat([Buffer.from('SSHSIG'), signed]));
  const fields = wire(blob, purpose, '', HASH, wire(TYPE, raw));
  const base64 = Buffer.concat([Buffer.from('SSHSIG'), Uint8Array.of(0, 0, 0, 1), fields]).toString('base64');
  const lines = base64.match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

function wire(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map(wireString));
}
