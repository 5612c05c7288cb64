/**
 * The mirror as a client of upstream: bytes become a Candidate, or a named refusal.
 *
 * In the specification’s order, with one reference time: root chain → timestamp → snapshot → targets → every reachable
 * delegation. Rollback is judged per role against the last accepted import (W-04); nothing is persisted here.
 */
import { isRefusal } from '../errors.ts';
import type { Source } from '../acquire/source.ts';
import type { Limits } from '../tuf/limits.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import type { Listing, Parsed } from '../tuf/metadata.ts';
import { SNAPSHOT, TARGETS, TIMESTAMP, type RepositoryId, type RoleName, printable } from '../tuf/names.ts';
import { stillSuffice } from '../tuf/signatures.ts';
import type { Previous, TrustedSnapshot } from '../tuf/trusted-set.ts';
import {
  Candidate,
  type CandidateContent,
  type CandidateRole,
  type SelectedTarget,
  type UpstreamFile,
} from './candidate.ts';
import { TargetsTree } from './targets-tree.ts';
import { excludedRoles, type Decision } from './decisions.ts';
import { EquivocationCheck, type Seen } from './equivocation.ts';
import type { Evidence } from './evidence.ts';
import { Findings } from './findings.ts';
import { observeRole, observeTop } from './observe.ts';
import { importExpiry } from './policy.ts';
import { walkRoles } from './roles.ts';
import { followRootChain, type RootChain } from './root-chain.ts';
import { isSelected, type Selection } from './selection.ts';
import { refuseJump } from './version-jump.ts';

/** What the last accepted import established; absent for the first. */
export interface AcceptedState {
  /** Roots after the enrolled one, in order. */
  readonly laterRoots: readonly Uint8Array[];
  readonly timestampVersion: number;
  readonly snapshotVersion: number;
  /** What its upstream snapshot listed. */
  readonly listed: ReadonlyMap<RoleName, number>;
}

export interface Verification {
  readonly repository: RepositoryId;
  readonly source: Source;
  readonly enrolledRoot: Uint8Array;
  readonly accepted: AcceptedState | undefined;
  readonly seen: Seen;
  readonly selection: Selection;
  readonly decisions: readonly Decision[];
  readonly maxUpstreamAgeDays: number;
  readonly limits: Limits;
  /** The one reference time of this import. */
  readonly now: Date;
  readonly evidence: Evidence;
  /** Shared with the check before publication. */
  readonly memory: VerificationMemory;
}

