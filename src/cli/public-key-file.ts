/** A person’s public key as it lies on somebody’s disk. */
import { Refusal } from '../errors.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { parsePublicKeyLine, type SshPublicKey } from '../sshsig/public-key.ts';
import { printable } from '../tuf/names.ts';

const LONGEST = 16_384;

/** @throws USAGE_FILE for a private key, TRUST_KEY for what is no key that counts */
export async function readPublicKey(path: string): Promise<SshPublicKey> {
  const text = (await readNamedFile(path, LONGEST)).toString('utf8');
  if (!/PRIVATE KEY-----/.test(text)) return parsePublicKeyLine(text);
  throw new Refusal('USAGE_FILE', `${printable(path)} is a private key, which its owner gives to nobody.`, {
    next: 'Give the public half: the file that ends in .pub.',
  });
}
