/**
 * Root key holders: people, each with one passphrase-encrypted file that serves every repository.
 *
 * `<holder>.root.age` is an ordinary age file (passphrase, ASCII armour), so a holder can open it with the stock `age`
 * command should this program ever be lost. Inside is `{"countersign":"root-holder/v1","holder":…,"secret":…}`; the
 * secret derives one root key per repository (derive.ts). The server never needs this file and never asks for it (Y-03).
 */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { decodeHex, encodeHex } from '../tuf/encoding.ts';
import { jsonObject, parseJson, stringifyJson } from '../tuf/json.ts';
import { type RepositoryId, printable } from '../tuf/names.ts';
import { notarySignerFromScalar, type LocalNotarySigner, type NotarySigner } from '../notary/signer.ts';
import { keyIdOf, keyObjectOf } from '../notary/keys.ts';
import { FIRST_EPOCH, SECRET_BYTES, deriveRootScalar, deriveSeed } from './derive.ts';
import { CERTIFICATE_KEYTYPE, isCertificateName, makeRootCertificate } from './root-certificate.ts';
import type { RootDraft } from './draft-document.ts';
import type { RootSigner } from './root-draft.ts';
import { type RootPublic, isHolderName } from './root-public.ts';
import { createKeyFile, readKeyFile } from './secret-file.ts';
import { type LocalSigner, type Signer, signerFromSeed } from './signer.ts';

const FORMAT = 'root-holder/v1';
const SUFFIX = '.root.age';
const MAX_BYTES = 16_384;

export class RootHolder {
  readonly name: string;
  readonly #secret: Uint8Array;
  readonly #signers = new Map<RepositoryId, LocalSigner>();
  readonly #collections = new Map<RepositoryId, LocalNotarySigner>();
  #isClosed = false;

  /** @param secret 32 bytes, taken over and zeroed by `close` */
  constructor(name: string, secret: Uint8Array) {
    this.name = name;
    this.#secret = secret;
  }

