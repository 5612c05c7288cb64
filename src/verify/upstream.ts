/**
 * The mirror as a client of upstream: bytes become a Candidate, or a named refusal.
 *
 * In the specification’s order, with one reference time: root chain → timestamp → snapshot → targets → every reachable
 * delegation. Rollback is judged per role against the last accepted import (W-04); nothing is persisted here.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Source } from '../acquire/source.ts';
import type { Limits } from '../tuf/limits.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import type { Parsed } from '../tuf/metadata.ts';
import { SNAPSHOT, TARGETS, TIMESTAMP, type RepositoryId, type RoleName, printable } from '../tuf/names.ts';
import { hasSameKeys } from '../tuf/signatures.ts';
import type { Previous, TrustedSnapshot } from '../tuf/trusted-set.ts';
import { Candidate, type CandidateRole, type SelectedTarget, type UpstreamFile } from './candidate.ts';
import { findDecision, type Decision } from './decisions.ts';
import { EquivocationCheck, type Seen } from './equivocation.ts';
import type { Evidence } from './evidence.ts';
import type { Note } from './notes.ts';
import { observeRole, observeTop } from './observe.ts';
import { importExpiry } from './policy.ts';
import { walkRoles } from './roles.ts';
import { followRootChain, type RootChain } from './root-chain.ts';
import { isSelected, type Selection } from './selection.ts';

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
  const { source, limits, decisions, evidence } = verification;
  const notes: Note[] = [];
  const note = (made: Note): void => void notes.push(made);
  const expiry = importExpiry(verification.now, verification.maxUpstreamAgeDays, note);
  const equivocation = new EquivocationCheck(verification.seen, decisions, note);
  const settle = (file: UpstreamFile): UpstreamFile => {
    evidence.verified(file);
    equivocation.compare(file);
    return file;
  };
  const read = async (role: RoleName, maxBytes: number, version?: number): Promise<Uint8Array> => {
    const bytes = await source.metadata(version === undefined ? { role } : { role, version }, maxBytes);
    evidence.received(role, bytes);
    return bytes;
  };

  const chain = await followRootChain(
    source,
    verification.enrolledRoot,
    verification.accepted?.laterRoots ?? [],
    limits,
  );
  chain.roots.forEach(settle);
  if (chain.offered) settle(chain.offered);
  const { trusted } = chain;
  const isConsistent = trusted.root.payload.consistentSnapshot;
  const previous = previousVersions(verification.accepted, chain, note);
  observeTop(trusted, decisions, note);

  try {
    const timestamp = trusted.timestamp(await read(TIMESTAMP, limits.timestampBytes), previous, expiry);
    const timestampFile = settle(asFile(TIMESTAMP, timestamp.timestamp));
    refuseJump(TIMESTAMP, timestampFile.version, verification.accepted?.timestampVersion, verification, note);

    const snapshotVersion = timestamp.timestamp.payload.snapshot.version;
    const snapshot = timestamp.snapshot(
      await read(SNAPSHOT, limits.snapshotBytes, isConsistent ? snapshotVersion : undefined),
    );
    const snapshotFile = settle(asFile(SNAPSHOT, snapshot.snapshot));
    refuseJump(SNAPSHOT, snapshotFile.version, verification.accepted?.snapshotVersion, verification, note);

    const { roles, selected } = await collectRoles(snapshot, verification, settle, note, (role, version) =>
      read(role, limits.targetsBytes, isConsistent ? version : undefined),
    );
    equivocation.refuseIfFound();
    noteUnreachable(snapshot, roles, decisions, note);
    noteUnused(decisions, notes, note);
    return Candidate.afterVerification({
      repository: verification.repository,
      roots: chain.roots,
      consistentSnapshot: isConsistent,
      timestamp: timestampFile,
      snapshot: snapshotFile,
      roles,
      targetsKeys: trusted.role(TARGETS),
      listed: new Map([...snapshot.snapshot.payload.roles].map(([role, listing]) => [role, listing.version])),
      selected,
      decisions: decisions.filter((made) =>
        notes.some((used) => used.role === made.role && ['decision-used', 'excluded'].includes(used.kind)),
      ),
      notes,
    });
  } catch (error) {
    // Equivocation is the graver finding: when one was seen, it is what the operator must hear first.
    if (isRefusal(error)) equivocation.refuseIfFound();
    throw error;
  }
}

/** Versions to hold upstream to; none for timestamp and snapshot after upstream rotated its online keys (F-02). */
function previousVersions(
  accepted: AcceptedState | undefined,
  { acceptedRoot, trusted }: RootChain,
  note: (note: Note) => void,
): Previous {
  if (!accepted) return {};
  const isRotated = [TIMESTAMP, SNAPSHOT].some((role) => !hasSameKeys(acceptedRoot.role(role), trusted.role(role)));
  if (!isRotated)
    return {
      timestampVersion: accepted.timestampVersion,
      snapshotVersion: accepted.snapshotVersion,
      roles: accepted.listed,
    };
  note({
    kind: 'versions-reset',
    role: TIMESTAMP,
    text: 'Upstream rotated its online keys; its timestamp and snapshot may start over (TUF “Recover from fast-forward attacks”).',
  });
  return {};
}

