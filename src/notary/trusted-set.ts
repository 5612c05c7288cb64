/**
 * A client's workflow of the Notary dialect, as far as it can be had without network, clock and memory: root chain →
 * timestamp → snapshot → targets and delegations. Each step is made by the one before it, so that none can be left out.
 *
 * Stricter than the stock client in three things. Versions are compared whatever the files' lengths (7.4). A root counts by
 * certificates that name the collection, at every step of the chain. A delegation that was there, and that its delegator
 * still names, must not vanish from the snapshot, which the stock client would take without a word (7.3).
 * Source: the dialect’s description, 6 to 8.
 */
import { Refusal } from '../errors.ts';
import type { Limits } from '../tuf/limits.ts';
import { ROOT, type RoleName, SNAPSHOT, TARGETS, TIMESTAMP, printable } from '../tuf/names.ts';
import { type ExpiryRule, type Previous, refuseRollback, refuseUnlisted } from '../tuf/trusted-set.ts';
import {
  type NotaryRoot,
  type NotarySnapshot,
  type NotaryTargets,
  type NotaryTimestamp,
  type ParsedNotary,
  type TopLevelRole,
  parseNotaryRoot,
  parseNotarySnapshot,
  parseNotaryTargets,
  parseNotaryTimestamp,
} from './metadata.ts';
import { keysNamedFor } from './named-keys.ts';
import { type NotaryRole, requireNotaryThreshold } from './signatures.ts';

export class TrustedCollection {
  readonly root: ParsedNotary<NotaryRoot>;
  /** The collection's name that certificates must bear. */
  readonly gun: string;
  readonly #limits: Limits;

  private constructor(root: ParsedNotary<NotaryRoot>, gun: string, limits: Limits) {
    this.root = root;
    this.gun = gun;
    this.#limits = limits;
  }

  /** The first root, believed because somebody compared its digest; it must keep its own rules all the same. */
  static enrol(bytes: Uint8Array, gun: string, limits: Limits): TrustedCollection {
    const root = parseNotaryRoot(bytes, ROOT, limits);
    requireSigned(root, root, gun);
    return new TrustedCollection(root, gun, limits);
  }

