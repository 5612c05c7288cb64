/**
 * The whole import as one sentence, and what every command needs to say it. The only file that knows every stage.
 *
 *   claim → open the source → verify it from the enrolled root → carry the selected targets → record what was seen
 *     → publish, or wait for people or for a root
 *
 * What was claimed and what was seen is recorded first, refusals with their evidence; what clients see changes in a commit
 * of its own, on the word of the ledger (docs/design/publication.md).
 */
import { isRefusal, Refusal } from './errors.ts';
import { admitClaim } from './gate/admission.ts';
import { requireImporter } from './gate/permissions.ts';
import type { Rules } from './gate/rules.ts';
import { acceptedState } from './ledger/accepted-state.ts';
import { type Claimed, makeClaim } from './ledger/claims.ts';
import { canonicalBytes } from './ledger/events/leaf.ts';
import type { NewImport } from './ledger/record-import.ts';
import type { LedgerReader } from './ledger/reader.ts';
import type { Claim, CarriedTarget, Current, Enrolment, ImportRecord } from './ledger/records.ts';
import type { SealedStore } from './ledger/sealed.ts';
import type { VerifiedLog } from './ledger/verified-log.ts';
import { LedgerWriter, type WriterOptions } from './ledger/writer.ts';
import type { Clock } from './platform/clock.ts';
import type { Database } from './platform/database.ts';
import type { Disk } from './platform/disk.ts';
import { takeLock } from './platform/lock.ts';
import { randomName } from './platform/random.ts';
import type { BlobStore } from './publish/blobs.ts';
import { carryTargets } from './publish/carry.ts';
import { authorise, requireAutomatic, requireNotRetired, verdictOn } from './publish/authority.ts';
import { schemaProblems } from './publish/fsck-record.ts';
import { composeGeneration, planNext } from './publish/generation.ts';
import type { Lifetimes } from './publish/lifetimes.ts';
import type { Keyring } from './sign/keyring.ts';
import { PURPOSES, type Purpose } from './sshsig/namespaces.ts';
import { VerificationMemory } from './tuf/memory.ts';
import type { RepositoryId } from './tuf/names.ts';
import type { Candidate } from './verify/candidate.ts';
import type { Decision } from './verify/decisions.ts';
import { Evidence } from './verify/evidence.ts';
import { isCollection, type UpstreamSource, verifyState } from './verify/dialects.ts';

/** An opened data directory. */
export interface Mirror {
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly database: Database;
  readonly reader: LedgerReader;
  /** What was verified of the ledger, folded into the rules. */
  readonly log: VerifiedLog<Rules>;
  readonly sealed: SealedStore;
  readonly blobs: BlobStore;
  readonly keyring: Keyring;
  readonly lifetimes: Lifetimes;
  readonly writerOptions: WriterOptions;
}

export interface ImportRequest {
  readonly repository: RepositoryId;
  readonly openSource: () => Promise<UpstreamSource>;
  readonly decisions: readonly Decision[];
  readonly claim: Claim;
  /** Where it comes from, if not from the enrolled upstream: an address, or a folder. */
  readonly location?: string;
  /** The person who brings it in, and signs for it. */
  readonly importer?: Person;
  /** Verify and plan, and change nothing. */
  readonly isRehearsal?: boolean;
  readonly onProgress?: (step: string) => void;
}

/** Somebody with a recorded key. */
export interface Person {
  readonly actor: string;
  /** `SHA256:…` */
  readonly key: string;
  /** Signs for one purpose; the signature was verified. @returns it, armored */
  sign(message: Uint8Array, purpose: Purpose): Promise<string>;
}

export type ImportResult =
  | { readonly outcome: 'published'; readonly import: number; readonly candidate: Candidate; readonly current: Current }
  | { readonly outcome: 'needs-root'; readonly import: number; readonly candidate: Candidate; readonly why: string }
  /** Recorded, and not published until people agree, or time has passed. */
  | { readonly outcome: 'waits'; readonly import: number; readonly candidate: Candidate; readonly refusal: Refusal }
  | { readonly outcome: 'unchanged'; readonly import: number; readonly candidate: Candidate }
  | { readonly outcome: 'rehearsed'; readonly candidate: Candidate; readonly rootChange: string | undefined };

