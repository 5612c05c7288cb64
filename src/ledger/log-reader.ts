/**
 * The log for reading, as those who show it to others need it: the released checkpoint, hashes, leaves, and which leaf
 * stands for what. Everything is asked with a size: what lies beyond it is not known to anybody yet.
 */
import { Refusal } from '../errors.ts';
import type { Database, Row } from '../platform/database.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { type Hash, leafHash, type StoredNodes } from '../tlog/tree.ts';
import { released } from './checkpoints.ts';
import { type AnyEvent, canonicalText, decodeLeaf, type LedgerEvent } from './events/leaf.ts';
import type { LeafRef } from './events/statements.ts';
import type { EventType } from './events/types.ts';
import { leafBytes, logSize, storedNodes } from './log-rows.ts';

/** The newest checkpoint that others may see. */
export interface ReleasedCheckpoint {
  readonly size: number;
  /** The signed note with the witnesses’ lines. */
  readonly note: string;
  readonly releasedAt: Date;
}

/** One leaf: the exact bytes, and what they say. */
export interface LogEntry {
  readonly bytes: Buffer;
  readonly event: AnyEvent;
}

/** An answer of one person to an import. */
export interface LoggedApproval {
  readonly event: LedgerEvent<'approval'>;
  /** The statement’s canonical form: the very text that was signed. */
  readonly signed: string;
}

/** Which part of a feed is wanted. */
export interface Portion {
  /** Of the first leaf that may be in it, and of the first that may not. */
  readonly from: number;
  readonly before: number;
  /** The last ones instead of the first. */
  readonly isFromEnd: boolean;
  readonly most: number;
}

export class LogReader implements StoredNodes {
  readonly #database: Database;
  readonly #nodes: StoredNodes;

  constructor(database: Database) {
    this.#database = database;
    this.#nodes = storedNodes(database);
  }

  /** Undefined before the first one. */
  released(): ReleasedCheckpoint | undefined {
    const newest = released(this.#database);
    if (!newest) return undefined;
    const { size, note } = newest;
    const row = this.#database.one('SELECT created_at FROM checkpoint WHERE size = ?', size);
    return { size, note, releasedAt: new Date(String(row?.['created_at'])) };
  }

  /** Leaves that were appended, released or not. */
  size(): number {
    return logSize(this.#database);
  }

  /** @throws STATE_LEDGER for a node that is not there */
  node(level: number, position: number): Hash {
    return this.#nodes.node(level, position);
  }

  /** Nodes that stand side by side. @throws STATE_LEDGER when one is missing */
  hashes(level: number, first: number, count: number): Hash[] {
    const rows = this.#database.all(
      'SELECT position, hash FROM log_node WHERE level = ? AND position >= ? AND position < ? ORDER BY position',
      level,
      first,
      first + count,
    );
    return side(rows, 'position', first, count).map(({ hash }) => hash as Uint8Array);
  }

  /** The exact bytes of leaves that follow each other. @throws STATE_LEDGER when one is missing */
  leaves(first: number, count: number): Buffer[] {
    const rows = this.#database.all(
      'SELECT idx, body FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx',
      first,
      first + count,
    );
    return side(rows, 'idx', first, count).map(({ body }) => Buffer.from(String(body), 'utf8'));
  }

  /** @throws STATE_LEDGER when it is not there or not an event */
  entry(index: number): LogEntry {
    const bytes = leafBytes(this.#database, index);
    return { bytes, event: decodeLeaf(bytes, index) };
  }

  /** @throws STATE_LEDGER when the leaf is another one, or of another type */
  named<Type extends EventType>(type: Type, { index, hash }: LeafRef): LedgerEvent<Type> {
    const { bytes, event } = this.entry(index);
    if (event.type === type && encodeHex(leafHash(bytes)) === hash) return event as LedgerEvent<Type>;
    throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is not the ${type} that another one names.`, {
      details: { entry: index },
    });
  }

  approval(ref: LeafRef): LoggedApproval {
    const event = this.named('approval', ref);
    return { event, signed: canonicalText(event.body.statement) };
  }

  /** When the first leaf was appended that is under no released checkpoint; undefined when every one is. */
  waitingSince(): Date | undefined {
    const size = released(this.#database)?.size ?? 0;
    return size < this.size() ? this.entry(size).event.at : undefined;
  }

  /** The leaf that made a generation public. */
  publicationOf(repository: RepositoryId, generation: number): number | undefined {
    const row = this.#database.one(
      'SELECT entry FROM generation WHERE repository = ? AND number = ?',
      repository,
      generation,
    );
    return row && Number(row['entry']);
  }

  /** Timestamps that were made public, in the order of the log. */
  timestamps({ from, before, isFromEnd, most }: Portion, repository?: string): LedgerEvent<'serve.timestamp'>[] {
    const order = isFromEnd ? 'DESC' : 'ASC';
    // By the index of types, and for one repository by its own rows: never by reading the log from its beginning.
    const rows =
      repository === undefined
        ? this.#database.all(
            `SELECT idx, body FROM log_entry WHERE type = 'serve.timestamp' AND idx >= ? AND idx < ? ORDER BY idx ${order} LIMIT ?`,
            from,
            before,
            most,
          )
        : this.#database.all(
            `SELECT e.idx, e.body FROM issued i JOIN log_entry e ON e.idx = i.entry
              WHERE i.repository = ? AND i.role = 'timestamp' AND i.entry >= ? AND i.entry < ?
              ORDER BY i.epoch ${order}, i.version ${order} LIMIT ?`,
            repository,
            from,
            before,
            most,
          );
    const events = rows.map(({ idx, body }) => decodeLeaf(Buffer.from(String(body), 'utf8'), Number(idx)));
    const served = events.filter((event) => event.type === 'serve.timestamp');
    return isFromEnd ? served.reverse() : served;
  }
}

/** Rows without a gap: a log that was cut must not look like a shorter one. */
function side(rows: Row[], column: string, first: number, count: number): Row[] {
  const gap = Array.from({ length: count }, (_, at) => first + at).find(
    (place, at) => Number(rows[at]?.[column]) !== place,
  );
  if (gap === undefined) return rows;
  throw new Refusal('STATE_LEDGER', `The ledger’s ${column} ${gap} is missing.`, { details: { [column]: gap } });
}