export async function verifyUpstream(verification: Verification): Promise<Candidate> {
  const { source, limits, evidence, accepted } = verification;
  const findings = new Findings(verification.decisions);
  const expiry = importExpiry(verification.now, verification.maxUpstreamAgeDays, findings);
  const equivocation = new EquivocationCheck(verification.seen, findings);
  const settle = (file: UpstreamFile): UpstreamFile => {
    evidence.verified(file);
    if (!equivocation.compare(file)) evidence.keep(file);
    return file;
  };
  const readTop = async (role: RoleName, maxBytes: number, version?: number): Promise<Uint8Array> => {
    const bytes = await source.metadata(version === undefined ? { role } : { role, version }, maxBytes);
    evidence.received(role, bytes);
    return bytes;
  };
  try {
    const chain = await followRootChain(
      source,
      verification.enrolledRoot,
      accepted?.laterRoots ?? [],
      limits,
      evidence,
    );
    chain.roots.forEach(settle);
    if (chain.offered) settle(chain.offered);
    const { trusted } = chain;
    const isConsistent = trusted.root.payload.consistentSnapshot;
    observeTop(trusted, findings);

    const previous = previousVersions(accepted, chain);
    const timestamp = trusted.timestamp(await readTop(TIMESTAMP, limits.timestampBytes), previous, expiry);
    const timestampFile = settle(asFile(TIMESTAMP, timestamp.timestamp));
    refuseJump(TIMESTAMP, timestampFile.version, accepted?.timestampVersion, limits, findings);

    const listing = timestamp.timestamp.payload.snapshot;
    const bytes = await readTop(
      SNAPSHOT,
      bound(limits.snapshotBytes, listing),
      isConsistent ? listing.version : undefined,
    );
    const snapshot = timestamp.snapshot(bytes);
    const snapshotFile = settle(asFile(SNAPSHOT, snapshot.snapshot));
    refuseJump(SNAPSHOT, snapshotFile.version, accepted?.snapshotVersion, limits, findings);
    noteReset(accepted, previous, snapshot, findings);

    const { roles, selected, targetsTree } = await collectRoles(snapshot, verification, settle, findings);
    equivocation.refuseIfFound();
    noteUnreachable(snapshot, roles, findings);
    return Candidate.afterVerification({
      repository: verification.repository,
      roots: chain.roots,
      consistentSnapshot: isConsistent,
      timestamp: timestampFile,
      snapshot: snapshotFile,
      roles,
      targetsKeys: trusted.role(TARGETS),
      listed: new Map([...snapshot.snapshot.payload.roles].map(([role, { version }]) => [role, version])),
      selected,
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

/** A file may be a little longer than listed, to be kept as evidence of a mismatch; never much longer (R-01). */
const EVIDENCE_SLACK_BYTES = 65_536;

function bound(limit: number, { length }: Listing): number {
  return length === undefined ? limit : Math.min(limit, length + EVIDENCE_SLACK_BYTES);
}

/** Versions to hold upstream to; none for timestamp and snapshot after upstream rotated its online keys (F-02). */
function previousVersions(accepted: AcceptedState | undefined, { acceptedRoot, trusted }: RootChain): Previous {
  const isRotated = [TIMESTAMP, SNAPSHOT].some((role) => !stillSuffice(acceptedRoot.role(role), trusted.role(role)));
  if (!accepted || isRotated) return {};
  return {
    timestampVersion: accepted.timestampVersion,
    snapshotVersion: accepted.snapshotVersion,
    roles: accepted.listed,
  };
}

/** A reset is by the specification, and still the one moment at which a replay could pass: it says what went back. */
function noteReset(
  accepted: AcceptedState | undefined,
  previous: Previous,
  snapshot: TrustedSnapshot,
  findings: Findings,
): void {
  if (!accepted || previous.timestampVersion !== undefined) return;
  const lower = [...snapshot.snapshot.payload.roles].filter(
    ([role, { version }]) => version < (accepted.listed.get(role) ?? 0),
  );
  const named = lower
    .slice(0, 20)
    .map(([role, { version }]) => `${printable(role, 60)} from ${accepted.listed.get(role) ?? 0} to ${version}`);
  const text =
    'Upstream rotated its online keys, so its versions may start over (TUF “Recover from fast-forward attacks”)';
  findings.note(
    'versions-reset',
    TIMESTAMP,
    `${text}; ${named.length > 0 ? `went back: ${named.join(', ')}` : 'no role went back'}.`,
  );
}

async function collectRoles(
  snapshot: TrustedSnapshot,
  verification: Verification,
  settle: (file: UpstreamFile) => UpstreamFile,
  findings: Findings,
): Promise<Pick<CandidateContent, 'selected' | 'targetsTree'> & { roles: Map<RoleName, CandidateRole> }> {
  const { source, selection, limits, accepted, evidence, memory } = verification;
  const isConsistent = snapshot.timestamp.root.root.payload.consistentSnapshot;
  const roles = new Map<RoleName, CandidateRole>();
  const selected: SelectedTarget[] = [];
  const tree = new TargetsTree();
  await walkRoles(snapshot, {
    limits,
    memory,
    read: (role, listing) =>
      source.metadata(
        isConsistent ? { role, version: listing.version } : { role },
        bound(limits.targetsBytes, listing),
      ),
    judging: (role, bytes) => evidence.received(role, bytes),
    isExcluded({ name }) {
      const made = findings.use('exclude-role', name);
      if (made) findings.note('excluded', name, `${printable(name)} is not carried: ${made.reason}`);
      return made !== undefined;
    },
    visit(role) {
      const file = settle(asFile(role.name, role));
      refuseJump(role.name, role.version, accepted?.listed.get(role.name), limits, findings);
      observeRole(role, findings);
      roles.set(role.name, { ...file, delegations: role.payload.delegations, targetCount: role.payload.targets.size });
      for (const [path, entry] of role.payload.targets) {
        const { length, hashes } = entry;
        tree.add(role.name, path, entry);
        if (isSelected(selection, path)) selected.push({ path, role: role.name, length, hashes });
      }
    },
  });
  return { roles, selected, targetsTree: tree.summary() };
}

function noteUnreachable(snapshot: TrustedSnapshot, roles: ReadonlyMap<RoleName, unknown>, findings: Findings): void {
  const excluded = excludedRoles(findings.usedDecisions());
  for (const role of snapshot.snapshot.payload.roles.keys()) {
    if (roles.has(role) || excluded.has(role)) continue;
    findings.note(
      'unreachable-entry',
      role,
      `${printable(role)} is listed by upstream’s snapshot but nothing delegates to it.`,
    );
  }
}

function asFile(role: RoleName, { version, expires, envelope }: Parsed<unknown>): UpstreamFile {
  const { bytes, fileSha256, signedSha256 } = envelope;
  return { role, version, bytes, fileSha256, signedSha256, expires };
}
