/**
 * A candidate becomes a publication: planned, signed under reserved versions, and checked as clients will read it. The
 * commit itself is the writer’s.
 */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Current, Enrolment, GenerationRole } from '../ledger/records.ts';
import type { Publication, SignedFile } from '../ledger/record-publication.ts';
import type { LedgerWriter } from '../ledger/writer.ts';
import type { Clock } from '../platform/clock.ts';
import type { Keyring } from '../sign/keyring.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import type { Previous } from '../tuf/trusted-set.ts';
import { asOf, type Candidate } from '../verify/candidate.ts';
import { excludedRoles } from '../verify/decisions.ts';
import { type Asking, authorise, requireAsPublished } from './authority.ts';
import type { Statement } from './issue.ts';
import { issuingOf } from './issuing.ts';
import { requireRecentUpstream } from './dead-man.ts';
import { type Lifetimes, expiryAfter, snapshotDays } from './lifetimes.ts';
import { readRoot } from './own-root.ts';
import { type Plan, type PublishedBefore, planGeneration } from './plan.ts';
import { canSignRoot, signOnlineRoot } from './root.ts';
import { checkAsClients } from './self-check.ts';
import { standingDecisions } from './standing-decisions.ts';

/** What composing needs of an opened data directory. */
export interface Composer extends Asking {
  readonly clock: Clock;
  readonly reader: LedgerReader;
  readonly keyring: Keyring;
  readonly lifetimes: Lifetimes;
}

export interface Composition {
  readonly enrolment: Enrolment;
  readonly candidate: Candidate;
  readonly import: number;
  readonly memory: VerificationMemory;
  /** A root that a ceremony accepted for this generation, if one was held. */
  readonly acceptedRoot?: { readonly file: SignedFile; readonly onlineEpoch: number };
}

/** The publication; undefined when a root is needed first. */
export interface Composed {
  readonly publication: Publication | undefined;
  readonly rootChange: string | undefined;
}

/** What would be published next; takes no versions and signs nothing. */
export function planNext(
  { reader, clock }: Pick<Composer, 'reader' | 'clock'>,
  enrolment: Enrolment,
  candidate: Candidate,
): { before: PublishedBefore | undefined; plan: Plan } {
  const before = publishedBefore(reader, enrolment.id);
  return { before, plan: planGeneration(candidate, before, enrolment, clock.now()) };
}

export async function composeGeneration(
  composer: Composer,
  writer: LedgerWriter,
  composition: Composition,
): Promise<Composed> {
  const { enrolment, candidate, acceptedRoot } = composition;
  const { reader } = composer;
  // First of all, and here, where the signing is: nothing is signed that was not agreed to.
  const authority = authorise(composer, enrolment.id, composition.import);
  const served = reader.current(enrolment.id);
  // What the next generation follows is asked of the ledger as well: entries stay listed, and versions are compared with it.
  if (served) requireAsPublished(composer, served, true);
  const { before, plan } = planNext(composer, enrolment, candidate);
  const { roles, rootChange } = plan;
  const onlineEpoch = acceptedRoot?.onlineEpoch ?? plan.onlineEpoch;
  const needsRoot = rootChange !== undefined && !acceptedRoot;
  if (needsRoot && !canSignRoot(composer, enrolment, before?.root)) return { publication: undefined, rootChange };

  const now = composer.clock.now();
  const root =
    acceptedRoot?.file ??
    (needsRoot ? signOnlineRoot(composer, enrolment, { candidate, before, onlineEpoch, now }) : undefined);
  const own = {
    repository: enrolment.id,
    import: composition.import,
    asOf: asOf(candidate),
    // As they were recorded: verifying it again asks for none of them.
    decisions: reader.import(composition.import).decisions,
  };
  const statement: Statement = {
    ...own,
    generation: (before?.current.generation ?? 0) + 1,
    decisions: standingDecisions(reader, { ...own, roles }),
  };
  const { snapshot, timestamp } = await issueOnline(composer, writer, {
    roles,
    statement,
    enrolment,
    root: root?.bytes ?? before?.root ?? new Uint8Array(),
    onlineEpoch,
    now,
  });
  await checkAsClients(
    {
      roots: [...issuedRoots(reader, enrolment.id), ...(root ? [root.bytes] : [])],
      snapshot,
      timestamp,
      roles,
      excluded: excludedRoles(candidate.content.decisions),
      bytes: bytesOf(reader, candidate),
      before: before && {
        root: before.root,
        previous: root && onlineEpoch !== before.current.onlineEpoch ? {} : held(before.current, before.roles),
      },
    },
    now,
    enrolment,
    composition.memory,
  );
  const next: Current = {
    repository: enrolment.id,
    generation: statement.generation,
    rootVersion: root?.version ?? before?.current.rootVersion ?? 0,
    snapshotVersion: snapshot.version,
    timestampVersion: timestamp.version,
    onlineEpoch,
  };
  const issued = [...(root ? [root] : []), snapshot, timestamp];
  return {
    publication: { expected: before?.current, next, issued, content: { import: composition.import, roles, authority } },
    rootChange,
  };
}