/** @throws every refusal of a source, of trust, of policy and of state; those of source, trust and policy are recorded */
export async function importUpstream(mirror: Mirror, request: ImportRequest): Promise<ImportResult> {
  const { repository, isRehearsal = false } = request;
  const enrolment = mirror.reader.enrolment(repository);
  requireNotRetired(rulesOf(mirror), repository);
  const lock = await takeLock(mirror.writerOptions.lockDirectory, `import-${repository}`, mirror.clock, 0);
  const startedAt = mirror.clock.now();
  const evidence = new Evidence();
  const memory = new VerificationMemory();
  const looking = { enrolment, startedAt, evidence, memory };
  try {
    if (isRehearsal) {
      requireMayImport(mirror, request);
      const { candidate } = await lookAt(mirror, request, looking);
      return { outcome: 'rehearsed', candidate, rootChange: planNext(mirror, enrolment, candidate).plan.rootChange };
    }
    // A stepped clock, a changed ledger or a full disk refuse here, before anybody is asked.
    const claimed = await claim(mirror, request, enrolment, startedAt);
    let seen: Seen;
    try {
      seen = await lookAt(mirror, request, looking);
    } catch (error) {
      if (isRefusal(error) && ['source', 'trust', 'policy'].includes(error.family))
        await recordRefusal(mirror, request, { startedAt, claimed }, error, evidence);
      throw error;
    }
    return await settle(mirror, request, { enrolment, ...seen, startedAt, claimed, memory });
  } finally {
    lock.release();
  }
}

interface Seen {
  readonly candidate: Candidate;
  readonly targets: readonly CarriedTarget[];
}

/** Opens the source, verifies what is in it, and carries what is selected; a rehearsal carries nothing. */
async function lookAt(
  mirror: Mirror,
  { repository, openSource, decisions, isRehearsal = false, onProgress = () => undefined }: ImportRequest,
  { enrolment, startedAt, evidence, memory }: Looking,
): Promise<Seen> {
  const source = await openSource();
  try {
    onProgress(`verifying ${source.description}`);
    const candidate = await verifyState({
      repository,
      source,
      gun: enrolment.collection?.name,
      enrolledRoot: mirror.reader.bytes(enrolment.rootSha256),
      accepted: acceptedState(mirror.reader, enrolment),
      seen: (role, version) => mirror.reader.seen(repository, role, version),
      selection: enrolment.selection,
      decisions,
      maxUpstreamAgeDays: enrolment.maxUpstreamAgeDays,
      limits: enrolment.limits,
      now: startedAt,
      evidence,
      memory,
    });
    const carriesNothing = isRehearsal || isCollection(source);
    return { candidate, targets: carriesNothing ? [] : await carryTargets(mirror, candidate, source, onProgress) };
  } finally {
    await source.close();
  }
}

interface Looking {
  readonly enrolment: Enrolment;
  readonly startedAt: Date;
  readonly evidence: Evidence;
  readonly memory: VerificationMemory;
}

/**
 * What is said about the import before anything is looked at, signed where people have keys.
 * @throws POLICY_NOT_PERMITTED for an import without, or by, somebody who may not
 */
async function claim(mirror: Mirror, request: ImportRequest, enrolment: Enrolment, now: Date): Promise<Claimed> {
  const { log, sealed, reader } = mirror;
  const { repository, importer, claim: said, decisions, location } = request;
  await withWriter(mirror, () => Promise.resolve());
  requireMayImport(mirror, request);
  const statement = makeClaim(sealed, {
    ...{ mirrorId: log.facts.installation, claimId: randomName(), repository, now, decisions, claim: said },
    profile: enrolment.collection ? 'notary1' : 'tuf1',
    ...{ upstream: enrolment.upstream, enrolledRoot: enrolment.rootSha256, location: location ?? enrolment.upstream },
    base: reader.lastAccepted(repository)?.number,
    policySha256: log.state.policies.inForce(repository).sha256,
    importer: { actor: importer?.actor ?? 'local', key: importer?.key },
  });
  if (!importer) return { statement, signature: null };
  const armored = await importer.sign(canonicalBytes(statement), PURPOSES.importClaim);
  admitClaim(log.state, { statement, armored });
  return { statement, signature: { key: importer.key, sshsig_sha256: sealed.keep('signature', armored) } };
}

/** @throws POLICY_NOT_PERMITTED for an import without, or by, somebody who may not */
export function requireMayImport(mirror: Mirror, { importer }: { readonly importer?: Person }): void {
  requireImporter(rulesOf(mirror), { actor: importer?.actor ?? 'local', fingerprint: importer?.key });
}

async function recordRefusal(
  mirror: Mirror,
  { repository, decisions }: ImportRequest,
  begun: Pick<Verified, 'startedAt' | 'claimed'>,
  { code, what, family, details }: Refusal,
  evidence: Evidence,
): Promise<void> {
  // What a source says of itself names hosts and folders; what upstream’s files say is upstream’s own.
  const told = family === 'source' ? { sealed: mirror.sealed.seal('message', what) } : { text: what };
  const roles = asList(details['roles']);
  const outcome = { kind: 'refused', code, what: told, roles, evidence: evidence.files() } as const;
  await withWriter(mirror, (writer) => {
    requireNotRetired(rulesOf(mirror), repository);
    return writer.commit({ import: { number: writer.nextImportNumber(), repository, decisions, ...begun, outcome } });
  });
}