  /** This holder’s root key for one repository; of no use in any other (Y-05). */
  signerFor(repository: RepositoryId): Signer {
    this.#requireOpen();
    let signer = this.#signers.get(repository);
    if (!signer) {
      signer = signerFromSeed(deriveSeed(this.#secret, repository, 'root', FIRST_EPOCH));
      this.#signers.set(repository, signer);
    }
    return signer;
  }

  /** What the holder sends to whoever drafts a root; nothing in it is secret. */
  publicOf(repository: RepositoryId): RootPublic {
    const { keyId, keyObject } = this.signerFor(repository);
    return { holder: this.name, repository, keyId, keyObject };
  }

  /** The same for a collection: another key, P-256, under the id of the key itself and not of a certificate. */
  collectionSignerFor(repository: RepositoryId): NotarySigner {
    this.#requireOpen();
    let signer = this.#collections.get(repository);
    if (!signer) {
      signer = this.#withScalar(repository, notarySignerFromScalar);
      this.#collections.set(repository, signer);
    }
    return signer;
  }

  /** The key that signs this draft, whichever dialect it is in. */
  signerOf({ repository, collection }: Pick<RootDraft, 'repository' | 'collection'>): RootSigner {
    return collection ? this.collectionSignerFor(repository) : this.signerFor(repository);
  }

  /**
   * What the holder of a collection’s root key sends to whoever drafts: the key in a new certificate. Each call makes another,
   * with another key id, so the result is kept.
   * @param commonName the served name, or `prefix/*`
   * @param draw fresh random bytes of a length
   * @throws USAGE_OPTION for a name that no certificate may bear
   */
  certify(
    repository: RepositoryId,
    commonName: string,
    { now, draw }: { readonly now: Date; readonly draw: (length: number) => Uint8Array },
  ): RootPublic {
    this.#requireOpen();
    if (!isCertificateName(commonName)) {
      throw new Refusal(
        'USAGE_OPTION',
        `“${printable(commonName, 100)}” is no served name, and no prefix ending in “/*”.`,
      );
    }
    const text = this.#withScalar(repository, (scalar) => makeRootCertificate(scalar, commonName, now, draw));
    const pem = Buffer.from(text, 'utf8');
    const [keyId, keyObject] = [keyIdOf(CERTIFICATE_KEYTYPE, pem), keyObjectOf(CERTIFICATE_KEYTYPE, pem)];
    return { holder: this.name, repository, keyId, keyObject };
  }

  /** Zeroes the secret and every key derived from it (Y-02). */
  close(): void {
    this.#isClosed = true;
    this.#secret.fill(0);
    for (const signer of this.#signers.values()) signer.forget();
    for (const signer of this.#collections.values()) signer.forget();
    this.#signers.clear();
    this.#collections.clear();
  }

  #withScalar<Result>(repository: RepositoryId, work: (scalar: Uint8Array) => Result): Result {
    const scalar = deriveRootScalar(this.#secret, repository);
    try {
      return work(scalar);
    } finally {
      scalar.fill(0);
    }
  }

  /** The zeroed secret is one that everybody knows: keys derived from it must never come into being. */
  #requireOpen(): void {
    if (this.#isClosed) throw new Error('the root holder was closed');
  }
}

/** Where a holder’s file lies, and what opens it. */
export interface HolderFile {
  readonly directory: string;
  /** 1 to 32 of a–z, 0–9 and “-”. */
  readonly holder: string;
  readonly passphrase: string;
}

/**
 * Makes a new holder: a fresh secret, encrypted before it reaches the disk.
 *
 * @param draw gives fresh random bytes of a length (platform/random.ts)
 * @param options.workFactor base-2 logarithm of scrypt’s N; leave it out (age’s default is 18, about a second) unless
 *   this is a test (Y-02 asks for 17 at least)
 * @throws USAGE_OPTION for an impossible name; STATE_ALREADY_INITIALISED, STATE_PERMISSIONS, STATE_DISK
 */
export async function createRootHolder(
  disk: Disk,
  file: HolderFile,
  draw: (length: number) => Uint8Array,
  options: { workFactor?: number } = {},
): Promise<RootHolder> {
  const name = fileNameOf(file.holder);
  const secret = draw(SECRET_BYTES);
  const document = jsonObject({ countersign: FORMAT, holder: file.holder, secret: encodeHex(secret) });
  const plain = Buffer.from(`${stringifyJson(document)}\n`, 'utf8');
  try {
    const { Encrypter, armor } = await import('age-encryption');
    const encrypter = new Encrypter();
    encrypter.setPassphrase(file.passphrase);
    if (options.workFactor !== undefined) encrypter.setScryptWorkFactor(options.workFactor);
    const text = armor.encode(await encrypter.encrypt(plain));
    await createKeyFile(disk, file.directory, name, Buffer.from(text, 'ascii'));
    return new RootHolder(file.holder, secret);
  } catch (error) {
    secret.fill(0);
    throw error;
  } finally {
    plain.fill(0);
  }
}

/**
 * @throws STATE_KEY when the passphrase is wrong, or the file is missing, damaged or another holder’s
 * @throws STATE_PERMISSIONS when the file is open to others; USAGE_OPTION for an impossible name
 */
export async function openRootHolder(disk: Disk, file: HolderFile): Promise<RootHolder> {
  const path = join(file.directory, fileNameOf(file.holder));
  const plain = await decrypt(await readKeyFile(disk, path, MAX_BYTES), file.passphrase, path);
  try {
    const secret = readSecretMember(plain, file.holder);
    if (!secret) throw new Refusal('STATE_KEY', `${path} is not the root key file of ${file.holder}.`);
    return new RootHolder(file.holder, secret);
  } finally {
    plain.fill(0);
  }
}

/** Names of the holders whose files lie in the directory, sorted. */
export async function listRootHolders(disk: Disk, directory: string): Promise<string[]> {
  if (!(await disk.exists(directory))) return [];
  const names = (await disk.list(directory)).filter((name) => name.endsWith(SUFFIX));
  return names.map((name) => name.slice(0, -SUFFIX.length)).filter(isHolderName);
}

/** The name becomes part of a file name, so nothing but the plainest names may pass (P-01). */
function fileNameOf(holder: string): string {
  if (isHolderName(holder)) return `${holder}${SUFFIX}`;
  throw new Refusal('USAGE_OPTION', `“${printable(holder)}” cannot be a holder’s name: 1 to 32 of a-z, 0-9 and “-”.`);
}

async function decrypt(armoured: Buffer, passphrase: string, path: string): Promise<Uint8Array> {
  const { Decrypter, armor } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(armor.decode(armoured.toString('latin1')));
  } catch (cause) {
    // The library has no error codes; its one sentence for “no passphrase fitted” is the only one told apart.
    const isMismatch = cause instanceof Error && cause.message.startsWith('no identity matched');
    const what = isMismatch
      ? `The passphrase does not open ${path}.`
      : `${path} is damaged, or is not an age file made with a passphrase.`;
    throw new Refusal('STATE_KEY', what, { cause });
  }
}

function readSecretMember(plain: Uint8Array, holder: string): Uint8Array | undefined {
  try {
    const document = parseJson(plain, 'the decrypted file', 2);
    if (!(document instanceof Map) || document.size !== 3) return undefined;
    // A file renamed to another holder’s name would sign under that name.
    if (document.get('countersign') !== FORMAT || document.get('holder') !== holder) return undefined;
    const digits = document.get('secret');
    const secret = typeof digits === 'string' ? decodeHex(digits) : undefined;
    return secret?.length === SECRET_BYTES ? secret : undefined;
  } catch {
    return undefined;
  }
}
