/**
 * The mirror as a client of a Notary collection: bytes become a Candidate, or a named refusal.
 *
 * As `verifyUpstream` does it for TUF, and with the same rules for what is noted, what waits for a decision and what is
 * refused: root chain → timestamp → snapshot → targets → every delegation that has a file. One reference time; nothing is
 * persisted here. Content is not carried: what Notary signs lies in a registry.
 */
import type { CollectionSource } from '../../acquire/notary/collection-source.ts';
import { isRefusal } from '../../errors.ts';
import { digestIn } from '../../notary/hashes.ts';
import type { ParsedNotary } from '../../notary/metadata.ts';
import { asTufRole } from '../../notary/signatures.ts';
import type {
  CollectionRole,
  TrustedCollection,
  TrustedCollectionSnapshot,
  TrustedCollectionTimestamp,
} from '../../notary/trusted-set.ts';
import { type RoleName, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, printable } from '../../tuf/names.ts';
import { stillSuffice } from '../../tuf/signatures.ts';
import type { ExpiryRule, Previous } from '../../tuf/trusted-set.ts';
import { Candidate, type CandidateRole, type UpstreamFile } from '../candidate.ts';
import { EquivocationCheck } from '../equivocation.ts';
import { Findings } from '../findings.ts';
import { importExpiry } from '../policy.ts';
import { TargetsTree } from '../targets-tree.ts';
import type { AcceptedState, Verification } from '../upstream.ts';
import { refuseJump } from '../version-jump.ts';
import { observeCollectionRole, observeCollectionRoot } from './observe.ts';
import { type CollectionChain, followCollectionRoots } from './root-chain.ts';
import { walkCollection } from './roles.ts';

export interface CollectionVerification extends Omit<Verification, 'source' | 'selection' | 'memory'> {
  readonly source: CollectionSource;
}

export async function verifyCollection(verification: CollectionVerification): Promise<Candidate> {
  const { source, limits, evidence, accepted, now } = verification;
  const findings = new Findings(verification.decisions);
  const expiry = importExpiry(now, verification.maxUpstreamAgeDays, findings);
  const equivocation = new EquivocationCheck(verification.seen, findings);
  const settle = (file: UpstreamFile): UpstreamFile => {
    evidence.verified(file);
    if (!equivocation.compare(file)) evidence.keep(file);
    return file;
  };
  try {
    const chain = await followCollectionRoots({
      ...{ source, limits, evidence },
      ...{ enrolled: verification.enrolledRoot, accepted: accepted?.laterRoots ?? [] },
    });
    chain.roots.forEach(settle);
    if (chain.offered) settle(chain.offered);
    const { trusted } = chain;
    observeCollectionRoot(trusted, findings);

    const timestamp = await readTimestamp(verification, trusted, previousVersions(accepted, chain), expiry);
    const timestampFile = settle(asFile(TIMESTAMP, timestamp.timestamp));
    refuseJump(TIMESTAMP, timestampFile.version, accepted?.timestampVersion, limits, findings);

    const snapshot = await readSnapshot(verification, timestamp);
    const snapshotFile = settle(asFile(SNAPSHOT, snapshot.snapshot));
    refuseJump(SNAPSHOT, snapshotFile.version, accepted?.snapshotVersion, limits, findings);

    const { roles, targetsTree } = await collectRoles(snapshot, verification, settle, findings);
    equivocation.refuseIfFound();
    return Candidate.afterVerification({
      repository: verification.repository,
      roots: chain.roots,
      consistentSnapshot: true,
      timestamp: timestampFile,
      snapshot: snapshotFile,
      roles,
      targetsKeys: asTufRole(trusted.role('targets')),
      // An excluded role keeps the version that it was last accepted with.
      listed: new Map([
        ...(accepted?.listed ?? []),
        ...[...roles].map(([role, { version }]) => [role, version] as const),
      ]),
      selected: [],
      targetsTree,
      decisions: findings.usedDecisions(),
      notes: findings.notes(),
    });
  } catch (error) {
    // Equivocation is the graver finding: when one was seen, it is what the operator must hear first.
    if (isRefusal(error)) equivocation.refuseIfFound();
    throw error;
  }
}

