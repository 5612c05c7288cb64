/**
 * Everything again, as a stranger would look at it: the record’s own structure, every stored file and blob by digest,
 * every accepted import by upstream’s signatures from the enrolled root, and what is published as clients read it, a guard
 * among them.
 * It changes nothing and goes on after a finding, so that one report names all.
 */
import { isRefusal } from '../errors.ts';
import { RULES } from '../gate/fold.ts';
import type { Rules } from '../gate/rules.ts';
import { requireOwnCheckpoint, requireSignedHead } from '../ledger/checkpoints.ts';
import { logSize, storedNodes } from '../ledger/log-rows.ts';
import { replayProblems } from '../ledger/replay.ts';
import { VerifiedLog } from '../ledger/verified-log.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Enrolment } from '../ledger/records.ts';
import type { WriterOptions } from '../ledger/writer.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { rootOf } from '../tlog/tree.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import { verifyAsGuard } from './as-guard.ts';
import { signaturesIn, unprovenRules } from './authority.ts';
import type { BlobStore } from './blobs.ts';
import { verifyPublished } from './published-view.ts';
import { checkpointProblems, reservationProblems, schemaProblems, treeProblems } from './fsck-record.ts';
import { reverifyLast } from './reverify.ts';

export interface Finding {
  readonly code: string;
  readonly what: string;
  readonly repository?: RepositoryId;
}

export interface FsckReport {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly checked: {
    readonly events: number;
    readonly files: number;
    readonly blobs: number;
    readonly repositories: number;
  };
}

export interface Fsck {
  readonly database: Database;
  readonly reader: LedgerReader;
  readonly blobs: BlobStore;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly writerOptions: WriterOptions;
}

export async function fsck(fsck: Fsck, onProgress: (step: string) => void = () => undefined): Promise<FsckReport> {
  const { database, reader, blobs } = fsck;
  const findings: Finding[] = [];
  const look = async (repository: RepositoryId | undefined, check: () => unknown): Promise<void> => {
    try {
      await check();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      findings.push({ code: error.code, what: error.what, ...(repository === undefined ? {} : { repository }) });
    }
  };
  onProgress('record');
  const problems = [...structureProblems(database), ...(await schemaProblems(database, fsck.disk))];
  const verified: Rules[] = [];
  await look(undefined, () => verified.push(verifyLedger(fsck)));
  // What the leaves say is worth a comparison only while they are whole.
  for (const rules of verified) {
    await look(undefined, async () => problems.push(...(await replayProblems(database, fsck.disk))));
    problems.push(...treeProblems(database), ...reservationProblems(database));
    for (const what of checkpointProblems(database, fsck.writerOptions.keys.checkpoints))
      findings.push({ code: 'STATE_LEDGER', what });
    await look(undefined, () => findings.push(...unprovenFindings(fsck, rules)));
  }
  for (const what of problems) findings.push({ code: 'STATE_DAMAGED', what });
  await look(undefined, () =>
    fsck.writerOptions.headFile.refuseRestored(database, fsck.writerOptions.keys.checkpoints),
  );
  const files = database.all('SELECT sha256 FROM file').map((row) => String(row['sha256']) as Sha256);
  for (const digest of files) await look(undefined, () => reader.bytes(digest));
  const enrolments: Enrolment[] = [];
  // Read from leaves, of which one may be what was found.
  await look(undefined, () => enrolments.push(...reader.enrolments()));
  const carried = new Set<Sha256>();
  for (const enrolment of enrolments) {
    onProgress(enrolment.id);
    for (const { sha256 } of reader.everCarried(enrolment.id)) carried.add(sha256);
    await lookAtRepository(fsck, enrolment, look);
  }
  onProgress('blobs');
  for (const digest of carried) await look(undefined, () => blobs.check(digest, true));
  return {
    ok: findings.length === 0,
    findings,
    checked: {
      events: logSize(database),
      files: files.length,
      blobs: carried.size,
      repositories: enrolments.length,
    },
  };
}

async function lookAtRepository(
  { reader, clock }: Fsck,
  enrolment: Enrolment,
  look: (repository: RepositoryId, check: () => unknown) => Promise<void>,
): Promise<void> {
  const { id } = enrolment;
  await look(id, async () => {
    if (!reader.lastAccepted(id)) return;
    // Age is status’s matter; here the question is whether the bytes are still what upstream signed.
    await reverifyLast({ reader, clock }, { ...enrolment, maxUpstreamAgeDays: Number.MAX_SAFE_INTEGER });
  });
  if (!reader.current(id)) return;
  await look(id, () => verifyPublished(reader, id, clock.now(), 'all'));
  await look(id, () => verifyAsGuard(reader, id, clock.now()));
}

/** Every leaf again, from the first, without what this process remembers. */
function verifyLedger({ database, writerOptions }: Fsck): Rules {
  const log = new VerifiedLog(RULES);
  log.catchUp(database);
  const { checkpoints } = writerOptions.keys;
  requireSignedHead(database, { origin: log.facts.origin, size: log.size, root: log.root() }, checkpoints);
  requireOwnCheckpoint(database, checkpoints, (size) => rootOf(size, storedNodes(database)));
  return log.state;
}

/** What the leaves say may be whole, and yet rest on signatures that nobody made. */
function unprovenFindings({ writerOptions }: Fsck, rules: Rules): Finding[] {
  const unproven = unprovenRules(rules, signaturesIn(writerOptions.sealed));
  return unproven.map((what) => ({ code: 'STATE_SEALED', what }));
}

function structureProblems(database: Database): string[] {
  const integrity = database.all('PRAGMA integrity_check').map((row) => String(row['integrity_check']));
  const foreign = database
    .all('PRAGMA foreign_key_check')
    .map((row) => `a row of ${String(row['table'])} refers to nothing`);
  return [...integrity.filter((line) => line !== 'ok'), ...foreign]
    .slice(0, 20)
    .map((line) => `The record’s structure: ${line}.`);
}