async function collectRoles(
  snapshot: TrustedSnapshot,
  verification: Verification,
  settle: (file: UpstreamFile) => UpstreamFile,
  note: (note: Note) => void,
  read: (role: RoleName, version: number) => Promise<Uint8Array>,
): Promise<{ roles: Map<RoleName, CandidateRole>; selected: SelectedTarget[] }> {
  const { selection, decisions, limits, accepted } = verification;
  const roles = new Map<RoleName, CandidateRole>();
  const selected: SelectedTarget[] = [];
  await walkRoles(snapshot, {
    limits,
    memory: verification.memory,
    read,
    isExcluded({ name }) {
      const made = name === TARGETS ? undefined : findDecision(decisions, 'exclude-role', name);
      if (made) note({ kind: 'excluded', role: name, text: `${printable(name)} is not carried: ${made.reason}` });
      return made !== undefined;
    },
    visit(role) {
      const file = settle(asFile(role.name, role));
      refuseJump(role.name, role.version, accepted?.listed.get(role.name), verification, note);
      observeRole(role, decisions, note);
      roles.set(role.name, { ...file, delegations: role.payload.delegations, targetCount: role.payload.targets.size });
      for (const [path, { length, hashes }] of role.payload.targets) {
        if (isSelected(selection, path)) selected.push({ path, role: role.name, length, hashes });
      }
    },
  });
  return { roles, selected };
}

/** A leap ahead poisons every later update (F-06): it needs a person who has asked upstream. */
function refuseJump(
  role: RoleName,
  version: number,
  accepted: number | undefined,
  { limits, decisions }: Verification,
  note: (note: Note) => void,
): void {
  if (accepted === undefined || version - accepted <= limits.versionJump) return;
  const label = `${printable(role)}@${String(version)}`;
  const made = findDecision(decisions, 'accept-version-jump', role, version);
  if (!made) {
    throw new Refusal(
      'POLICY_VERSION_JUMP',
      `${printable(role)} jumps from version ${String(accepted)} to ${String(version)}.`,
      {
        details: { role, version, accepted },
        next: `Ask upstream, then decide by name: --accept-version-jump ${label} --reason "…".`,
      },
    );
  }
  note({ kind: 'decision-used', role, text: `Version jump to ${label} accepted: ${made.reason}` });
}

function noteUnreachable(
  snapshot: TrustedSnapshot,
  roles: ReadonlyMap<RoleName, unknown>,
  decisions: readonly Decision[],
  note: (note: Note) => void,
): void {
  for (const role of snapshot.snapshot.payload.roles.keys()) {
    if (roles.has(role) || findDecision(decisions, 'exclude-role', role)) continue;
    note({
      kind: 'unreachable-entry',
      role,
      text: `${printable(role)} is listed by upstream’s snapshot but nothing delegates to it.`,
    });
  }
}

function noteUnused(decisions: readonly Decision[], notes: readonly Note[], note: (note: Note) => void): void {
  const used = new Set(
    notes.filter(({ kind }) => kind === 'decision-used' || kind === 'excluded').map(({ role }) => role),
  );
  for (const made of decisions) {
    if (!used.has(made.role))
      note({
        kind: 'decision-unused',
        role: made.role,
        text: `Nothing asked for --${made.kind} ${printable(made.role)}.`,
      });
  }
}

function asFile(role: RoleName, { version, expires, envelope }: Parsed<unknown>): UpstreamFile {
  const { bytes, fileSha256, signedSha256 } = envelope;
  return { role, version, bytes, fileSha256, signedSha256, expires };
}
