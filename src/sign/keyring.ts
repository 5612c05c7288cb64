/**
 * The keys that this machine holds: from one online secret, the snapshot and timestamp key of every repository.
 *
 * Root keys are somebody else’s (root-holder.ts). Only a trial, made with `init --root-online`, has a root secret here;
 * `hasRootOnline` says so, and status shows it, because whoever takes such a machine takes the mirror’s root as well.
 */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { type LocalNotarySigner, type NotarySigner, notarySignerFromSeed } from '../notary/signer.ts';
import type { Disk } from '../platform/disk.ts';
import type { MirrorRole, RepositoryId } from '../tuf/names.ts';
import { FIRST_EPOCH, type KeyPurpose, deriveRootScalar, deriveSeed } from './derive.ts';
import { ONLINE_SECRET, ROOT_ONLINE_SECRET, createSecret, readSecret } from './secret-file.ts';
import { type LocalSigner, type Signer, signerFromSeed } from './signer.ts';

/** The ledger’s place among the repositories; no repository can be called so. */
const LEDGER = 'log';

/** The roles whose keys are online: what a renewal signs. */
export type OnlineRole = Exclude<MirrorRole, 'root'>;

export class Keyring {
  readonly #online: Uint8Array;
  readonly #root: Uint8Array | undefined;
  readonly #signers = new Map<string, LocalSigner>();
  readonly #collections = new Map<string, Readonly<Record<OnlineRole, LocalNotarySigner>>>();
  #isClosed = false;

  private constructor(online: Uint8Array, root: Uint8Array | undefined) {
    this.#online = online;
    this.#root = root;
  }

  /**
   * @param directory the keys directory, 0700, owner only
   * @throws STATE_KEY when a secret is missing, unreadable or a copy of another; STATE_PERMISSIONS when others reach it
   */
  static async open(disk: Disk, directory: string): Promise<Keyring> {
    const online = await readSecret(disk, directory, ONLINE_SECRET);
    try {
      const isTrial = await disk.exists(join(directory, ROOT_ONLINE_SECRET.file));
      const root = isTrial ? await readSecret(disk, directory, ROOT_ONLINE_SECRET) : undefined;
      if (root && Buffer.compare(root, online) === 0) {
        // One secret in two places would make the theft of either the theft of both (Y-05).
        root.fill(0);
        throw new Refusal('STATE_KEY', `${ROOT_ONLINE_SECRET.file} holds the same secret as ${ONLINE_SECRET.file}.`);
      }
      return new Keyring(online, root);
    } catch (error) {
      online.fill(0);
      throw error;
    }
  }

  /** Whether this is a trial whose root key is online, too. */
  get hasRootOnline(): boolean {
    return this.#root !== undefined;
  }

  /** The current key of a renewed role; `epoch` counts its rotations from 1. The same Signer each time. */
  signerFor(repository: RepositoryId, role: OnlineRole, epoch: number): Signer {
    return this.#signer(this.#online, repository, role, epoch);
  }

  /** @throws STATE_NEEDS_ROOT unless this is a trial: root keys are with their holders */
  rootSignerFor(repository: RepositoryId): Signer {
    return this.#signer(this.#requireRoot(repository), repository, 'root', FIRST_EPOCH);
  }

  /** The same keys as `signerFor` has, in the form of a Notary collection. The same each time. */
  collectionSigners(repository: RepositoryId, epoch: number): Readonly<Record<OnlineRole, NotarySigner>> {
    if (this.#isClosed) throw new Error('the keyring was closed');
    const name = `${repository}/${epoch}`;
    let signers = this.#collections.get(name);
    if (!signers) {
      const made = (role: OnlineRole): LocalNotarySigner =>
        notarySignerFromSeed(deriveSeed(this.#online, repository, role, epoch));
      signers = { snapshot: made('snapshot'), timestamp: made('timestamp') };
      this.#collections.set(name, signers);
    }
    return signers;
  }

  /**
   * The private key of a collection’s root; the caller zeroes it.
   * @throws STATE_NEEDS_ROOT unless this is a trial: root keys are with their holders
   */
  collectionRootScalar(repository: RepositoryId): Uint8Array {
    if (this.#isClosed) throw new Error('the keyring was closed');
    return deriveRootScalar(this.#requireRoot(repository), repository);
  }

  /** The key that signs the ledger’s checkpoints. */
  checkpointSigner(): LocalSigner {
    return this.#signer(this.#online, LEDGER, 'checkpoint', FIRST_EPOCH);
  }

  /** The key that signs what the server states. */
  attestationSigner(): LocalSigner {
    return this.#signer(this.#online, LEDGER, 'attestation', FIRST_EPOCH);
  }

  /** Zeroes every secret that this keyring ever made (Y-02). Its signers cannot sign afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#online.fill(0);
    this.#root?.fill(0);
    for (const signer of this.#signers.values()) signer.forget();
    this.#signers.clear();
    for (const { snapshot, timestamp } of this.#collections.values()) {
      snapshot.forget();
      timestamp.forget();
    }
    this.#collections.clear();
  }

  #requireRoot(repository: RepositoryId): Uint8Array {
    if (this.#root) return this.#root;
    throw new Refusal('STATE_NEEDS_ROOT', `The root key of ${repository} is not on this machine.`, {
      details: { repository },
    });
  }

  #signer(secret: Uint8Array, repository: string, role: KeyPurpose, epoch: number): LocalSigner {
    // The zeroed secret is one that everybody knows: keys derived from it must never come into being.
    if (this.#isClosed) throw new Error('the keyring was closed');
    // No part can contain a “/”, so no two triples share a name.
    const name = `${repository}/${role}/${epoch}`;
    let signer = this.#signers.get(name);
    if (!signer) {
      signer = signerFromSeed(deriveSeed(secret, repository, role, epoch));
      this.#signers.set(name, signer);
    }
    return signer;
  }
}

/**
 * Makes the online secret, and the trial’s root secret when `withRootOnline`; for `init`.
 * @param draw gives fresh random bytes of a length (platform/random.ts)
 * @throws STATE_ALREADY_INITIALISED, STATE_PERMISSIONS, STATE_DISK
 */
export async function createKeyring(
  disk: Disk,
  directory: string,
  draw: (length: number) => Uint8Array,
  options: { withRootOnline: boolean },
): Promise<void> {
  for (const kind of options.withRootOnline ? [ONLINE_SECRET, ROOT_ONLINE_SECRET] : [ONLINE_SECRET]) {
    const secret = draw(32);
    try {
      await createSecret(disk, directory, kind, secret);
    } finally {
      secret.fill(0);
    }
  }
}