interface OnlineIssue {
  readonly roles: readonly GenerationRole[];
  readonly statement: Statement;
  readonly enrolment: Enrolment;
  /** Under which it is published. */
  readonly root: Uint8Array;
  readonly onlineEpoch: number;
  readonly now: Date;
}

/** New snapshot and timestamp under versions that are reserved, durably, before anything is signed (S-04). */
export async function issueOnline(
  { keyring, lifetimes, log }: Composer,
  writer: LedgerWriter,
  { roles, statement, enrolment, root, onlineEpoch, now }: OnlineIssue,
): Promise<{ snapshot: SignedFile; timestamp: SignedFile }> {
  const { repository } = statement;
  requireRecentUpstream(log.state, statement, enrolment.maxUpstreamAgeDays, now);
  const [snapshotVersion = 0, timestampVersion = 0] = await writer.reserve([
    { repository, role: 'snapshot', epoch: onlineEpoch },
    { repository, role: 'timestamp', epoch: onlineEpoch },
  ]);
  if (snapshotVersion instanceof Refusal) throw snapshotVersion;
  if (timestampVersion instanceof Refusal) throw timestampVersion;
  const issuing = issuingOf(keyring, enrolment, onlineEpoch);
  const snapshot = issuing.snapshot({
    ...{ version: snapshotVersion, expires: expiryAfter(now, snapshotDays(lifetimes, enrolment)) },
    ...{ roles, root, statement },
  });
  const timestamp = issuing.timestamp({
    ...{ version: timestampVersion, expires: expiryAfter(now, lifetimes.timestamp) },
    ...{ snapshot, statement },
  });
  return { snapshot, timestamp };
}

export function publishedBefore(reader: LedgerReader, repository: RepositoryId): PublishedBefore | undefined {
  const current = reader.current(repository);
  if (!current) return undefined;
  const root = reader.bytes(reader.issuedVersion(repository, 'root', current.rootVersion).fileSha256);
  return { current, root, roles: reader.generationRoles(repository, current.generation) };
}

/** The roots that the mirror ever issued, oldest first. */
export function issuedRoots(reader: LedgerReader, repository: RepositoryId): Uint8Array[] {
  return reader
    .issued(repository, 'root')
    .reverse()
    .map((root) => reader.bytes(root.fileSha256));
}

/** What a client that is up to date holds. */
export function held(current: Current, roles: readonly GenerationRole[]): Previous {
  return {
    timestampVersion: current.timestampVersion,
    snapshotVersion: current.snapshotVersion,
    roles: new Map(roles.map(({ role, version }) => [role, version])),
  };
}

/** The version and expiry of a root that was signed elsewhere. */
export function asSignedRoot(bytes: Uint8Array, enrolment: Enrolment): SignedFile {
  const { version, expires } = readRoot(bytes, 'the accepted root', enrolment);
  return { role: 'root', version, bytes, expires };
}

function bytesOf(reader: LedgerReader, candidate: Candidate): (digest: Sha256) => Uint8Array {
  const fresh = new Map([...candidate.content.roles.values()].map((role) => [role.fileSha256, role.bytes]));
  return (digest) => fresh.get(digest) ?? reader.bytes(digest);
}
