/** Signatures put together from their parts, so that any part can be another one than ssh-keygen would write. */
import { createHash } from 'node:crypto';
import { type Person, wire } from './people.ts';

export interface Parts {
  readonly message: Uint8Array | string;
  readonly namespace: string;
  readonly magic?: string;
  readonly version?: number;
  /** The key that is named; the person’s own unless another is claimed. */
  readonly blob?: Uint8Array;
  /** The namespace that is written down; the signed one unless another is claimed. */
  readonly writtenNamespace?: Uint8Array | string;
  readonly reserved?: string;
  readonly hash?: string;
  /** The digest that is written down; the signed one unless another is claimed. */
  readonly writtenHash?: string;
  /** Changes the person’s signature after it was made. */
  readonly bend?: (signature: Uint8Array) => Uint8Array;
  /** Bytes after everything else. */
  readonly after?: Uint8Array;
  /** Bytes to leave away at the end. */
  readonly cut?: number;
}

export function forge(person: Pick<Person, 'blob' | 'sign'>, parts: Parts): string {
  return armor(forgeBlob(person, parts));
}

export function forgeBlob(person: Pick<Person, 'blob' | 'sign'>, parts: Parts): Buffer {
  const { namespace, hash = 'sha512', reserved = '', bend = unbent, version = 1 } = parts;
  const signature = bend(person.sign(signedBytes(namespace, hash, Buffer.from(parts.message))));
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  const whole = Buffer.concat([
    Buffer.from(parts.magic ?? 'SSHSIG'),
    number,
    wire(
      parts.blob ?? person.blob,
      parts.writtenNamespace ?? namespace,
      reserved,
      parts.writtenHash ?? hash,
      signature,
    ),
    parts.after ?? Buffer.alloc(0),
  ]);
  return whole.subarray(0, whole.length - (parts.cut ?? 0));
}

function unbent(signature: Uint8Array): Uint8Array {
  return signature;
}

/** What a person’s key signs. */
export function signedBytes(namespace: string, hash: string, message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('SSHSIG'), wire(namespace, '', hash, createHash(hash).update(message).digest())]);
}

export function armor(blob: Uint8Array): string {
  const lines =
    Buffer.from(blob)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}
