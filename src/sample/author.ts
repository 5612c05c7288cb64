/**
 * A small, honest author of a TUF repository: what an upstream is to a mirror. It keeps the roles as values and signs
 * on `publish`, in the order that leaves a client with a whole state at any moment: root, authored roles, snapshot,
 * timestamp. The clock, the keys and the files’ destination are the caller’s.
 */
import { createHash } from 'node:crypto';
import type { Signer } from '../sign/signer.ts';
import { metadataFileName, roleName } from '../tuf/names.ts';
import {
  type AuthoredRole,
  type Delegation,
  type Issue,
  rootPart,
  snapshotPart,
  targetsPart,
  timestampPart,
} from './parts.ts';
import { type Keyholders, type SignFile, signFile } from './signing.ts';

/** Days from signing to expiry. `targets` is for delegated roles, too. */
export type SampleLifetimes = Record<'root' | 'timestamp' | 'snapshot' | 'targets', number>;

export interface AuthorOptions {
  /** The first key of a role, by the role’s name; the same one each time. */
  readonly signerFor: (role: string) => Signer;
  readonly now: Date;
  readonly lifetimes: SampleLifetimes;
  readonly consistentSnapshot?: boolean;
  /** How files are signed, for tests that sign otherwise. */
  readonly sign?: SignFile;
}

export class Author {
  /** When the next file is signed. */
  now: Date;
  consistentSnapshot: boolean;
  /** Whether snapshot and timestamp state lengths and hashes. */
  listsDigests = true;
  readonly lifetimes: SampleLifetimes;
  readonly root = { version: 0, expires: new Date(0) };
  readonly timestamp = { version: 0, expires: new Date(0) };
  readonly snapshot = { version: 0, expires: new Date(0) };
  /** Who speaks for the top-level roles. */
  readonly keyholders: Map<string, Keyholders>;
  /** `targets` and every delegated role. */
  readonly roles = new Map<string, AuthoredRole>();
  /** Every metadata file ever published, by its name; what has no version in its name is replaced. */
  readonly files = new Map<string, Uint8Array>();
  readonly #current = new Map<string, Uint8Array>();
  /** Root keys of the root before: a new root is signed by both. */
  #outgoing: readonly Signer[] = [];
  readonly #signerFor: (role: string) => Signer;
  readonly #sign: SignFile;

  constructor({ signerFor, now, lifetimes, consistentSnapshot = true, sign = signFile }: AuthorOptions) {
    this.now = now;
    this.lifetimes = lifetimes;
    this.consistentSnapshot = consistentSnapshot;
    this.#signerFor = signerFor;
    this.#sign = sign;
    const names = ['root', 'timestamp', 'snapshot', 'targets'];
    this.keyholders = new Map(names.map((name) => [name, { signers: [signerFor(name)], threshold: 1 }]));
    this.role('targets');
  }

  /** The role of that name; made when it is new. */
  role(name: string): AuthoredRole {
    let role = this.roles.get(name);
    if (!role) this.roles.set(name, (role = { version: 0, expires: new Date(0), targets: new Map(), delegations: [] }));
    return role;
  }

