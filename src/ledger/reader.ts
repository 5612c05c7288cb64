/**
 * The record for reading: what the server, the command line and the checks may know. It cannot write.
 * Bytes are compared with the digest they are stored under each time they are read (S-07, S-10). What trust begins with,
 * enrolments and what imports brought, is read from leaves; rows only say which.
 */
import { Refusal } from '../errors.ts';
import type { Database, Row } from '../platform/database.ts';
import { sha256 } from '../tuf/digest.ts';
import type { MirrorRole, RepositoryId, RoleName, Sha256 } from '../tuf/names.ts';
import type { SeenFile } from '../verify/equivocation.ts';
import type { Decision } from '../verify/decisions.ts';
import * as records from './records.ts';
import { releasedSize } from './checkpoints.ts';
import { type AnyEvent, decodeLeaf } from './events/leaf.ts';
import { requireFree } from './enrolling.ts';
import { isStored, readFilesList, readNotesList } from './lists.ts';
import { enrolmentIn, observationIn } from './leaf-rows.ts';
import { LogReader } from './log-reader.ts';
import { leafBytes } from './log-rows.ts';
import { NamesReader } from './names-reader.ts';
import { PastReader } from './past-reader.ts';

const IMPORT = 'number, repository, entry, uri, place, actor, account, ticket, reason, started_at, finished_at';
const REPOSITORY = 'id, entry';
const ISSUED = 'role, version, generation, file_sha256, expires, at, entry';
/** Every generation, and every leaf. */
const ALL = Number.MAX_SAFE_INTEGER;

export class LedgerReader {
  /** The log itself, as it is shown to others. */
  readonly log: LogReader;
  /** Single names of states that were public once. */
  readonly past: PastReader;
  /** Single names that were public at any time. */
  readonly names: NamesReader;
  readonly #database: Database;
  readonly #open: records.OpenSealed;

  /** @param open for names, reasons and folders; without it they stay sealed */
  constructor(database: Database, open: records.OpenSealed = () => undefined) {
    this.log = new LogReader(database);
    this.past = new PastReader(database);
    this.names = new NamesReader(database);
    this.#database = database;
    this.#open = open;
  }

