/**
 * Master secrets as files: one line that says what this is, one line of 64 hexadecimal digits.
 *
 * A file is read only when nobody but its owner can reach it (S-09), and only for the purpose that its first line
 * names: a root secret copied over the online one is refused, not used. Digits are decoded from and into buffers that
 * are zeroed afterwards; they never become a JavaScript string, which nothing can zero (Y-02).
 */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { type Disk, asDiskRefusal } from '../platform/disk.ts';
import { SECRET_BYTES } from './derive.ts';

interface SecretKind {
  readonly file: string;
  readonly header: string;
}

export const ONLINE_SECRET: SecretKind = { file: 'online.secret', header: 'countersign/online-secret/v1' };
export const ROOT_ONLINE_SECRET: SecretKind = {
  file: 'root-online.secret',
  header: 'countersign/root-online-secret/v1',
};

const DIGITS = '0123456789abcdef';
/** A header, 64 digits and two line ends are far below this; anything larger is another kind of file. */
const MAX_BYTES = 1024;

/**
 * @param directory the keys directory; it and the file must be private
 * @returns 32 bytes that the caller owns and zeroes after use
 * @throws STATE_KEY when the file is missing or is not this kind of secret; STATE_PERMISSIONS when others reach it
 */
export async function readSecret(disk: Disk, directory: string, kind: SecretKind): Promise<Uint8Array> {
  const path = join(directory, kind.file);
  // Who may write the directory can swap the file, so both are judged (S-09).
  await refuseUnlessPrivate(disk, directory);
  const bytes = await readKeyFile(disk, path, MAX_BYTES);
  try {
    const secret = parseSecret(bytes, kind.header);
    if (!secret) throw new Refusal('STATE_KEY', `${path} is not a “${kind.header}” line and 64 hexadecimal digits.`);
    return secret;
  } finally {
    bytes.fill(0);
  }
}

/**
 * Writes a new secret, mode 0600, durably; the caller still owns and zeroes `secret`.
 * @throws STATE_ALREADY_INITIALISED when the file exists: keys are never overwritten
 * @throws STATE_PERMISSIONS when the directory is open to others, STATE_DISK when it cannot be stored
 */
export async function createSecret(disk: Disk, directory: string, kind: SecretKind, secret: Uint8Array): Promise<void> {
  if (secret.length !== SECRET_BYTES) throw new RangeError('a master secret has 32 bytes');
  const bytes = Buffer.from(`${kind.header}\n${'0'.repeat(2 * SECRET_BYTES)}\n`, 'ascii');
  secret.forEach((byte, index) => {
    const at = kind.header.length + 1 + 2 * index;
    bytes[at] = DIGITS.charCodeAt(byte >> 4);
    bytes[at + 1] = DIGITS.charCodeAt(byte & 15);
  });
  try {
    await createKeyFile(disk, directory, kind.file, bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * Creates one file in the keys directory, which is made when missing; root-holder.ts uses it, too.
 * @throws STATE_ALREADY_INITIALISED, STATE_PERMISSIONS, STATE_DISK
 */
export async function createKeyFile(disk: Disk, directory: string, file: string, bytes: Uint8Array): Promise<void> {
  const path = join(directory, file);
  try {
    await disk.makePrivateDirectory(directory);
    await disk.refuseUnlessPrivate(directory);
    if (await disk.exists(path)) throw new Refusal('STATE_ALREADY_INITIALISED', `${path} exists already.`);
    await disk.create(path, bytes);
  } catch (error) {
    throw asDiskRefusal(error, `creating ${path}`);
  }
}

/**
 * Reads one private key file whole; root-holder.ts uses it, too.
 * @throws STATE_KEY unless it is a readable regular file of at most `maxBytes`; STATE_PERMISSIONS when others reach it
 */
export async function readKeyFile(disk: Disk, path: string, maxBytes: number): Promise<Buffer> {
  await refuseUnlessPrivate(disk, path);
  try {
    return await disk.read(path, maxBytes);
  } catch (cause) {
    const refusal = asDiskRefusal(cause, `reading ${path}`);
    if (refusal instanceof Refusal) throw refusal;
    throw new Refusal('STATE_KEY', `${path} cannot be read as a key file.`, { cause });
  }
}

async function refuseUnlessPrivate(disk: Disk, path: string): Promise<void> {
  try {
    if (!(await disk.exists(path))) throw new Refusal('STATE_KEY', `${path} does not exist.`);
    await disk.refuseUnlessPrivate(path);
  } catch (error) {
    throw asDiskRefusal(error, `reading ${path}`);
  }
}

function parseSecret(bytes: Buffer, header: string): Uint8Array | undefined {
  const start = header.length + 1;
  const end = start + 2 * SECRET_BYTES;
  const hasTail = bytes.length === end || (bytes.length === end + 1 && bytes[end] === 0x0a);
  if (!hasTail || bytes.toString('latin1', 0, start) !== `${header}\n`) return undefined;
  const secret = new Uint8Array(SECRET_BYTES);
  for (let index = 0; index < SECRET_BYTES; index++) {
    const high = DIGITS.indexOf(String.fromCharCode(bytes[start + 2 * index] ?? 0));
    const low = DIGITS.indexOf(String.fromCharCode(bytes[start + 2 * index + 1] ?? 0));
    if (high < 0 || low < 0) return undefined;
    secret[index] = 16 * high + low;
  }
  return secret;
}
