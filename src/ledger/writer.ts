/**
 * The record for writing: one writer at a time, everything of one publication in one transaction.
 *
 * Opening takes the lock, refuses a record that was restored from a backup (S-06) or a clock that stepped (F-07), and
 * raises the fencing token; each transaction checks the token, so that a writer that lost its lock commits nothing
 * (S-05). After each commit the head file follows. No durable row, no state change.
 */
import { Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { takeLock, type Lock } from '../platform/lock.ts';
import { DAY_MS } from '../verify/policy.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import type { MirrorRole, RepositoryId, Sha256 } from '../tuf/names.ts';
import { appendEvent, lastEventAt, readHead, type EventBodies, type EventKind } from './events.ts';
import type { HeadFile } from './head-file.ts';
import { insertGeneration } from './generation-rows.ts';
import { insertImport, type NewImport } from './import-rows.ts';
import type { Current, Enrolment, GenerationRole } from './records.ts';
import { type VersionRequest, reserveVersion } from './reservations.ts';
import { generationDigest } from './row-digests.ts';

export interface WriterOptions {
  readonly lockDirectory: string;
  readonly headFile: HeadFile;
  readonly clock: Clock;
  /** Who writes, for the record: `serve 1234`. */
  readonly holder: string;
  /** How long to wait for another writer. */
  readonly waitMs: number;
  /** A clock further ahead of the last event than this is implausible. */
  readonly maxClockJumpDays: number;
  /** Only while a person decides that a restored record, or a stepped clock, is to be gone on with. */
  readonly adopting?: 'restored-record' | 'stepped-clock';
}

/** One mirror role, signed and ready to be published. */
export interface SignedFile {
  readonly role: MirrorRole;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly expires: Date;
}

/** What one commit makes visible, all of it or nothing. */
export interface Publication {
  /** What must still be current; undefined for the first generation. */
  readonly expected: Current | undefined;
  readonly next: Current;
  readonly issued: readonly SignedFile[];
  /** Present when the content is new; absent for a renewal. */
  readonly content?: { readonly import: number; readonly roles: readonly GenerationRole[] };
}

/** The clock may step back by this much (NTP) without stopping the mirror. */
const CLOCK_SLACK_MS = 5000;

export class LedgerWriter {
  readonly #database: Database;
  readonly #options: WriterOptions;
  readonly #lock: Lock;
  readonly #token: number;

  private constructor(database: Database, options: WriterOptions, lock: Lock, token: number) {
    this.#database = database;
    this.#options = options;
    this.#lock = lock;
    this.#token = token;
  }

  static async open(database: Database, options: WriterOptions): Promise<LedgerWriter> {
    const lock = await takeLock(options.lockDirectory, 'writer', options.clock, options.waitMs);
    try {
      if (options.adopting !== 'restored-record') await options.headFile.refuseRestored(database);
      if (options.adopting !== 'stepped-clock') refuseSteppedClock(database, options);
      const token = database.transaction(() => {
        database.run('UPDATE writer SET token = token + 1, holder = ? WHERE id = 1', options.holder);
        return Number(database.one('SELECT token FROM writer WHERE id = 1')?.['token']);
      });
      return new LedgerWriter(database, options, lock, token);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  close(): void {
    this.#lock.release();
  }

  async recordGenesis(installation: string, rootKeys: 'offline' | 'online'): Promise<void> {
    await this.#commit((now) => {
      if (readHead(this.#database).size > 0)
        throw new Refusal('STATE_ALREADY_INITIALISED', 'The record has a first event already.');
      this.#append(now, 'genesis', undefined, { installation, root_keys: rootKeys });
    });
  }

  /** @throws USAGE_REPOSITORY_EXISTS */
  async enrol(enrolment: Enrolment, root: Uint8Array, limits: Readonly<Record<string, number>>): Promise<void> {
    await this.#commit((now) => {
      if (this.#database.one('SELECT id FROM repository WHERE id = ?', enrolment.id)) {
        throw new Refusal('USAGE_REPOSITORY_EXISTS', `The repository “${enrolment.id}” is enrolled already.`, {
          details: { repository: enrolment.id },
        });
      }
      this.#storeFile(root);
      const selection = JSON.stringify(enrolment.selection);
      this.#database.run(
        'INSERT INTO repository (id, dialect, upstream, root_sha256, selection, max_upstream_age_days, limits, enrolled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        enrolment.id,
        'tuf',
        enrolment.upstream,
        enrolment.rootSha256,
        selection,
        enrolment.maxUpstreamAgeDays,
        JSON.stringify(limits),
        formatDate(enrolment.enrolledAt),
      );
      this.#append(now, 'repository-enrolled', enrolment.id, {
        upstream: enrolment.upstream,
        root_sha256: enrolment.rootSha256,
        selection,
        max_upstream_age_days: enrolment.maxUpstreamAgeDays,
      });
    });
  }

  /** Other bounds for one repository, by a person’s decision with its reason. */
  async setLimits(repository: RepositoryId, limits: ReadonlyMap<string, number>, reason: string): Promise<void> {
    await this.#commit((now) => {
      for (const [name, value] of limits) {
        this.#database.run(
          'INSERT INTO repository_limit (number, repository, name, value, at) SELECT COALESCE(MAX(number), 0) + 1, ?, ?, ?, ? FROM repository_limit',
          repository,
          name,
          value,
          formatDate(now),
        );
      }
      this.#append(now, 'limits-set', repository, {
        limits: [...limits].map(([name, value]) => `${name}=${value}`),
        reason,
      });
    });
  }

  /** The number that the next import will have, as long as this writer holds the lock. */
  nextImportNumber(): number {
    return Number(this.#database.one('SELECT COALESCE(MAX(number), 0) + 1 AS number FROM import')?.['number']);
  }

  /**
   * Takes the next version of each role, durably, before anything is signed with it (S-04): max(previous + 1, minutes
   * since 1970), so that a lost or restored record still rises (docs/design/trust-rules.md).
   * @returns the versions; for one beyond now + 1 day the refusal STATE_VERSION_AHEAD in its place, so that one
   *   repository does not keep the others from renewing
   */
  async reserve(requests: readonly VersionRequest[]): Promise<(number | Refusal)[]> {
    return this.#commit((now) => requests.map((request) => reserveVersion(this.#database, request, now, 0)));
  }

  /** The commit: an import’s record, a publication, or both, become visible together. @throws STATE_CONFLICT */
  async commit(work: { import?: NewImport; publications?: readonly Publication[] }): Promise<void> {
    await this.#commit((now) => {
      if (work.import) {
        const storeFile = (bytes: Uint8Array): Sha256 => this.#storeFile(bytes);
        const append = <Kind extends EventKind>(kind: Kind, repository: RepositoryId, body: EventBodies[Kind]): void =>
          this.#append(now, kind, repository, body);
        insertImport(this.#database, work.import, now, storeFile, append);
      }
      for (const publication of work.publications ?? []) this.#publish(publication, now);
    });
  }

  /**
   * A restored record goes on, by a person’s decision: in one transaction the loss is recorded and versions leap over
   * those that clients may have seen (S-06).
   */
  async adoptRestored(
    reason: string,
    eventsLost: number,
    requests: readonly VersionRequest[],
    margin: number,
  ): Promise<void> {
    await this.#commit((now) => {
      this.#append(now, 'restored-record-adopted', undefined, { reason, events_lost: eventsLost });
      for (const request of requests) reserveVersion(this.#database, request, now, margin);
    });
  }

  /** The clock that stepped is right now, by a person’s decision (F-07). */
  async adoptClock(reason: string, lastEvent: Date): Promise<void> {
    await this.#commit((now) =>
      this.#append(now, 'clock-adopted', undefined, { reason, last_event: lastEvent.toISOString() }),
    );
  }

  #publish({ expected, next, issued, content }: Publication, now: Date): void {
    const { repository, generation } = next;
    if (content) insertGeneration(this.#database, { repository, generation, ...content }, now);
    const digests = issued.map((file) => {
      const digest = this.#storeFile(file.bytes);
      this.#database.run(
        'INSERT INTO issued (repository, role, epoch, version, generation, file_sha256, expires, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        repository,
        file.role,
        file.role === 'root' ? 0 : next.onlineEpoch,
        file.version,
        generation,
        digest,
        formatDate(file.expires),
        formatDate(now),
      );
      return `${file.role}@${String(file.version)} sha256:${digest}`;
    });
    this.#move(expected, next);
    if (content)
      this.#append(now, 'generation-published', repository, {
        generation,
        import: content.import,
        rows: generationDigest(this.#database, repository, generation),
        issued: digests,
      });
    else this.#append(now, 'renewed', repository, { generation, issued: digests, online_epoch: next.onlineEpoch });
  }

  /** Names the old value, so that two writers can never both move the pointer. */
  #move(expected: Current | undefined, next: Current): void {
    const values = [next.generation, next.rootVersion, next.snapshotVersion, next.timestampVersion, next.onlineEpoch];
    const changed = expected
      ? this.#database.run(
          `UPDATE current SET generation = ?, root_version = ?, snapshot_version = ?, timestamp_version = ?, online_epoch = ?
            WHERE repository = ? AND generation = ? AND root_version = ? AND snapshot_version = ? AND timestamp_version = ?`,
          ...values,
          next.repository,
          expected.generation,
          expected.rootVersion,
          expected.snapshotVersion,
          expected.timestampVersion,
        )
      : this.#database.run(
          `INSERT INTO current (generation, root_version, snapshot_version, timestamp_version, online_epoch, repository)
           SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM current WHERE repository = ?)`,
          ...values,
          next.repository,
          next.repository,
        );
    if (changed !== 1) {
      throw new Refusal('STATE_CONFLICT', `Another state of ${next.repository} was published meanwhile.`, {
        details: { repository: next.repository },
      });
    }
  }

  #storeFile(bytes: Uint8Array): Sha256 {
    const digest = sha256(bytes);
    if (!this.#database.one('SELECT 1 FROM file WHERE sha256 = ?', digest)) {
      this.#database.run('INSERT INTO file (sha256, length, bytes) VALUES (?, ?, ?)', digest, bytes.length, bytes);
    }
    return digest;
  }

  #append<Kind extends EventKind>(
    now: Date,
    kind: Kind,
    repository: RepositoryId | undefined,
    body: EventBodies[Kind],
  ): void {
    appendEvent(this.#database, now, kind, repository, body);
  }

  async #commit<Result>(work: (now: Date) => Result): Promise<Result> {
    const now = this.#options.clock.now();
    const { result, head } = this.#database.transaction(() => {
      if (this.#database.one('SELECT token FROM writer WHERE id = 1')?.['token'] !== this.#token) {
        throw new Refusal('STATE_LOCKED', 'Another writer took over while this one was working.');
      }
      const result = work(now);
      return { result, head: readHead(this.#database) };
    });
    if (head.size > 0) await this.#options.headFile.write(head, rootVersions(this.#database));
    return result;
  }
}

/** Roots cannot be made again with another content: the head file remembers how far each chain has gone. */
function rootVersions(database: Database): Map<string, number> {
  return new Map(
    database
      .all('SELECT repository, root_version FROM current ORDER BY repository')
      .map((row) => [String(row['repository']), Number(row['root_version'])]),
  );
}

function refuseSteppedClock(database: Database, { clock, maxClockJumpDays }: WriterOptions): void {
  const last = lastEventAt(database);
  if (!last) return;
  const aheadMs = clock.now().getTime() - last.getTime();
  if (aheadMs < -CLOCK_SLACK_MS) {
    throw new Refusal(
      'STATE_CLOCK_BACK',
      `The clock says ${clock.now().toISOString()}, and the last event was at ${last.toISOString()}.`,
    );
  }
  if (aheadMs > maxClockJumpDays * DAY_MS) {
    throw new Refusal(
      'STATE_CLOCK_AHEAD',
      `The clock says ${clock.now().toISOString()}, ${String(Math.floor(aheadMs / DAY_MS))} days after the last event.`,
    );
  }
}
