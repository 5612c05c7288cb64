/**
 * The mirror's own collection as a client sees it that is stricter than the stock one: strict expiry, a root that a client
 * without any memory would take, and versions that never go back. For what is about to be published, and afterwards.
 */
import type { CollectionSource } from '../../acquire/notary/collection-source.ts';
import { digestIn } from '../../notary/hashes.ts';
import { requireFirstRoot } from '../../notary/root-certificates.ts';
import { type RoleName, SNAPSHOT, TARGETS, TIMESTAMP } from '../../tuf/names.ts';
import { type ExpiryRule, enforceExpiry } from '../../tuf/trusted-set.ts';
import type { ClientResult, ClientRules, ClientStart } from '../as-client.ts';
import { Evidence } from '../evidence.ts';
import { walkCollection } from './roles.ts';
import { followCollectionRoots } from './root-chain.ts';

/** What the mirror answers for a collection; `gun` is the name under which it is served. */
export type CollectionView = Omit<CollectionSource, 'description' | 'close'>;

/** @throws the TRUST_* or SOURCE_* refusal that would stop the client */
export async function refreshAsCollection(
  view: CollectionView,
  start: ClientStart,
  { now, limits, excluded }: ClientRules,
): Promise<ClientResult> {
  const expiries: Date[] = [];
  const dead: { role: RoleName; expired: Date }[] = [];
  const strict = enforceExpiry(now);
  let isAuthored = false;
  const expiry: ExpiryRule = (role, expires) => {
    if (isAuthored) {
      // Carried although expired, by the import's record; told apart from what the mirror itself must keep fresh.
      if (expires.getTime() <= now.getTime()) dead.push({ role, expired: expires });
    } else {
      strict(role, expires);
      expiries.push(expires);
    }
  };
  const source = view;
  const chain = { source, enrolled: start.root, accepted: [], limits, evidence: new Evidence() };
  const { trusted } = await followCollectionRoots(chain);
  requireFirstRoot(trusted.root, view.gun, now);
  const timestamp = trusted.timestamp(
    await view.current(TIMESTAMP, limits.timestampBytes),
    start.previous ?? {},
    expiry,
  );
  const listed = timestamp.timestamp.payload.snapshot;
  const snapshot = timestamp.snapshot(await view.byHash(SNAPSHOT, digestIn(listed), limits.snapshotBytes));
  isAuthored = true;
  let targetsVersion = 0;
  await walkCollection(snapshot, {
    limits,
    read: (role) => view.byHash(role, digestIn(snapshot.snapshot.payload.roles.get(role)), limits.targetsBytes),
    isExcluded: (name) => excluded?.has(name) ?? false,
    unpublished: () => undefined,
    visit(role) {
      if (role.name === TARGETS) targetsVersion = role.version;
    },
  });
  return {
    versions: {
      ...{ root: trusted.root.version, timestamp: timestamp.timestamp.version },
      ...{ snapshot: snapshot.snapshot.version, targets: targetsVersion },
    },
    freshUntil: new Date(Math.min(...expiries.map((date) => date.getTime()))),
    dead,
  };
}