/** A server renews only when it is asked after the expiry, so an expired timestamp is asked for once more (2.8). */
async function readTimestamp(
  { source, limits, evidence, now }: CollectionVerification,
  trusted: TrustedCollection,
  previous: Previous,
  expiry: ExpiryRule,
): Promise<TrustedCollectionTimestamp> {
  const read = async (): Promise<Uint8Array> => {
    const bytes = await source.current(TIMESTAMP, limits.timestampBytes);
    evidence.received(TIMESTAMP, bytes);
    return bytes;
  };
  const first = await read();
  const { expires } = trusted.timestamp(first, previous, () => undefined).timestamp;
  return trusted.timestamp(expires > now ? first : await read(), previous, expiry);
}

async function readSnapshot(
  { source, limits, evidence }: CollectionVerification,
  timestamp: TrustedCollectionTimestamp,
): Promise<TrustedCollectionSnapshot> {
  const { hashes, length } = timestamp.timestamp.payload.snapshot;
  const bytes = await source.byHash(SNAPSHOT, digestIn({ hashes }), bound(limits.snapshotBytes, length));
  evidence.received(SNAPSHOT, bytes);
  return timestamp.snapshot(bytes);
}

/** A file may be a little longer than listed, to be kept as evidence of a mismatch; never much longer. */
const EVIDENCE_SLACK_BYTES = 65_536;

function bound(limit: number, length: number): number {
  return Math.min(limit, length + EVIDENCE_SLACK_BYTES);
}

/**
 * Versions to hold upstream to. Timestamp and snapshot may begin anew when upstream rotated their keys (F-02); targets and
 * delegations never, because no key of the server has signed them.
 */
function previousVersions(accepted: AcceptedState | undefined, { acceptedRoot, trusted }: CollectionChain): Previous {
  if (!accepted) return {};
  const roles = accepted.listed;
  const isRotated = (['timestamp', 'snapshot'] as const).some(
    (name) => !stillSuffice(asTufRole(acceptedRoot.role(name)), asTufRole(trusted.role(name))),
  );
  if (isRotated) return { roles };
  return { timestampVersion: accepted.timestampVersion, snapshotVersion: accepted.snapshotVersion, roles };
}

async function collectRoles(
  snapshot: TrustedCollectionSnapshot,
  { source, limits, accepted, evidence }: CollectionVerification,
  settle: (file: UpstreamFile) => UpstreamFile,
  findings: Findings,
): Promise<{ roles: Map<RoleName, CandidateRole>; targetsTree: ReturnType<TargetsTree['summary']> }> {
  const roles = new Map<RoleName, CandidateRole>();
  const tree = new TargetsTree();
  const { payload } = snapshot.snapshot;
  await walkCollection(snapshot, {
    limits,
    async read(role) {
      const listed = payload.roles.get(role);
      const bytes = await source.byHash(role, digestIn(listed), bound(limits.targetsBytes, listed?.length ?? 0));
      evidence.received(role, bytes);
      return bytes;
    },
    isExcluded(name) {
      const made = findings.use('exclude-role', name);
      if (made) findings.note('excluded', name, `${printable(name)} is not carried: ${made.reason}`);
      return made !== undefined;
    },
    unpublished(name, delegator) {
      findings.note(
        'unpublished-role',
        name,
        `${printable(delegator)} delegates to ${printable(name)}, and nobody has published a file for it.`,
      );
    },
    visit(role, delegations) {
      const file = settle(asFile(role.name, role));
      refuseJump(role.name, role.version, accepted?.listed.get(role.name), limits, findings);
      observeCollectionRole(role, findings);
      roles.set(role.name, { ...file, delegations, targetCount: role.payload.targets.size });
      for (const [path, { length, hashes }] of role.payload.targets) {
        tree.add(role.name, path, { length, hashes });
      }
    },
  });
  for (const role of payload.roles.keys()) {
    if (role === ROOT || role === TARGETS || roles.has(role) || findings.use('exclude-role', role)) continue;
    findings.note(
      'unreachable-entry',
      role,
      `${printable(role)} is listed by upstream’s snapshot but nothing delegates to it.`,
    );
  }
  return { roles, targetsTree: tree.summary() };
}

function asFile(role: RoleName, { version, expires, envelope }: ParsedNotary<unknown> | CollectionRole): UpstreamFile {
  const { bytes, fileSha256, signedSha256 } = envelope;
  return { role, version, bytes, fileSha256, signedSha256, expires };
}