  /**
   * A later root, signed by a threshold of this one and of its own.
   * @param version that it must have; without it any later one, for a source that does not hold the steps in between
   */
  rotate(bytes: Uint8Array, version?: number): TrustedCollection {
    const next = parseNotaryRoot(bytes, ROOT, this.#limits);
    const isNext = version === undefined ? next.version > this.root.version : next.version === version;
    if (!isNext) {
      const place = version === undefined ? `one after version ${this.root.version}` : `version ${version}`;
      throw new Refusal('TRUST_ROOT_CHAIN', `Root version ${next.version} stands where ${place} must follow.`, {
        details: { role: ROOT, version: next.version },
      });
    }
    requireSigned(next, this.root, this.gun);
    requireSigned(next, next, this.gun);
    return new TrustedCollection(next, this.gun, this.#limits);
  }

  /** Another file of this very version, by this root's own keys: re-signed, or evidence of equivocation. Never trusted. */
  otherCopy(bytes: Uint8Array): ParsedNotary<NotaryRoot> {
    const copy = parseNotaryRoot(bytes, ROOT, this.#limits);
    refuseRollback(ROOT, copy.version, this.root.version);
    requireSigned(copy, this.root, this.gun);
    return copy;
  }

  role(name: TopLevelRole): NotaryRole {
    return this.root.payload.roles[name];
  }

  /** @throws whatever `expiry` says, TRUST_SIGNATURES, TRUST_ROLLBACK */
  timestamp(bytes: Uint8Array, previous: Previous, expiry: ExpiryRule): TrustedCollectionTimestamp {
    expiry(ROOT, this.root.expires);
    const timestamp = parseNotaryTimestamp(bytes, TIMESTAMP, this.#limits);
    requireThreshold(TIMESTAMP, this.role('timestamp'), timestamp);
    refuseRollback(TIMESTAMP, timestamp.version, previous.timestampVersion);
    expiry(TIMESTAMP, timestamp.expires);
    return new TrustedCollectionTimestamp(this, timestamp, previous, expiry, this.#limits);
  }
}

export class TrustedCollectionTimestamp {
  readonly root: TrustedCollection;
  readonly timestamp: ParsedNotary<NotaryTimestamp>;
  readonly #previous: Previous;
  readonly #expiry: ExpiryRule;
  readonly #limits: Limits;

  /** Made only by `TrustedCollection.timestamp`. */
  constructor(
    root: TrustedCollection,
    timestamp: ParsedNotary<NotaryTimestamp>,
    previous: Previous,
    expiry: ExpiryRule,
    limits: Limits,
  ) {
    this.root = root;
    this.timestamp = timestamp;
    this.#previous = previous;
    this.#expiry = expiry;
    this.#limits = limits;
  }

  snapshot(bytes: Uint8Array): TrustedCollectionSnapshot {
    refuseUnlisted(SNAPSHOT, TIMESTAMP, bytes, this.timestamp.payload.snapshot, 'TRUST_TORN');
    const snapshot = parseNotarySnapshot(bytes, SNAPSHOT, this.#limits);
    requireThreshold(SNAPSHOT, this.root.role('snapshot'), snapshot);
    refuseRollback(SNAPSHOT, snapshot.version, this.#previous.snapshotVersion);
    const listed = snapshot.payload.roles.get(ROOT);
    // The dialect's seal between a root and what is published under it.
    if (listed) refuseUnlisted(ROOT, SNAPSHOT, this.root.root.envelope.bytes, listed, 'TRUST_TORN');
    this.#expiry(SNAPSHOT, snapshot.expires);
    return new TrustedCollectionSnapshot(this, snapshot, this.#previous, this.#expiry, this.#limits);
  }
}

/** A targets or delegated file, verified. */
export interface CollectionRole extends ParsedNotary<NotaryTargets> {
  readonly name: RoleName;
}

export class TrustedCollectionSnapshot {
  readonly timestamp: TrustedCollectionTimestamp;
  readonly snapshot: ParsedNotary<NotarySnapshot>;
  readonly #previous: Previous;
  readonly #expiry: ExpiryRule;
  readonly #limits: Limits;

  /** Made only by `TrustedCollectionTimestamp.snapshot`. */
  constructor(
    timestamp: TrustedCollectionTimestamp,
    snapshot: ParsedNotary<NotarySnapshot>,
    previous: Previous,
    expiry: ExpiryRule,
    limits: Limits,
  ) {
    this.timestamp = timestamp;
    this.snapshot = snapshot;
    this.#previous = previous;
    this.#expiry = expiry;
    this.#limits = limits;
  }

  targets(bytes: Uint8Array): CollectionRole {
    return this.authored(TARGETS, this.timestamp.root.role('targets'), bytes);
  }

  /**
   * One authored role under the keys that its only delegator gives it; `targets` and delegations by the same code (W-05).
   * @param expiry in place of the rule of the others, for whoever decides role by role
   */
  authored(
    name: RoleName,
    keys: NotaryRole,
    bytes: Uint8Array,
    delegator?: RoleName,
    expiry: ExpiryRule = this.#expiry,
  ): CollectionRole {
    const code = name === TARGETS ? 'TRUST_TORN' : 'TRUST_ROLE_MISMATCH';
    const listed = this.snapshot.payload.roles.get(name);
    if (!listed)
      throw new Refusal('TRUST_ROLE_UNLISTED', `${printable(name)} is not listed.`, { details: { role: name } });
    refuseUnlisted(name, SNAPSHOT, bytes, listed, code);
    const parsed = parseNotaryTargets(bytes, name, this.#limits);
    requireThreshold(name, keys, parsed, delegator);
    // The snapshot lists no versions, and a shorter file must not go around the comparison as it does in stock clients.
    refuseRollback(name, parsed.version, this.#previous.roles?.get(name));
    expiry(name, parsed.expires);
    return { name, ...parsed };
  }

  /**
   * Whether a role that is delegated to has a file: one that nobody has published yet is legal.
   * @throws TRUST_ROLE_REMOVED for one that was there before
   */
  isPublished(name: RoleName): boolean {
    if (this.snapshot.payload.roles.has(name)) return true;
    if (!this.#previous.roles?.has(name)) return false;
    throw new Refusal(
      'TRUST_ROLE_REMOVED',
      `Snapshot version ${this.snapshot.version} no longer lists ${printable(name)}, which is still delegated to.`,
      { details: { role: name } },
    );
  }
}

function requireSigned(root: ParsedNotary<NotaryRoot>, by: ParsedNotary<NotaryRoot>, gun: string): void {
  const named = keysNamedFor(by.payload.roles.root, gun);
  const distinct = new Set(named.keys.map((key) => key.fingerprint)).size;
  if (distinct < named.threshold) {
    throw new Refusal(
      'TRUST_WRONG_REPOSITORY',
      `Root version ${by.version} has ${distinct} certificates for ${printable(gun)} and needs ${named.threshold} of them to sign.`,
      { details: { role: ROOT, gun: printable(gun) } },
    );
  }
  requireThreshold(ROOT, named, root);
}

function requireThreshold(
  name: RoleName,
  role: NotaryRole,
  { envelope: { message, signatures } }: ParsedNotary<unknown>,
  delegator?: RoleName,
): void {
  requireNotaryThreshold(name, role, message, signatures, delegator);
}