  enrolments(): records.Enrolment[] {
    return this.#database
      .all(`SELECT ${REPOSITORY} FROM repository ORDER BY id`)
      .map((row) => enrolmentIn(this.#database, row));
  }

  /** @throws USAGE_UNKNOWN_REPOSITORY */
  enrolment(id: RepositoryId): records.Enrolment {
    const row = this.#database.one(`SELECT ${REPOSITORY} FROM repository WHERE id = ?`, id);
    if (!row)
      throw new Refusal('USAGE_UNKNOWN_REPOSITORY', `There is no repository “${id}”.`, { details: { repository: id } });
    return enrolmentIn(this.#database, row);
  }

  /** @throws USAGE_REPOSITORY_EXISTS */
  requireFree(enrolment: Pick<records.Enrolment, 'id' | 'collection'>): void {
    requireFree(this.#database, enrolment);
  }

  /** The stored bytes. @throws STATE_DAMAGED when they are gone or changed */
  bytes(digest: Sha256): Buffer {
    const stored = this.#database.one('SELECT bytes FROM file WHERE sha256 = ?', digest)?.['bytes'];
    if (!(stored instanceof Uint8Array) || sha256(stored) !== digest) {
      throw new Refusal('STATE_DAMAGED', `The record’s file ${digest} is ${stored ? 'not what it was' : 'missing'}.`, {
        details: { sha256: digest },
      });
    }
    return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  }

  imports(repository?: RepositoryId, limit = 1000): records.ImportRecord[] {
    const rows =
      repository === undefined
        ? this.#database.all(`SELECT ${IMPORT} FROM import ORDER BY number DESC LIMIT ?`, limit)
        : this.#database.all(
            `SELECT ${IMPORT} FROM import WHERE repository = ? ORDER BY number DESC LIMIT ?`,
            repository,
            limit,
          );
    return rows.map((row) => this.#import(row));
  }

  /** @throws USAGE_UNKNOWN_IMPORT */
  import(number: number): records.ImportRecord {
    const row = this.#database.one(`SELECT ${IMPORT} FROM import WHERE number = ?`, number);
    if (!row)
      throw new Refusal('USAGE_UNKNOWN_IMPORT', `There is no import ${String(number)}.`, {
        details: { import: number },
      });
    return this.#import(row);
  }

  #import(row: Row): records.ImportRecord {
    const { statement } = observationIn(this.#database, Number(row['number']));
    const notes = readNotesList(this.bytes(statement.notes_sha256 as Sha256));
    return records.asImportRecord(row, statement, notes, this.#open);
  }

  lastAccepted(repository: RepositoryId): records.ImportRecord | undefined {
    const rows = this.#database.all('SELECT number FROM import WHERE repository = ? ORDER BY number DESC', repository);
    // By the leaves: a row that was edited must not lower the floor of the next import.
    const last = rows.find(
      ({ number }) => observationIn(this.#database, Number(number)).statement.outcome === 'accepted',
    );
    return last && this.import(Number(last['number']));
  }

  /** Equivocations that accepted imports before this one were told to accept, newest first. */
  acceptedEquivocations(repository: RepositoryId, before: number): Decision[] {
    const rows = this.#database.all(
      `SELECT number FROM import WHERE repository = ? AND number < ? AND outcome = 'accepted'
          AND decisions LIKE '%accept-equivocation%' ORDER BY number DESC`,
      repository,
      before,
    );
    return rows
      .flatMap(({ number }) =>
        observationIn(this.#database, Number(number)).statement.decisions.map(records.asDecision),
      )
      .filter(({ kind }) => kind === 'accept-equivocation');
  }

  importFiles(number: number): records.ImportFile[] {
    const { statement } = observationIn(this.#database, number);
    if (statement.outcome === 'unchanged') return [];
    const files = readFilesList(this.bytes(statement.files_sha256 as Sha256)).filter(isStored);
    return [...files, ...readFilesList(this.bytes(statement.authored_sha256 as Sha256))];
  }

  /** The version of each authored role in the last accepted import that had it, up to this one. */
  lastAuthored(repository: RepositoryId, number: number): ReadonlyMap<RoleName, number> {
    const rows = this.#database.all(
      `SELECT f.role, f.version, MAX(f.import) FROM import_file f JOIN import i ON i.number = f.import
        WHERE f.repository = ? AND f.kind = 'authored' AND i.outcome = 'accepted' AND f.import <= ? GROUP BY f.role`,
      repository,
      number,
    );
    return new Map(rows.map((row) => [String(row['role']) as RoleName, Number(row['version'])]));
  }

  importTargets(number: number): records.CarriedTarget[] {
    return this.#database
      .all(
        'SELECT path, role, length, sha256, hashes FROM import_target WHERE import = (SELECT COALESCE(content_of, number) FROM import WHERE number = ?) ORDER BY rowid',
        number,
      )
      .map(records.asCarriedTarget);
  }

  /** Every verified upstream file of this role and version, from accepted and refused imports. */
  seen(repository: RepositoryId, role: RoleName, version: number): SeenFile[] {
    return this.#database
      .all(
        `WITH last AS (
           SELECT MAX(import) AS number FROM import_file
            WHERE repository = ? AND role = ? AND kind IN ('root', 'timestamp', 'snapshot', 'authored'))
         SELECT file_sha256, signed_sha256, MAX(import = last.number) AS is_current
           FROM import_file, last
          WHERE repository = ? AND role = ? AND version = ? AND signed_sha256 IS NOT NULL
          GROUP BY file_sha256, signed_sha256`,
        repository,
        role,
        repository,
        role,
        version,
      )
      .map((row) => ({
        fileSha256: String(row['file_sha256']) as Sha256,
        signedSha256: String(row['signed_sha256']) as Sha256,
        isCurrent: row['is_current'] === 1,
      }));
  }

  current(repository: RepositoryId): records.Served | undefined {
    return this.currents(repository)[0];
  }

  currents(repository?: RepositoryId): records.Served[] {
    const columns = 'repository, generation, root_version, snapshot_version, timestamp_version, online_epoch, entry';
    const rows =
      repository === undefined
        ? this.#database.all(`SELECT ${columns} FROM current ORDER BY repository`)
        : this.#database.all(`SELECT ${columns} FROM current WHERE repository = ?`, repository);
    return rows.map(records.asCurrent);
  }

  /** Which import a generation publishes. */
  importOfGeneration(repository: RepositoryId, generation: number): number {
    return Number(
      this.#database.one('SELECT import FROM generation WHERE repository = ? AND number = ?', repository, generation)?.[
        'import'
      ],
    );
  }

  /** All generations of a repository, oldest first, with the import each publishes. */
  generations(repository: RepositoryId): { number: number; import: number; createdAt: Date }[] {
    return this.#database
      .all('SELECT number, import, created_at FROM generation WHERE repository = ? ORDER BY number', repository)
      .map((row) => ({
        number: Number(row['number']),
        import: Number(row['import']),
        createdAt: new Date(String(row['created_at'])),
      }));
  }

  generationRoles(repository: RepositoryId, generation: number): records.GenerationRole[] {
    return this.#database
      .all(
        'SELECT role, version, length, file_sha256, expires, reachable FROM generation_role WHERE repository = ? AND generation = (SELECT COALESCE(roles_of, number) FROM generation WHERE repository = ? AND number = ?) ORDER BY rowid',
        repository,
        repository,
        generation,
      )
      .map(records.asGenerationRole);
  }

  /** What clients may see: of each repository the newest timestamp whose leaf is under a released checkpoint. */
  released(): records.Served[] {
    const size = releasedSize(this.#database);
    return this.currents().flatMap((current) =>
      current.entry < size ? [current] : (this.servedBefore(current.repository, size) ?? []),
    );
  }

  /** What was public after so many leaves; undefined for nothing. */
  servedBefore(repository: RepositoryId, size: number): records.Served | undefined {
    const row = this.#database.one(
      // Epochs and versions only rise, as leaves do: found from the end, without reading years of timestamps.
      "SELECT entry FROM issued WHERE repository = ? AND role = 'timestamp' AND entry < ? ORDER BY epoch DESC, version DESC LIMIT 1",
      repository,
      size,
    );
    const event = row && this.event(Number(row['entry']));
    if (event?.type !== 'serve.timestamp') return undefined;
    const { generation, online_epoch, root_version, snapshot, timestamp } = event.body;
    return {
      repository,
      generation,
      rootVersion: root_version,
      snapshotVersion: snapshot.version,
      timestampVersion: timestamp.version,
      onlineEpoch: online_epoch,
      entry: event.n,
    };
  }

  /** One event of the ledger. @throws STATE_LEDGER when it is not there or not one */
  event(index: number): AnyEvent {
    return decodeLeaf(leafBytes(this.#database, index), index);
  }

  /** Newest first; up to and with the leaf `last`. */
  issued(repository: RepositoryId, role: MirrorRole, limit = 1_000_000, last = ALL): records.IssuedFile[] {
    return this.#database
      .all(
        `SELECT ${ISSUED} FROM issued WHERE repository = ? AND role = ? AND entry <= ? ORDER BY epoch DESC, version DESC LIMIT ?`,
        repository,
        role,
        last,
        limit,
      )
      .map(records.asIssuedFile);
  }

  /**
   * @param epoch of the keys that signed it; without it the newest that has the version
   * @throws STATE_NOTHING_PUBLISHED
   */
  issuedVersion(repository: RepositoryId, role: MirrorRole, version: number, epoch?: number): records.IssuedFile {
    const row = this.#database.one(
      `SELECT ${ISSUED} FROM issued WHERE repository = ? AND role = ? AND version = ?
        ${epoch === undefined ? '' : 'AND epoch = ?'} ORDER BY epoch DESC LIMIT 1`,
      ...[repository, role, version, ...(epoch === undefined ? [] : [epoch])],
    );
    if (!row) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has no ${role} version ${String(version)}.`);
    return records.asIssuedFile(row);
  }

  highestReserved(repository: RepositoryId, role: MirrorRole): number {
    return Number(
      this.#database.one(
        'SELECT COALESCE(MAX(version), 0) AS version FROM reservation WHERE repository = ? AND role = ?',
        repository,
        role,
      )?.['version'],
    );
  }

  /** Every authored file that any generation lists, the newest bytes of each version first: names that clients may still ask for. */
  everListed(repository: RepositoryId, last = ALL): records.GenerationRole[] {
    return this.#database
      .all(
        `SELECT role, version, length, file_sha256, expires, reachable, MAX(generation)
           FROM generation_role WHERE repository = ? AND generation <= ? GROUP BY role, version`,
        repository,
        last,
      )
      .map(records.asGenerationRole);
  }

  /** Every upstream file of every published import, the newest bytes of each version: the evidence tree. */
  everImported(repository: RepositoryId, last = ALL): records.ImportFile[] {
    return this.#database
      .all(
        `SELECT f.kind, f.role, f.version, f.file_sha256, f.signed_sha256, f.expires, MAX(f.import)
           FROM generation g JOIN import i ON i.number = g.import
           JOIN import_file f ON f.import IN (i.number, i.content_of) AND (f.import = i.number OR f.kind = 'authored')
          WHERE g.repository = ? AND g.number <= ? AND f.kind IN ('root', 'timestamp', 'snapshot', 'authored')
          GROUP BY f.kind, f.role, f.version`,
        repository,
        last,
      )
      .map(records.asImportFile);
  }

  /** Every target that any published import carries; the newest import’s entry of each (path, digest). */
  everCarried(repository: RepositoryId, last = ALL): records.CarriedTarget[] {
    return this.#database
      .all(
        `SELECT t.path, t.role, t.length, t.sha256, t.hashes, MAX(t.import)
           FROM generation g JOIN import i ON i.number = g.import JOIN import_target t ON t.import = COALESCE(i.content_of, i.number)
          WHERE g.repository = ? AND g.number <= ? GROUP BY t.path, t.sha256`,
        repository,
        last,
      )
      .map(records.asCarriedTarget);
  }

  /** A consistent view over several reads. */
  together<Result>(work: () => Result): Result {
    return this.#database.reading(work);
  }

  /** Changes whenever another process has committed. */
  dataVersion(): number {
    return this.#database.dataVersion();
  }

  close(): void {
    this.#database.close();
  }
}
