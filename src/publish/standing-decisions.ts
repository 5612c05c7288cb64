/**
 * Which decisions a generation states. Its own import’s; and of earlier ones every accepted equivocation that is still
 * current: a guard that was away when it was accepted meets the other content only now, and would otherwise be stuck on
 * it until upstream’s next version, which may never come.
 */
import type { LedgerReader } from '../ledger/reader.ts';
import { ROOT, type RepositoryId, type RoleName, SNAPSHOT, TIMESTAMP } from '../tuf/names.ts';
import type { AsOf } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';

export interface Stating {
  readonly repository: RepositoryId;
  readonly import: number;
  readonly asOf: AsOf;
  /** Of this very import. */
  readonly decisions: readonly Decision[];
  /** What the generation lists. */
  readonly roles: readonly { readonly role: RoleName; readonly version: number }[];
}

export function standingDecisions(reader: LedgerReader, stating: Stating): Decision[] {
  const { repository, asOf, decisions, roles } = stating;
  const listed = new Map(roles.map(({ role, version }) => [role, version]));
  listed.set(ROOT, asOf.rootVersion).set(TIMESTAMP, asOf.timestampVersion).set(SNAPSHOT, asOf.snapshotVersion);
  const stated = new Map(decisions.map((made) => [nameOf(made), made]));
  for (const made of reader.acceptedEquivocations(repository, stating.import))
    if (listed.get(made.role) === made.version && !stated.has(nameOf(made))) stated.set(nameOf(made), made);
  return [...stated.values()];
}

function nameOf({ kind, role, version }: Decision): string {
  return JSON.stringify([kind, role, version]);
}
