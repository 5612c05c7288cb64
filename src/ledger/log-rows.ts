/** Leaves and tree nodes as rows: appending, and reading what proofs are computed from. */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { completedBy, type Hash, leafHash, type StoredNodes } from '../tlog/tree.ts';
import type { LeafRef } from './events/statements.ts';

/** Inside a transaction: the next leaf, with every subtree that it completes. */
export function appendLeaf(database: Database, leaf: Buffer): LeafRef {
  const index = logSize(database);
  const hash = leafHash(leaf);
  database.run('INSERT INTO log_entry (idx, body) VALUES (?, ?)', index, leaf.toString('utf8'));
  const insert = (level: number, position: number, node: Hash): unknown =>
    database.run('INSERT INTO log_node (level, position, hash) VALUES (?, ?, ?)', level, position, node);
  insert(0, index, hash);
  for (const { level, position, hash: node } of completedBy(hash, index, storedNodes(database)))
    insert(level, position, node);
  return { index, hash: encodeHex(hash) };
}

export function logSize(database: Database): number {
  return Number(database.one('SELECT COALESCE(MAX(idx), -1) + 1 AS size FROM log_entry')?.['size']);
}

/** @throws STATE_LEDGER for a node that is not there: a log that was cut */
export function storedNodes(database: Database): StoredNodes {
  return {
    node(level, position) {
      const hash = database.one('SELECT hash FROM log_node WHERE level = ? AND position = ?', level, position)?.[
        'hash'
      ];
      if (hash instanceof Uint8Array) return hash;
      throw new Refusal('STATE_LEDGER', `The ledger’s tree has no node ${position} of level ${level}.`, {
        details: { level, position },
      });
    },
  };
}

/** Level → position → hash. */
export type NodesByLevel = ReadonlyMap<number, ReadonlyMap<number, Hash>>;

/** The stored nodes, of level 1 and above, that the leaves from `start` up to, but without, `end` complete. */
export function nodesCompleted(database: Database, start: number, end: number): NodesByLevel {
  const found = new Map<number, ReadonlyMap<number, Hash>>();
  for (let level = 1; 2 ** level <= end; level++) {
    const rows = database.all(
      'SELECT position, hash FROM log_node WHERE level = ? AND position >= ? AND position < ?',
      level,
      Math.floor(start / 2 ** level),
      Math.floor(end / 2 ** level),
    );
    found.set(level, new Map(rows.map(({ position, hash }) => [Number(position), hash as Hash])));
  }
  return found;
}

/** The exact bytes of one leaf. @throws STATE_LEDGER when it is not there */
export function leafBytes(database: Database, index: number): Buffer {
  const body = database.one('SELECT body FROM log_entry WHERE idx = ?', index)?.['body'];
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is missing.`, { details: { entry: index } });
}
