/**
 * The tables again from nothing but the leaves, as the walk over them goes on, and compared with those that are there. The
 * way from events to rows is the writer’s own (`ledger/projections.ts`), so the two differ only where somebody interfered.
 * Both are read in the order of their keys, a few thousand rows at a time: years of timestamps fit into no memory.
 */
import type { AnyEvent } from '../../ledger/events/leaf.ts';
import { migrate } from '../../ledger/migrate.ts';
import { project } from '../../ledger/projections.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { PROJECTIONS } from '../../ledger/replay.ts';
import { Database, type Row, type Value } from '../../platform/database.ts';
import type { Disk } from '../../platform/disk.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import type { Findings } from './findings.ts';

const BATCH = 4096;
/** Rows of a table that are named. */
const MOST = 20;

export class ReplayedTables {
  readonly #fresh: Database;
  readonly #reader: LedgerReader;
  #open = 0;

  private constructor(fresh: Database, reader: LedgerReader) {
    this.#fresh = fresh;
    this.#reader = reader;
  }

  static async begin(disk: Disk, reader: LedgerReader): Promise<ReplayedTables> {
    const fresh = new Database(':memory:', { isInMemory: true });
    await migrate(fresh, disk);
    // Rows name files, whose bytes stay where they are; and of the leaves only claims are looked up again.
    fresh.script(
      'PRAGMA foreign_keys = OFF; DROP TRIGGER log_entry_without_gaps; DROP INDEX log_entry_by_type; DROP INDEX issued_by_time',
    );
    return new ReplayedTables(fresh, reader);
  }

  /** @throws STATE_DAMAGED, STATE_SCHEMA for an event that cannot become rows */
  take(event: AnyEvent, body: string): void {
    if (this.#open === 0) this.#fresh.script('BEGIN');
    this.#open = (this.#open + 1) % BATCH;
    if (event.type === 'import.claimed')
      this.#fresh.run('INSERT INTO log_entry (idx, body) VALUES (?, ?)', event.n, body);
    project(this.#fresh, event, (digest) => this.#reader.bytes(digest));
    if (this.#open === 0) this.#fresh.script('COMMIT');
  }

  /** Every difference, up to twenty for each table. */
  compare(actual: Database, findings: Findings): void {
    if (this.#open > 0) this.#fresh.script('COMMIT');
    this.#open = 0;
    for (const [table, key] of Object.entries(PROJECTIONS))
      compareTable(table, key.split(', '), this.#fresh, actual, findings);
  }

  close(): void {
    this.#fresh.close();
  }
}

function compareTable(
  table: string,
  key: readonly string[],
  told: Database,
  actual: Database,
  findings: Findings,
): void {
  const [wanted, found] = [rowsOf(told, table, key), rowsOf(actual, table, key)];
  let [one, other] = [wanted.next(), found.next()];
  for (let count = 0; count < MOST && (one.done !== true || other.done !== true);) {
    const order = orderOf(one.value, other.value, key);
    const name = nameOf((order <= 0 ? one.value : other.value) ?? {}, key);
    const problem =
      order < 0
        ? `lacks the row (${name}) of an event`
        : order > 0
          ? `has a row (${name}) that no event stands for`
          : differing(one.value, other.value, name);
    if (problem !== undefined) {
      count++;
      findings.add('STATE_DAMAGED', `The table ${table} ${problem}.`, { row: `${table} ${name}` });
    }
    if (order <= 0) one = wanted.next();
    if (order >= 0) other = found.next();
  }
}

function* rowsOf(database: Database, table: string, key: readonly string[]): Generator<Row, undefined> {
  const names = key.join(', ');
  let after: Value[] = [];
  for (;;) {
    const where = after.length === 0 ? '' : `WHERE (${names}) > (${key.map(() => '?').join(', ')})`;
    const rows = database.all(`SELECT * FROM ${table} ${where} ORDER BY ${names} LIMIT ${BATCH}`, ...after);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return undefined;
    after = key.map((column) => last[column] ?? null);
  }
}

/** As SQLite orders them: whole numbers by value, text by its bytes. A row that is not there comes last. */
function orderOf(one: Row | undefined, other: Row | undefined, key: readonly string[]): number {
  if (!one || !other) return one ? -1 : 1;
  for (const column of key) {
    const [left = null, right = null] = [one[column], other[column]];
    if (left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return Buffer.compare(Buffer.from(textOf(left), 'utf8'), Buffer.from(textOf(right), 'utf8'));
  }
  return 0;
}

function differing(one: Row | undefined, other: Row | undefined, name: string): string | undefined {
  const columns = Object.keys(one ?? {}).filter(
    (column) => one?.[column] !== other?.[column] && textOf(one?.[column]) !== textOf(other?.[column]),
  );
  return columns.length === 0
    ? undefined
    : `says something else in its row (${name}) than the ledger: ${columns.join(', ')}`;
}

function nameOf(row: Row, key: readonly string[]): string {
  return key.map((column) => textOf(row[column])).join(', ');
}

function textOf(value: Value | undefined): string {
  return value instanceof Uint8Array ? encodeHex(value) : String(value);
}
