/**
 * The whole import as one sentence, and what every command needs to say it. The only file that knows every stage.
 *
 *   open the source → verify it from the enrolled root → carry the selected targets → publish, or wait for a root
 *
 * Everything is built and checked before the one commit (docs/design/publication.md); a refusal is recorded
 * with its evidence and changes nothing that clients see.
 */
import type { Source } from './acquire/source.ts';
import { isRefusal } from './errors.ts';
import { acceptedState } from './ledger/accepted-state.ts';
import type { NewImport } from './ledger/import-rows.ts';
import type { LedgerReader } from './ledger/reader.ts';
import type { Claim, CarriedTarget, Current, Enrolment, ImportRecord } from './ledger/records.ts';
import { LedgerWriter, type WriterOptions } from './ledger/writer.ts';
import type { Clock } from './platform/clock.ts';
import type { Database } from './platform/database.ts';
import type { Disk } from './platform/disk.ts';
import { takeLock } from './platform/lock.ts';
import type { BlobStore } from './publish/blobs.ts';
import { carryTargets } from './publish/carry.ts';
import { composeGeneration, planNext } from './publish/generation.ts';
import type { Lifetimes } from './publish/lifetimes.ts';
import type { Keyring } from './sign/keyring.ts';
import { VerificationMemory } from './tuf/memory.ts';
import type { RepositoryId } from './tuf/names.ts';
import type { Candidate } from './verify/candidate.ts';
import type { Decision } from './verify/decisions.ts';
import { Evidence } from './verify/evidence.ts';
import { verifyUpstream } from './verify/upstream.ts';

/** An opened data directory. */
export interface Mirror {
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly database: Database;
  readonly reader: LedgerReader;
  readonly blobs: BlobStore;
  readonly keyring: Keyring;
  readonly lifetimes: Lifetimes;
  readonly writerOptions: WriterOptions;
}

export interface ImportRequest {
  readonly repository: RepositoryId;
  readonly openSource: () => Promise<Source>;
  readonly decisions: readonly Decision[];
  readonly claim: Claim;
  /** Verify and plan, and change nothing. */
  readonly isRehearsal?: boolean;
  readonly onProgress?: (step: string) => void;
}

export type ImportResult =
  | { readonly outcome: 'published'; readonly import: number; readonly candidate: Candidate; readonly current: Current }
  | { readonly outcome: 'needs-root'; readonly import: number; readonly candidate: Candidate; readonly why: string }
  | { readonly outcome: 'unchanged'; readonly import: number; readonly candidate: Candidate }
  | { readonly outcome: 'rehearsed'; readonly candidate: Candidate; readonly rootChange: string | undefined };

/** @throws every refusal of a source, of trust, of policy and of state; those of source, trust and policy are recorded */
export async function importUpstream(mirror: Mirror, request: ImportRequest): Promise<ImportResult> {
  const { repository, isRehearsal = false, onProgress = () => undefined } = request;
  const enrolment = mirror.reader.enrolment(repository);
  const lock = await takeLock(mirror.writerOptions.lockDirectory, `import-${repository}`, mirror.clock, 0);
  const startedAt = mirror.clock.now();
  const evidence = new Evidence();
  const memory = new VerificationMemory();
  let sourceName = enrolment.upstream;
  try {
    // A stepped clock, a restored record or a full disk refuse here, before the network is asked.
    if (!isRehearsal) await withWriter(mirror, () => Promise.resolve());
    const source = await request.openSource();
    try {
      sourceName = source.description;
      onProgress(`verifying ${sourceName}`);
      const candidate = await verifyUpstream({
        repository,
        source,
        enrolledRoot: mirror.reader.bytes(enrolment.rootSha256),
        accepted: acceptedState(mirror.reader, enrolment),
        seen: (role, version) => mirror.reader.seen(repository, role, version),
        selection: enrolment.selection,
        decisions: request.decisions,
        maxUpstreamAgeDays: enrolment.maxUpstreamAgeDays,
        limits: enrolment.limits,
        now: startedAt,
        evidence,
        memory,
      });
      if (isRehearsal)
        return { outcome: 'rehearsed', candidate, rootChange: planNext(mirror, enrolment, candidate).plan.rootChange };
      const targets = await carryTargets(mirror, candidate, source, onProgress);
      return await settle(mirror, request, { enrolment, candidate, targets, startedAt, source: sourceName, memory });
    } finally {
      await source.close();
    }
  } catch (error) {
    if (isRefusal(error) && ['source', 'trust', 'policy'].includes(error.family) && !isRehearsal) {
      await withWriter(mirror, (writer) =>
        writer.commit({
          import: {
            ...importRecord(writer.nextImportNumber(), request, startedAt, sourceName),
            outcome: {
              kind: 'refused',
              code: error.code,
              what: error.what,
              roles: asList(error.details['roles']),
              evidence: evidence.files(),
            },
          },
        }),
      );
    }
    throw error;
  } finally {
    lock.release();
  }
}

interface Verified {
  readonly enrolment: Enrolment;
  readonly candidate: Candidate;
  readonly targets: readonly CarriedTarget[];
  readonly startedAt: Date;
  readonly source: string;
  readonly memory: VerificationMemory;
}

/** Records what was verified; publishes it when nothing stands in the way. */
async function settle(mirror: Mirror, request: ImportRequest, verified: Verified): Promise<ImportResult> {
  const { candidate, targets, startedAt, source, memory, enrolment } = verified;
  return withWriter(mirror, async (writer) => {
    const number = writer.nextImportNumber();
    const record = importRecord(number, request, startedAt, source);
    const last = mirror.reader.lastAccepted(request.repository);
    if (last?.candidate === candidate.digest && isPublished(mirror.reader, last)) {
      await writer.commit({ import: { ...record, outcome: { kind: 'unchanged', candidate } } });
      return { outcome: 'unchanged', import: number, candidate };
    }
    const composed = await composeGeneration(mirror, writer, {
      enrolment,
      candidate,
      import: number,
      memory,
    });
    const accepted: NewImport = { ...record, outcome: { kind: 'accepted', candidate, targets } };
    if (!composed.publication) {
      await writer.commit({ import: accepted });
      return { outcome: 'needs-root', import: number, candidate, why: composed.rootChange ?? '' };
    }
    await writer.commit({ import: accepted, publications: [composed.publication] });
    return { outcome: 'published', import: number, candidate, current: composed.publication.next };
  });
}

/** Runs `work` as the record’s only writer. */
export async function withWriter<Result>(
  mirror: Mirror,
  work: (writer: LedgerWriter) => Promise<Result>,
): Promise<Result> {
  const writer = await LedgerWriter.open(mirror.database, mirror.writerOptions);
  try {
    return await work(writer);
  } finally {
    writer.close();
  }
}

/** An import that waits for a root is not “unchanged”: whoever imports again must hear that it still waits. */
function isPublished(reader: LedgerReader, { repository, number }: ImportRecord): boolean {
  const current = reader.current(repository);
  return current !== undefined && reader.importOfGeneration(repository, current.generation) === number;
}

function importRecord(
  number: number,
  { repository, claim, decisions }: ImportRequest,
  startedAt: Date,
  source: string,
): Omit<NewImport, 'outcome'> {
  return { number, repository, source, startedAt, claim, decisions };
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
