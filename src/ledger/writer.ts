/**
 * The record for writing: one writer at a time, everything of one publication in one transaction.
 *
 * Opening takes the lock, verifies the ledger, refuses a record that was restored from a backup (S-06), other keys than
 * its own, or a clock that stepped (F-07), raises the fencing token, and signs what a crash left without a checkpoint. Each transaction checks the
 * token, so that a writer that lost its lock commits nothing (S-05). After each commit: read back and verify, head file,
 * checkpoint, witnesses, release. No durable leaf, no state change.
 */
import { Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { takeLock, type Lock } from '../platform/lock.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { Checkpoint } from '../tlog/checkpoint.ts';
import { rootOf } from '../tlog/tree.ts';
import { DAY_MS } from '../verify/policy.ts';
import { checkpointReleaser, type CheckpointReleaser, type Witnesses } from './release.ts';
import type { HeadFile } from './head-file.ts';
import type { LedgerKeys } from './keys.ts';
import { logSize, storedNodes } from './log-rows.ts';
import { requireOwnCheckpoint, requireSignedHead, signHead } from './checkpoints.ts';
import type { NewImport } from './record-import.ts';
import type { Publication } from './record-publication.ts';
import type { Enrolment } from './records.ts';
import { type VersionRequest, reserveVersion } from './reservations.ts';
import type { SealedStore } from './sealed.ts';
import { Transcript, type NewEvent } from './transcript.ts';
import type { AnyLog } from './verified-log.ts';
import type { LeafRef } from './events/statements.ts';

export interface WriterOptions {
  readonly lockDirectory: string;
  readonly headFile: HeadFile;
  readonly clock: Clock;
  /** Who writes, for the lock: `serve 1234`. */
  readonly holder: string;
  /** How long to wait for another writer. */
  readonly waitMs: number;
  /** A clock further ahead of the last event than this is implausible. */
  readonly maxClockJumpDays: number;
  readonly log: AnyLog;
  readonly keys: LedgerKeys;
  readonly sealed: SealedStore;
  /** This program, for what it states. */
  readonly software: string;
  readonly witnesses?: Witnesses | undefined;
  /** Only while a person decides that a restored record, or a stepped clock, is to be gone on with. */
  readonly adopting?: 'restored-record' | 'stepped-clock';
}

/** The clock may step back by this much (NTP) without stopping the mirror. */
const CLOCK_SLACK_MS = 5000;

export interface Work {
  readonly import?: NewImport;
  readonly publications?: readonly Publication[];
  /** Further events, in order, before the publications. */
  readonly events?: readonly NewEvent[];
}

export class LedgerWriter {
  readonly #database: Database;
  readonly #options: WriterOptions;
  readonly #lock: Lock;
  readonly #token: number;
  readonly #releaser: CheckpointReleaser;

  private constructor(database: Database, options: WriterOptions, lock: Lock, token: number) {
    this.#database = database;
    this.#options = options;
    this.#lock = lock;
    this.#token = token;
    this.#releaser = checkpointReleaser(database, options);
  }

  /** @throws STATE_LEDGER, STATE_KEY, STATE_RESTORED, STATE_CLOCK_BACK, STATE_CLOCK_AHEAD, STATE_LOCKED */
  static async open(database: Database, options: WriterOptions): Promise<LedgerWriter> {
    const lock = await takeLock(options.lockDirectory, 'writer', options.clock, options.waitMs);
    try {
      const { log, keys } = options;
      log.catchUp(database);
      if (log.size > 0) {
        requireOwnKeys(options);
        requireSignedHead(database, headOf(log), keys.checkpoints);
      }
      if (options.adopting !== 'restored-record') await options.headFile.refuseRestored(database, keys.checkpoints);
      requireOwnCheckpoint(database, keys.checkpoints, (size) => rootOf(size, storedNodes(database)));
      if (options.adopting !== 'stepped-clock') refuseSteppedClock(log.lastAt, options);
      const token = database.transaction(() => {
        database.run('UPDATE writer SET token = token + 1, holder = ? WHERE id = 1', options.holder);
        return Number(database.one('SELECT token FROM writer WHERE id = 1')?.['token']);
      });
      const writer = new LedgerWriter(database, options, lock, token);
      if (log.size > 0 && options.adopting === undefined) await writer.#releaser.release();
      return writer;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  close(): void {
    this.#lock.release();
  }

  /** Why the newest leaves are not shown to anybody yet; undefined when they are. */
  get witnessTrouble(): Refusal | undefined {
    return this.#releaser.trouble;
  }

  async recordGenesis(installation: string, origin: string, rootKeys: 'offline' | 'online'): Promise<void> {
    await this.#commit((now) => {
      if (logSize(this.#database) > 0)
        throw new Refusal('STATE_ALREADY_INITIALISED', 'The record has a first event already.');
      const { count } = Transcript.genesis(this.#database, this.#options, now, { installation, origin, rootKeys });
      return { result: undefined, count };
    });
  }

  /** @throws USAGE_REPOSITORY_EXISTS */
  async enrol(enrolment: Enrolment, root: Uint8Array, limits: Readonly<Record<string, number>>): Promise<void> {
    await this.#write((transcript) => transcript.enrol(enrolment, root, limits));
  }

  /** Other bounds for one repository, by a person’s decision with its reason. */
  async setLimits(repository: string, limits: ReadonlyMap<string, number>, reason: string): Promise<void> {
    const sealed = this.#options.sealed.seal('reason', reason);
    const body = { repository, limits: Object.fromEntries(limits), reason: sealed };
    await this.commit({ events: [{ type: 'limits.set', actor: 'local', body }] });
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
    return this.#commit((now) => ({
      result: requests.map((request) => reserveVersion(this.#database, request, now, 0)),
      count: 0,
    }));
  }

  /**
   * The commit: an import’s record, events, publications, or all of them, become visible together.
   * @returns the leaves, in order
   * @throws STATE_CONFLICT
   */
  async commit(work: Work): Promise<readonly LeafRef[]> {
    return this.#write((transcript) => transcript.record(work));
  }

  /**
   * A restored record goes on, by a person’s decision: in one transaction the loss is recorded and versions leap over
   * those that clients may have seen (S-06).
   * @param isSameLog false where leaves were, or may have been, lost: the log goes on under another name
   */
  async adoptRestored(
    reason: string,
    eventsLost: number,
    requests: readonly VersionRequest[],
    margin: number,
    isSameLog = eventsLost === 0,
  ): Promise<void> {
    const sealed = this.#options.sealed.seal('reason', reason);
    await this.#write((transcript, now) => {
      transcript.recover(sealed, eventsLost, isSameLog);
      for (const request of requests) reserveVersion(this.#database, request, now, margin);
    });
  }

  /** The clock that stepped is right now, by a person’s decision (F-07). */
  async adoptClock(reason: string, lastEvent: Date): Promise<void> {
    const sealed = this.#options.sealed.seal('reason', reason);
    await this.#write((transcript) => transcript.stepClock(sealed, lastEvent));
  }

  async #write<Result>(work: (transcript: Transcript, now: Date) => Result): Promise<Result> {
    return this.#commit((now) => {
      const transcript = new Transcript(this.#database, this.#options, now);
      return { result: work(transcript, now), count: transcript.count };
    });
  }

  /** @param work says how many leaves it appended */
  async #commit<Result>(work: (now: Date) => { readonly result: Result; readonly count: number }): Promise<Result> {
    const now = this.#options.clock.now();
    const { log } = this.#options;
    let before = 0;
    let result: Result;
    try {
      result = this.#database.transaction(() => {
        if (this.#database.one('SELECT token FROM writer WHERE id = 1')?.['token'] !== this.#token) {
          throw new Refusal('STATE_LOCKED', 'Another writer took over while this one was working.');
        }
        // After a transaction that was rolled back nothing is remembered, and nothing is decided on that.
        log.catchUp(this.#database);
        before = log.size;
        // Since this writer was opened, somebody else may have written into the database, around the lock (S-10).
        if (before > 0) requireSignedHead(this.#database, headOf(log), this.#options.keys.checkpoints);
        const { result: done, count } = work(now);
        // Read back and hashed again: what is signed is what is stored (S-07). Before the commit, so that nothing gets in
        // that the rules would not have from an honest program.
        log.catchUp(this.#database);
        // A trigger that somebody made would append in our own transaction.
        if (log.size !== before + count)
          throw new Refusal('STATE_LEDGER', `Entry ${before + count} of the ledger was not appended by this mirror.`);
        if (count > 0) signHead(this.#database, headOf(log), this.#options.keys.checkpoints);
        return done;
      });
    } catch (error) {
      log.reset();
      throw error;
    }
    if (log.size > before) await this.#releaser.release();
    return result;
  }
}

function headOf(log: AnyLog): Checkpoint {
  return { origin: log.facts.origin, size: log.size, root: log.root() };
}

/** A keys directory of another site would sign what nobody believes, and call the ledger’s own checkpoint a forgery. */
function requireOwnKeys({ log, keys }: WriterOptions): void {
  const { origin, logKey, attestationKey } = log.facts;
  const isOwn =
    keys.checkpoints(origin).key.text === logKey && encodeHex(keys.attestation.publicKey) === attestationKey;
  if (isOwn) return;
  throw new Refusal('STATE_KEY', 'The ledger’s keys in this keys directory are not the ones that the ledger names.');
}

function refuseSteppedClock(last: Date | undefined, { clock, maxClockJumpDays }: WriterOptions): void {
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
