/**
 * What we believe so far, and what may be believed next. No clock, no disk, no network.
 *
 * The rules, by the titles of TUF 1.0.34 “Detailed client workflow”:
 *  1. Update the root role: N+1 exactly, signed by a threshold of N’s keys and of its own; intermediate expiry ignored.
 *  2. Update the timestamp role: signed under the newest root; version not below the one seen before.
 *  3. Update the snapshot role: the file that timestamp names; no listed role removed or lowered.
 *  4. Update the targets role and delegations: the file that snapshot lists, verified again for every delegator that
 *     reaches it, because being listed by one says nothing about another (D-01).
 * Hashes are compared before bytes are parsed (W-03). Each step is a method of the result of the step before, so the
 * wrong order cannot be written. Expiry is asked of the caller’s rule, with one reference time per run (W-01).
 */
import { Refusal, type Code } from '../errors.ts';
import { mismatchedHash } from './digest.ts';
import type { Limits } from './limits.ts';
import {
  type Listing,
  type Parsed,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
  parseRoot,
  parseSnapshot,
  parseTargets,
  parseTimestamp,
} from './metadata.ts';
import { ROOT, SNAPSHOT, TARGETS, TIMESTAMP, type RoleName, printable } from './names.ts';
import type { VerificationMemory } from './memory.ts';
import { requireThreshold, type RoleKeys } from './signatures.ts';

/** Decides what an expiry means: throws to refuse, returns to go on. */
export type ExpiryRule = (role: RoleName, expires: Date) => void;

/** Versions that were accepted before, for rollback checks only; never a source of trust. */
export interface Previous {
  readonly timestampVersion?: number;
  readonly snapshotVersion?: number;
  readonly roles?: ReadonlyMap<RoleName, number>;
}

export class TrustedRoot {
  readonly root: Parsed<Root>;
  readonly #limits: Limits;

  private constructor(root: Parsed<Root>, limits: Limits) {
    this.root = root;
    this.#limits = limits;
  }

  /** The enrolled root: believed because a person confirmed its digest; still it must be signed by itself. */
  static enrol(bytes: Uint8Array, limits: Limits): TrustedRoot {
    const root = parseRoot(bytes, 'root', limits);
    requireThreshold(ROOT, roleOf(root, ROOT), root.envelope.message, root.envelope.signatures);
    return new TrustedRoot(root, limits);
  }