interface Verified {
  readonly enrolment: Enrolment;
  readonly candidate: Candidate;
  readonly targets: readonly CarriedTarget[];
  readonly startedAt: Date;
  readonly claimed: Claimed;
  readonly memory: VerificationMemory;
}

/** Records what was verified; publishes it when nothing stands in the way. */
async function settle(mirror: Mirror, request: ImportRequest, verified: Verified): Promise<ImportResult> {
  const { candidate, targets, startedAt, claimed, memory, enrolment } = verified;
  const { repository, decisions } = request;
  return withWriter(mirror, async (writer) => {
    // People may have retired it while it was being fetched.
    requireNotRetired(rulesOf(mirror), repository);
    const number = writer.nextImportNumber();
    const record = { number, repository, startedAt, claimed, decisions };
    const last = mirror.reader.lastAccepted(repository);
    const isSame =
      last?.candidate === candidate.digest && (isPublished(mirror.reader, last) || isClaimed(mirror, last));
    const made: NewImport = { ...record, outcome: { kind: isSame ? 'unchanged' : 'accepted', candidate, targets } };
    await writer.commit({ import: made });
    if (isSame && isPublished(mirror.reader, last)) return { outcome: 'unchanged', import: number, candidate };
    // The same state again: whoever looked at the first import looked at this one as well.
    return publishVerified(mirror, writer, { enrolment, candidate, import: isSame ? last.number : number, memory });
  });
}

/** Whether somebody who may import stands behind it: otherwise it could wait for ever, while others bring in the same. */
function isClaimed(mirror: Mirror, { repository, number }: ImportRecord): boolean {
  return verdictOn(mirror, repository, number).claimProblem === undefined;
}

/** Publishes a recorded import, or says what it waits for. */
export async function publishVerified(
  mirror: Mirror,
  writer: LedgerWriter,
  verified: {
    readonly enrolment: Enrolment;
    readonly candidate: Candidate;
    readonly import: number;
    readonly memory: VerificationMemory;
    /** Whether somebody asks for it now, where the policy publishes on command only. */
    readonly isCommanded?: boolean;
  },
): Promise<ImportResult> {
  const { candidate, enrolment, import: number, isCommanded = false } = verified;
  try {
    // People first: that it must be told to is no news to whoever still has to approve it.
    authorise(mirror, enrolment.id, number);
    if (!isCommanded) requireAutomatic(mirror, enrolment.id, number);
    const composed = await composeGeneration(mirror, writer, verified);
    if (!composed.publication)
      return { outcome: 'needs-root', import: number, candidate, why: composed.rootChange ?? '' };
    await writer.commit({ publications: [composed.publication] });
    return { outcome: 'published', import: number, candidate, current: composed.publication.next };
  } catch (error) {
    if (!isWaiting(error)) throw error;
    return { outcome: 'waits', import: number, candidate, refusal: error };
  }
}

function isWaiting(error: unknown): error is Refusal {
  return (['POLICY_APPROVALS', 'POLICY_COOLING_OFF', 'POLICY_REJECTED'] as const).some((code) =>
    isRefusal(error, code),
  );
}

/** Runs `work` as the record’s only writer. */
export async function withWriter<Result>(
  mirror: Mirror,
  work: (writer: LedgerWriter) => Promise<Result>,
): Promise<Result> {
  await refuseChangedSchema(mirror);
  const writer = await LedgerWriter.open(mirror.database, mirror.writerOptions);
  try {
    return await work(writer);
  } finally {
    writer.close();
  }
}

/** The rules as the ledger tells them now. @throws STATE_LEDGER */
export function rulesOf({ log, database }: Pick<Mirror, 'log' | 'database'>): Rules {
  log.catchUp(database);
  return log.state;
}

/** Without a trigger rows can be edited, and with another they edit themselves: nothing is signed on that (S-02). */
async function refuseChangedSchema({ database, disk }: Mirror): Promise<void> {
  const [problem] = await schemaProblems(database, disk);
  if (problem === undefined) return;
  throw new Refusal('STATE_SCHEMA', problem, {
    next: 'Find out who changed it. `countersign fsck` names everything that was; restore a copy that it finds whole.',
  });
}

/** An import that waits for a root is not “unchanged”: whoever imports again must hear that it still waits. */
function isPublished(reader: LedgerReader, { repository, number }: ImportRecord): boolean {
  const current = reader.current(repository);
  return current !== undefined && reader.importOfGeneration(repository, current.generation) === number;
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
