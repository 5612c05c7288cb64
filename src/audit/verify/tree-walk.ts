/**
 * The tree over the leaves, computed from the leaves alone and compared with every stored node: proofs are made from those,
 * and a wrong one would only be noticed by whoever asks for the proof that needs it.
 */
import type { Database, Row } from '../../platform/database.ts';
import { EMPTY_ROOT, type Hash, isSameHash, leafHash, nodeHash } from '../../tlog/tree.ts';
import type { Findings } from './findings.ts';

const BATCH = 4096;

/** One entry as it is stored. */
export interface StoredEntry {
  readonly index: number;
  /** Undefined where it is missing, or is not what was appended: such bytes are not read. */
  readonly body: string | undefined;
  readonly hash: Hash;
}

export interface Walked {
  /** Leaves of the tree; fewer than there are entries where one is missing altogether. */
  readonly size: number;
  readonly root: Hash;
}

/** Told of each entry in order, with the size and the root of the tree that ends with it. */
export type Visit = (entry: StoredEntry, size: number, root: () => Hash) => void;

export function walkTree(database: Database, size: number, findings: Findings, visit: Visit): Walked {
  const tree = new ComparedTree(database, findings);
  const root = (): Hash => tree.root();
  for (let first = 0; first < size; first += BATCH) {
    const end = Math.min(size, first + BATCH);
    const entries = byPlace(
      database,
      'SELECT idx AS place, body FROM log_entry WHERE idx >= ? AND idx < ?',
      first,
      end,
    );
    const stored = tree.begin(first, end);
    for (let index = first; index < end; index++) {
      const body = entries.get(index)?.['body'];
      const known = stored.get(index);
      const text = typeof body === 'string' ? body : undefined;
      const computed = text === undefined ? undefined : leafHash(Buffer.from(text, 'utf8'));
      // The stored hash goes on where there is one: an altered entry is one finding, and not one for each checkpoint.
      const hash = known ?? computed;
      const isIntact = computed !== undefined && known !== undefined && isSameHash(computed, known);
      if (!isIntact) {
        const what = computed === undefined ? 'is missing' : 'is not what was appended';
        findings.add('STATE_LEDGER', `Entry ${index} of the ledger ${what}.`, { entry: index });
      }
      if (!hash) return { size: index, root: tree.root() };
      tree.append(index, hash);
      visit({ index, body: isIntact ? text : undefined, hash }, index + 1, root);
    }
  }
  tree.requireNoOthers(size);
  return { size, root: tree.root() };
}

function byPlace(database: Database, sql: string, first: number, end: number): Map<number, Row> {
  return new Map(database.all(sql, first, end).map((row) => [Number(row['place']), row]));
}

interface Peak {
  readonly hash: Hash;
  /** A node in it differs from the stored one, which is named already. */
  readonly isWrong: boolean;
}

/** Complete subtrees, level by level, beside those that are stored. */
class ComparedTree {
  readonly #database: Database;
  readonly #findings: Findings;
  /** By level: the complete subtree that is still without its sibling. Together they are the tree. */
  readonly #peaks: (Peak | undefined)[] = [];
  #stored: Map<number, Row>[] = [];

  constructor(database: Database, findings: Findings) {
    this.#database = database;
    this.#findings = findings;
  }

  /** Reads the stored nodes that leaves from `first` to `end` complete. @returns those of the leaves themselves */
  begin(first: number, end: number): Map<number, Hash> {
    this.#stored = [];
    for (let level = 0; 2 ** level <= end; level++) {
      const sql = `SELECT position AS place, hash FROM log_node WHERE level = ${level} AND position >= ? AND position < ?`;
      this.#stored.push(byPlace(this.#database, sql, Math.floor(first / 2 ** level), Math.floor(end / 2 ** level)));
    }
    return new Map(
      [...(this.#stored[0] ?? [])].flatMap(([place, { hash }]) => (hash instanceof Uint8Array ? [[place, hash]] : [])),
    );
  }

  append(index: number, leaf: Hash): void {
    let peak: Peak = { hash: leaf, isWrong: false };
    let position = index;
    let level = 0;
    for (let left = this.#peaks[0]; left && position % 2 === 1; left = this.#peaks[level]) {
      this.#peaks[level] = undefined;
      const hash = nodeHash(left.hash, peak.hash);
      position = (position - 1) / 2;
      level++;
      peak = { hash, isWrong: left.isWrong || peak.isWrong || this.#differs(level, position, hash) };
    }
    this.#peaks[level] = peak;
  }

  root(): Hash {
    const [first, ...rest] = this.#peaks.flatMap((peak) => peak?.hash ?? []);
    return first === undefined ? EMPTY_ROOT : rest.reduce((right, left) => nodeHash(left, right), first);
  }

  /** Nodes that no leaves make: left over from a log that was cut. */
  requireNoOthers(size: number): void {
    let wanted = 0;
    for (let level = 0; 2 ** level <= size; level++) wanted += Math.floor(size / 2 ** level);
    const actual = Number(this.#database.one('SELECT COUNT(*) AS count FROM log_node')?.['count']);
    if (actual === wanted) return;
    const what = `The ledger’s tree has ${actual} nodes, and its entries make ${wanted}.`;
    this.#findings.add('STATE_LEDGER', what, { row: 'log_node' });
  }

  #differs(level: number, position: number, hash: Hash): boolean {
    const stored = this.#stored[level]?.get(position)?.['hash'];
    if (stored instanceof Uint8Array && isSameHash(hash, stored)) return false;
    const [from, to] = [position * 2 ** level, (position + 1) * 2 ** level - 1];
    const what = `The ledger’s node ${position} of level ${level} is not the one that entries ${from} to ${to} make.`;
    this.#findings.add('STATE_LEDGER', what, { row: `log_node ${level}/${position}` });
    return true;
  }
}