  rotate(bytes: Uint8Array): TrustedRoot {
    const next = parseRoot(bytes, 'root', this.#limits);
    if (next.version !== this.root.version + 1) {
      throw new Refusal(
        'TRUST_ROOT_CHAIN',
        `Root version ${String(next.version)} stands where version ${String(this.root.version + 1)} must follow.`,
        {
          details: { role: ROOT, version: next.version },
        },
      );
    }
    const { message, signatures } = next.envelope;
    requireThreshold(ROOT, roleOf(this.root, ROOT), message, signatures);
    // By both, which is one question where both name the same keys by the same ids.
    if (!isSameRole(roleOf(this.root, ROOT), roleOf(next, ROOT)))
      requireThreshold(ROOT, roleOf(next, ROOT), message, signatures);
    return new TrustedRoot(next, this.#limits);
  }

  /** Another file of this very version, by this root’s own keys: re-signed, or evidence of equivocation. Never trusted. */
  otherCopy(bytes: Uint8Array): Parsed<Root> {
    const copy = parseRoot(bytes, 'root', this.#limits);
    if (copy.version !== this.root.version) {
      throw new Refusal(
        'TRUST_ROOT_CHAIN',
        `Root version ${copy.version} stands where version ${this.root.version} must be.`,
        { details: { role: ROOT, version: copy.version } },
      );
    }
    requireThreshold(ROOT, this.role(ROOT), copy.envelope.message, copy.envelope.signatures);
    return copy;
  }

  role(name: RoleName): RoleKeys {
    return roleOf(this.root, name);
  }

  /** Ends the root chain: its last version must satisfy the expiry rule before anything is judged by it. */
  timestamp(bytes: Uint8Array, previous: Previous, expiry: ExpiryRule): TrustedTimestamp {
    expiry(ROOT, this.root.expires);
    const timestamp = parseTimestamp(bytes, TIMESTAMP, this.#limits);
    requireThreshold(TIMESTAMP, this.role(TIMESTAMP), timestamp.envelope.message, timestamp.envelope.signatures);
    refuseRollback(TIMESTAMP, timestamp.version, previous.timestampVersion);
    refuseRollback(SNAPSHOT, timestamp.payload.snapshot.version, previous.snapshotVersion);
    expiry(TIMESTAMP, timestamp.expires);
    return new TrustedTimestamp(this, timestamp, previous, expiry, this.#limits);
  }
}

export class TrustedTimestamp {
  readonly root: TrustedRoot;
  readonly timestamp: Parsed<Timestamp>;
  readonly #previous: Previous;
  readonly #expiry: ExpiryRule;
  readonly #limits: Limits;

  /** Made only by `TrustedRoot.timestamp`. */
  constructor(root: TrustedRoot, timestamp: Parsed<Timestamp>, previous: Previous, expiry: ExpiryRule, limits: Limits) {
    this.root = root;
    this.timestamp = timestamp;
    this.#previous = previous;
    this.#expiry = expiry;
    this.#limits = limits;
  }

  snapshot(bytes: Uint8Array): TrustedSnapshot {
    const listing = this.timestamp.payload.snapshot;
    refuseUnlisted(SNAPSHOT, TIMESTAMP, bytes, listing, 'TRUST_TORN');
    const snapshot = parseSnapshot(bytes, SNAPSHOT, this.#limits);
    requireThreshold(SNAPSHOT, this.root.role(SNAPSHOT), snapshot.envelope.message, snapshot.envelope.signatures);
    refuseOtherVersion(SNAPSHOT, TIMESTAMP, snapshot.version, listing, 'TRUST_TORN');
    for (const [role, version] of this.#previous.roles ?? []) {
      const now = snapshot.payload.roles.get(role);
      if (!now) {
        throw new Refusal(
          'TRUST_ROLE_REMOVED',
          `Snapshot version ${String(snapshot.version)} no longer lists ${printable(role)}.`,
          { details: { role } },
        );
      }
      refuseRollback(role, now.version, version);
    }
    this.#expiry(SNAPSHOT, snapshot.expires);
    return new TrustedSnapshot(this, snapshot, this.#expiry, this.#limits);
  }
}

/** A targets or delegated file, verified for one delegator. */
export interface AuthoredRole extends Parsed<Targets> {
  readonly name: RoleName;
}

export class TrustedSnapshot {
  readonly timestamp: TrustedTimestamp;
  readonly snapshot: Parsed<Snapshot>;
  readonly #expiry: ExpiryRule;
  readonly #limits: Limits;

  /** Made only by `TrustedTimestamp.snapshot`. */
  constructor(timestamp: TrustedTimestamp, snapshot: Parsed<Snapshot>, expiry: ExpiryRule, limits: Limits) {
    this.timestamp = timestamp;
    this.snapshot = snapshot;
    this.#expiry = expiry;
    this.#limits = limits;
  }

  targets(bytes: Uint8Array): AuthoredRole {
    return this.authored(TARGETS, this.timestamp.root.role(TARGETS), bytes);
  }

  /**
   * One authored role under the keys that one delegator gives it. The same code for targets and for delegations:
   * delegated files that were checked less have been exploited (W-05).
   */
  authored(
    name: RoleName,
    keys: RoleKeys,
    bytes: Uint8Array,
    delegator?: RoleName,
    memory?: VerificationMemory,
  ): AuthoredRole {
    const code = name === TARGETS ? 'TRUST_TORN' : 'TRUST_ROLE_MISMATCH';
    const listing = this.listing(name, delegator);
    refuseUnlisted(name, SNAPSHOT, bytes, listing, code);
    let parsed = memory?.recall(name, bytes, keys);
    if (!parsed) {
      parsed = parseTargets(bytes, name, this.#limits);
      requireThreshold(name, keys, parsed.envelope.message, parsed.envelope.signatures, delegator);
      memory?.keep(name, parsed, keys);
    }
    refuseOtherVersion(name, SNAPSHOT, parsed.version, listing, code);
    this.#expiry(name, parsed.expires);
    return { name, ...parsed };
  }

  /** @throws TRUST_ROLE_UNLISTED: a role that cannot be had ends the search, it is never skipped (D-03) */
  listing(name: RoleName, delegator?: RoleName): Listing {
    const listing = this.snapshot.payload.roles.get(name);
    if (listing) return listing;
    const by = delegator === undefined ? '' : ` is delegated to by ${printable(delegator)} but`;
    throw new Refusal(
      'TRUST_ROLE_UNLISTED',
      `${printable(name)}${by} is not listed in snapshot version ${String(this.snapshot.version)}.`,
      {
        details: { role: name },
      },
    );
  }
}

/** Strict expiry, as every client of a mirror applies it: expired at this very instant is expired. */
export function enforceExpiry(now: Date): ExpiryRule {
  return (role, expires) => {
    if (expires.getTime() > now.getTime()) return;
    throw new Refusal('TRUST_EXPIRED', `${printable(role)} expired on ${expires.toISOString()}.`, {
      details: { role, expired: expires.toISOString() },
    });
  };
}

function roleOf(root: Parsed<Root>, name: RoleName): RoleKeys {
  const role = root.payload.roles.get(name);
  // parseRoot has made sure of all four; anything else is a bug here, not upstream’s.
  if (!role) throw new TypeError(`no top-level role ${name}`);
  return role;
}

/** The same ids for the same key material with the same threshold: the same signatures satisfy both. */
function isSameRole(a: RoleKeys, b: RoleKeys): boolean {
  const known = new Map(a.keys.map((key) => [key.id, `${key.scheme} ${key.fingerprint}`]));
  return (
    a.threshold === b.threshold &&
    a.keys.length === b.keys.length &&
    b.keys.every((key) => known.get(key.id) === `${key.scheme} ${key.fingerprint}`)
  );
}

/** @throws TRUST_ROLLBACK for a version below one that was accepted */
export function refuseRollback(role: RoleName, version: number, accepted: number | undefined): void {
  if (accepted === undefined || version >= accepted) return;
  throw new Refusal(
    'TRUST_ROLLBACK',
    `${printable(role)} version ${String(version)} is older than the accepted version ${String(accepted)}.`,
    {
      details: { role, version, accepted },
    },
  );
}

/** Length and every known hash of a listing, compared on raw bytes before they are parsed (W-03). @throws `code` */
export function refuseUnlisted(
  role: RoleName,
  lister: RoleName,
  bytes: Uint8Array,
  listing: Pick<Listing, 'length' | 'hashes'>,
  code: Code,
): void {
  const problem =
    listing.length !== undefined && listing.length !== bytes.length
      ? `is ${String(bytes.length)} bytes long and ${lister} lists ${String(listing.length)}`
      : mismatchedHash(bytes, listing.hashes) !== undefined
        ? `does not have the ${String(mismatchedHash(bytes, listing.hashes))} that ${lister} lists`
        : undefined;
  if (problem !== undefined)
    throw new Refusal(code, `The file of ${printable(role)} ${problem}.`, { details: { role } });
}

function refuseOtherVersion(role: RoleName, lister: RoleName, version: number, listing: Listing, code: Code): void {
  if (version === listing.version) return;
  throw new Refusal(
    code,
    `The file of ${printable(role)} has version ${String(version)} and ${lister} lists ${String(listing.version)}.`,
    {
      details: { role, version },
    },
  );
}
