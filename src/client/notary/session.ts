/**
 * One operation over a collection of Notary v1, in this order, at one reference time:
 *
 *   1. the mirror’s root chain, step by step; every root names exactly the pinned targets keys, and no others
 *   2. its timestamp and snapshot, strictly fresh, signed for the repository of the pin; how old its state may be
 *   3. targets, under the pinned keys, and every delegation below it that has a file (roles.ts)
 *   4. the snapshot lists these roles and no others; floor, and the versions of a retired upstream
 *
 * Upstream’s own snapshot does not reach a guard here: what it would say is replaced by what the guard remembers (marks,
 * contents), by the pin (floor, retired) and by what the pinned targets file declares.
 */
import { TrustedCollection, type TrustedCollectionSnapshot } from '../../notary/trusted-set.ts';
import type { Limits } from '../../tuf/limits.ts';
import { ROOT, SNAPSHOT, TIMESTAMP } from '../../tuf/names.ts';
import type { ExpiryRule } from '../../tuf/trusted-set.ts';
import type { Asking, Dialect } from '../operation.ts';
import type { CollectionPin, Pin } from '../pin/pin.ts';
import { heldView } from '../remember/held.ts';
import type { Memorable } from '../remember/memorable.ts';
import { Contents } from '../trust/contents.ts';
import type { Expiries } from '../trust/expiry.ts';
import { type Marks, NO_MARKS, raised } from '../trust/marks.ts';
import { requireRetired } from '../trust/retired.ts';
import { RootMemory, newestOf } from '../trust/roots.ts';
import { type Statement, readStatement, requireRepository } from '../trust/statement.ts';
import { sayingWhose } from '../trust/whose.ts';
import { requirePinnedKeys } from './authority.ts';
import { requireDeclaredSet, requireFloorOf } from './declared-set.ts';
import { type CollectionRoles, readRoles } from './roles.ts';
import type { CollectionShelf } from './shelf.ts';
import { type CollectionChain, type CollectionTop, followCollection } from './workflow.ts';

export interface CollectionSession {
  readonly now: Date;
  readonly chain: CollectionChain;
  readonly snapshot: TrustedCollectionSnapshot;
  /** What the mirror says about itself: its word, under its keys. */
  readonly statement: Statement;
  readonly roles: CollectionRoles;
  readonly expiries: Expiries;
  /** What will be remembered of the versions that were seen. */
  readonly marks: Marks;
  readonly contents: Contents;
}

export function notaryDialect(
  pin: Pin,
  { collection, mirrorRoot }: { readonly collection: CollectionPin; readonly mirrorRoot: Uint8Array },
  shelf: CollectionShelf,
  limits: Limits,
): Dialect<CollectionSession> {
  const { servedAs, targets } = collection;
  const memory = new RootMemory((anchor, bounds) => TrustedCollection.enrol(anchor, servedAs, bounds));

  async function followMirror({ held, fromHeld, mayAsk, mirrorExpiry, expiries }: Asking): Promise<CollectionTop> {
    const view = mayAsk && !fromHeld ? shelf : heldView(held.mirror);
    const isMirrorRole = (role: string): boolean => [ROOT, TIMESTAMP, SNAPSHOT].some((name) => name === role);
    const expiry: ExpiryRule = (role, date) => (isMirrorRole(role) ? mirrorExpiry : expiries.upstream)(role, date);
    const marks = held.state?.marks ?? NO_MARKS;
    const top = await followCollection(mirrorRoot, held.mirror, view, {
      ...{ limits, memory, expiry, roles: marks.roles },
      requirePinned: ({ root }) => {
        requirePinnedKeys(root, targets);
      },
    });
    const { snapshot, timestamp } = top.snapshot;
    requireRepository(newestOf(top.chain).root.envelope, 'The mirror’s root', pin.repository);
    requireRepository(timestamp.timestamp.envelope, 'The mirror’s timestamp', pin.repository);
    requireRepository(snapshot.envelope, 'The mirror’s snapshot', pin.repository);
    return top;
  }

  return {
    async establish(asking) {
      const { held, now, expiries, mayAsk } = asking;
      const { chain, snapshot } = await sayingWhose('The mirror', () => followMirror(asking));
      const statement = readStatement(snapshot.snapshot.envelope, 'the mirror’s snapshot');
      // The mirror’s word for when upstream last vouched for this: a mirror that lies about it can make old look newer.
      expiries.upstream(TIMESTAMP, statement.asOf.timestampExpires);
      const contents = new Contents(held.state?.contents, statement.decisions);
      const roles = await readRoles(snapshot, {
        ...{ keys: targets, held, contents, statement, expiries, limits },
        obtain: mayAsk ? (role, listing) => shelf.role(role, listing) : undefined,
      });
      requireDeclaredSet(snapshot, roles);
      requireFloorOf(pin.floor, roles);
      requireRetired(pin.policy.retired, roles.read);
      // Only roles that were read and verified count: what a mirror merely lists must not drive marks up (F-05).
      const marks = raised(held.state?.marks ?? NO_MARKS, undefined, roles.read);
      return { now, chain, snapshot, statement, roles, expiries, marks, contents };
    },
    async isUnchanged(_session, { state }) {
      const digest = state?.mirror.timestamp;
      return digest !== undefined && shelf.isTimestampStill(digest);
    },
    memorable: memorableOf,
  };
}

function memorableOf({ now, chain, snapshot, roles, marks, contents }: CollectionSession): Memorable {
  return {
    now,
    mirror: {
      roots: chain.slice(1).map(({ root }) => root.envelope),
      timestamp: snapshot.timestamp.timestamp.envelope,
      snapshot: snapshot.snapshot.envelope,
    },
    upstream: undefined,
    roles: [...roles.read].map(([role, { version, envelope }]) => [role, { version, file: envelope }] as const),
    // Everything that can answer is read each time.
    isStillListed: () => false,
    marks,
    contents: contents.seen,
    ledger: undefined,
  };
}