  /** Adds a delegation with the lowest priority; keys and threshold are one of the new role’s own unless given. */
  delegate(
    delegator: string,
    name: string,
    grant: Partial<Keyholders> & Partial<Pick<Delegation, 'terminating' | 'paths' | 'pathHashPrefixes'>>,
  ): AuthoredRole {
    const own: Keyholders = { signers: [this.#signerFor(name)], threshold: 1 };
    this.role(delegator).delegations.push({ terminating: false, ...own, ...grant, name });
    return this.role(name);
  }

  /** Delegates everything to 2^bitLength bins, which share one key (TAP 15). */
  delegateToBins(delegator: string, namePrefix: string, bitLength: number): void {
    this.role(delegator).bins = { signers: [this.#signerFor(namePrefix)], threshold: 1, bitLength, namePrefix };
    for (let bin = 0; bin < 2 ** bitLength; bin++) this.role(binName(namePrefix, bitLength, bin));
  }

  /** The bin of a delegator that speaks for the path. */
  binFor(delegator: string, path: string): AuthoredRole {
    const { bins } = this.role(delegator);
    if (!bins) throw new TypeError(`${delegator} has no bins`);
    const first = createHash('sha256').update(path).digest().readUInt32BE();
    return this.role(binName(bins.namePrefix, bins.bitLength, Math.floor(first / 2 ** (32 - bins.bitLength))));
  }

  publishRoot(): void {
    this.#renew(this.root, this.lifetimes.root);
    this.signRoot();
  }

  /** Signs these roles anew and those that never were, then snapshot and timestamp. */
  publish(...changed: string[]): void {
    if (this.root.version === 0) this.publishRoot();
    for (const [name, role] of this.roles) {
      if (role.version > 0 && !changed.includes(name)) continue;
      this.#renew(role, this.lifetimes.targets);
      this.signRole(name);
    }
    this.#renew(this.snapshot, this.lifetimes.snapshot);
    this.publishTimestamp(this.#signSnapshot());
  }

  /** A new timestamp for the same snapshot, or for the one that was signed just now. */
  publishTimestamp(snapshot = this.#current.get('snapshot') ?? new Uint8Array()): void {
    this.#renew(this.timestamp, this.lifetimes.timestamp);
    const part = timestampPart(this.timestamp, this.snapshot, snapshot, this.listsDigests);
    this.files.set('timestamp.json', this.#sign('timestamp', part, this.#signersOf('timestamp')));
  }

  /** Signs root as it stands, without a new version: the same bytes again when nothing changed. */
  signRoot(): void {
    const part = rootPart(this.root, this.keyholders, this.consistentSnapshot);
    const own = this.#signersOf('root');
    this.#write('root', this.root, this.#sign('root', part, distinct([...this.#outgoing, ...own])));
    this.#outgoing = own;
  }

  /** The same for an authored role. */
  signRole(name: string): void {
    const role = this.role(name);
    this.#write(name, role, this.#sign(name, targetsPart(role), this.#signersOf(name)));
  }

  #signSnapshot(): Uint8Array {
    const listed = [...this.roles].map(([name, issue]) => [name, { issue, bytes: this.#bytes(name) }] as const);
    const part = snapshotPart(this.snapshot, new Map(listed), this.listsDigests);
    return this.#write('snapshot', this.snapshot, this.#sign('snapshot', part, this.#signersOf('snapshot')));
  }

  #write(role: string, { version }: Issue, bytes: Uint8Array): Uint8Array {
    this.#current.set(role, bytes);
    const isVersioned = this.consistentSnapshot || role === 'root';
    this.files.set(metadataFileName({ role: roleName(role), ...(isVersioned ? { version } : {}) }), bytes);
    return bytes;
  }

  #bytes(role: string): Uint8Array {
    const bytes = this.#current.get(role);
    if (!bytes) throw new TypeError(`${role} was never signed`);
    return bytes;
  }

  #renew(issue: Issue, days: number): void {
    issue.version++;
    issue.expires = new Date(this.now.getTime() + days * 86_400_000);
  }

  /** Everybody who holds the role for some delegator. */
  #signersOf(name: string): Signer[] {
    const own = this.keyholders.get(name)?.signers ?? [];
    const granted = [...this.roles.values()].flatMap(({ delegations, bins }) => [
      ...delegations.filter((made) => made.name === name).flatMap((made) => made.signers),
      ...(bins && isBinOf(bins.namePrefix, name) ? bins.signers : []),
    ]);
    return distinct([...own, ...granted]);
  }
}

function distinct(signers: readonly Signer[]): Signer[] {
  return [...new Map(signers.map((signer) => [signer.keyId, signer])).values()];
}

function binName(prefix: string, bitLength: number, bin: number): string {
  return `${prefix}-${bin.toString(16).padStart(Math.ceil(bitLength / 4), '0')}`;
}

function isBinOf(prefix: string, name: string): boolean {
  return name.startsWith(`${prefix}-`) && /^[0-9a-f]+$/.test(name.slice(prefix.length + 1));
}
