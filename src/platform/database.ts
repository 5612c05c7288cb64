/**
 * SQLite as a door. Opens a file with the settings that make a commit mean what it says, and reads them back, because a
 * second connection starts with weaker ones (S-01). Every statement is named to `before` first, for the fault test.
 */
import { createRequire } from 'node:module';
import type { default as Sqlite, Database as Connection, Statement } from 'better-sqlite3';
import { Refusal } from '../errors.ts';
import { asDiskRefusal } from './disk.ts';

export type Value = string | number | Uint8Array | null;
export type Row = Record<string, Value>;

const PRAGMAS: readonly (readonly [name: string, value: string, readsBackAs: string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  // FULL: an acknowledged import must survive a power cut; NORMAL loses the last commits of a WAL database.
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  // Without it INSERT OR REPLACE goes around the append-only triggers (S-02).
  ['recursive_triggers', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
];

export interface DatabaseOptions {
  readonly before?: (operation: string) => void;
  /** The file must exist already: a missing record must never be replaced by an empty one. */
  readonly mustExist?: boolean;
  readonly busyTimeoutMs?: number;
  /** A scratch database that no file backs. */
  readonly isInMemory?: boolean;
}

export class Database {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement>();
  readonly #before: (operation: string) => void;

  constructor(
    path: string,
    { before = () => undefined, mustExist = true, busyTimeoutMs = 10_000, isInMemory = false }: DatabaseOptions = {},
  ) {
    this.#before = before;
    try {
      this.#connection = new (loadDriver())(path, { fileMustExist: mustExist && !isInMemory, timeout: busyTimeoutMs });
      for (const [name, value, expected] of PRAGMAS) {
        this.#connection.pragma(`${name} = ${value}`);
        const actual: unknown = this.#connection.pragma(name, { simple: true });
        if (actual !== (isInMemory && name === 'journal_mode' ? 'memory' : expected))
          throw new Refusal(
            'STATE_SCHEMA',
            `The record cannot be opened with ${name}=${value} (it answers ${String(actual)}).`,
          );
      }
    } catch (error) {
      throw asDatabaseRefusal(error, path);
    }
  }

  run(sql: string, ...values: Value[]): number {
    return this.#perform(sql, (statement) => statement.run(...values).changes);
  }

  one(sql: string, ...values: Value[]): Row | undefined {
    return this.#perform(sql, (statement) => statement.get(...values) as Row | undefined);
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#perform(sql, (statement) => statement.all(...values) as Row[]);
  }

  /** Several statements of a migration; no values. */
  script(sql: string): void {
    this.#connection.exec(sql);
  }

  /** All or nothing, and alone: takes the write lock at once, so that what it reads cannot change before it writes. */
  transaction<Result>(work: () => Result): Result {
    this.#perform('BEGIN IMMEDIATE', (statement) => statement.run());
    try {
      const result = work();
      this.#perform('COMMIT', (statement) => statement.run());
      return result;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** Takes the write lock and keeps it until `close`: the whole of a lock file’s use. */
  hold(): void {
    this.#perform('BEGIN EXCLUSIVE', (statement) => statement.run());
  }

  /** A consistent view for several reads. */
  reading<Result>(work: () => Result): Result {
    return this.#connection.transaction(work).deferred();
  }

  /** Changes whenever another connection has committed. */
  dataVersion(): number {
    return Number(this.#connection.pragma('data_version', { simple: true }));
  }

  close(): void {
    this.#connection.close();
  }

  #perform<Result>(sql: string, action: (statement: Statement) => Result): Result {
    this.#before(`sql ${sql.trim().split(/\s+/, 3).join(' ')}`);
    try {
      let statement = this.#statements.get(sql);
      if (!statement) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
      return action(statement);
    } catch (error) {
      throw asDatabaseRefusal(error, 'the record');
    }
  }
}

/** better-sqlite3 13 needs Node-API 10: on Node 20 it crashes the process instead of throwing. */
function loadDriver(): typeof Sqlite {
  const require = createRequire(import.meta.url);
  const { version } = require('better-sqlite3/package.json') as { version: string };
  if (Number(version.split('.')[0]) >= 13 && Number(process.versions['napi']) < 10) {
    throw new Refusal('STATE_SOFTWARE', `better-sqlite3 ${version} does not run on Node.js ${process.version}.`);
  }
  return require('better-sqlite3') as typeof Sqlite;
}

function asDatabaseRefusal(error: unknown, place: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'SQLITE_BUSY' || code?.startsWith('SQLITE_BUSY_') === true || code === 'SQLITE_LOCKED') {
    return new Refusal('STATE_LOCKED', `Another process is writing to ${place}.`, { cause: error });
  }
  if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT') === true) {
    return new Refusal('STATE_DAMAGED', `${place} is not a sound SQLite file.`, { cause: error });
  }
  return asDiskRefusal(error, `using ${place}`);
}
