/**
 * The mirror seen as a client sees it: the ordinary workflow with strict expiry, from a mirror root the client trusts.
 * The same walk that verifies upstream judges what is published, before it is committed (publish), while it is served
 * (readyz) and afterwards (fsck).
 */
import { Refusal } from '../errors.ts';
import type { Limits } from '../tuf/limits.ts';
import type { Listing } from '../tuf/metadata.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import {
  type MetadataFile,
  type RoleName,
  SNAPSHOT,
  TARGETS,
  TIMESTAMP,
  metadataFileName,
  printable,
} from '../tuf/names.ts';
import { type ExpiryRule, type Previous, enforceExpiry } from '../tuf/trusted-set.ts';
import { followRootChain } from './root-chain.ts';
import { walkRoles } from './roles.ts';

export interface ClientStart {
  /** The mirror root the client was given. */
  readonly root: Uint8Array;
  /** What it saw before; absent for a client’s first use. */
  readonly previous?: Previous;
}

export interface ClientView {
  /** What the mirror answers for a metadata file; refuses SOURCE_NOT_FOUND for what is not there. */
  metadata(file: MetadataFile, maxBytes: number): Promise<Uint8Array>;
}

export interface ClientRules {
  readonly now: Date;
  readonly limits: Limits;
  /** `targets` looks no further than the top-level targets role; `all` follows every delegation. */
  readonly depth: 'targets' | 'all';
  /** Roles that the mirror states it does not carry. */
  readonly excluded?: ReadonlySet<RoleName>;
  readonly memory?: VerificationMemory;
}

export interface ClientResult {
  readonly versions: {
    readonly root: number;
    readonly timestamp: number;
    readonly snapshot: number;
    readonly targets: number;
  };
  /** Earliest expiry among the mirror roles. */
  readonly freshUntil: Date;
  /** Authored roles that have expired: a client refuses these, and the mirror cannot help. */
  readonly dead: readonly { readonly role: RoleName; readonly expired: Date }[];
}

/**
 * Caps that python-tuf, go-tuf and tuf-js apply before a listing tells them more (docs/clients/compatibility.md). A repository’s own
 * limits may be wider; a client’s are not.
 */
const CLIENT_CAPS = { rootBytes: 512_000, timestampBytes: 16_384 };

/** @throws the TRUST_* or SOURCE_* refusal that would stop the client */
export async function refreshAsClient(view: ClientView, start: ClientStart, rules: ClientRules): Promise<ClientResult> {
  const limits = { ...rules.limits, ...CLIENT_CAPS };
  const expiries: Date[] = [];
  const dead: { role: RoleName; expired: Date }[] = [];
  const strict = enforceExpiry(rules.now);
  let isAuthored = false;
  const expiry: ExpiryRule = (role, expires) => {
    if (isAuthored) {
      // Carried although expired, by the import’s record; told apart here from what the mirror itself must keep fresh.
      if (expires.getTime() <= rules.now.getTime()) dead.push({ role, expired: expires });
    } else {
      strict(role, expires);
      expiries.push(expires);
    }
  };
  const { trusted } = await followRootChain(view, start.root, [], limits);
  const timestamp = trusted.timestamp(
    await view.metadata({ role: TIMESTAMP }, limits.timestampBytes),
    start.previous ?? {},
    expiry,
  );
  const snapshotVersion = timestamp.timestamp.payload.snapshot.version;
  const snapshot = timestamp.snapshot(
    await view.metadata({ role: SNAPSHOT, version: snapshotVersion }, limits.snapshotBytes),
  );
  isAuthored = true;
  const read = (role: RoleName, { version }: Pick<Listing, 'version'>): Promise<Uint8Array> =>
    view.metadata({ role, version }, limits.targetsBytes);
  let targetsVersion = 0;
  if (rules.depth === 'targets') {
    const bytes = await read(TARGETS, snapshot.listing(TARGETS));
    targetsVersion = snapshot.authored(TARGETS, trusted.role(TARGETS), bytes, undefined, rules.memory).version;
  } else {
    await walkRoles(snapshot, {
      limits,
      memory: rules.memory,
      read,
      isExcluded: ({ name }) => rules.excluded?.has(name) ?? false,
      visit: (role) => {
        if (role.name === TARGETS) targetsVersion = role.version;
      },
    });
  }
  return {
    versions: {
      root: trusted.root.version,
      timestamp: timestamp.timestamp.version,
      snapshot: snapshot.snapshot.version,
      targets: targetsVersion,
    },
    freshUntil: new Date(Math.min(...expiries.map((date) => date.getTime()))),
    dead,
  };
}

/** Answers by file name as the public listener does, within the size that the client would read. */
export function answering(names: ReadonlyMap<string, () => Uint8Array>): ClientView['metadata'] {
  return (file: MetadataFile, maxBytes: number) => {
    const name = metadataFileName(file);
    const bytes = names.get(name)?.();
    if (!bytes) return Promise.reject(new Refusal('SOURCE_NOT_FOUND', `${printable(name)} is not published.`));
    if (bytes.length <= maxBytes) return Promise.resolve(bytes);
    return Promise.reject(
      new Refusal(
        'SOURCE_TOO_LARGE',
        `${printable(name)} is ${bytes.length} bytes long, and clients read ${maxBytes}.`,
      ),
    );
  };
}
