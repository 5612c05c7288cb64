/**
 * The ledger as this process has verified it: every leaf hashed again, every node of the tree computed from the leaves
 * alone, and each event handed on in order. Nothing that decides is ever read from a table: what this has seen is
 * authentic, because its root is the one that was signed (S-10).
 *
 * It goes on from where it was, so that a long-running process reads each leaf once. A million leaves take seconds.
 */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { Sha256 } from '../tuf/names.ts';
import { completedBy, Frontier, type Hash, isSameHash, leafHash, rootOf } from '../tlog/tree.ts';
import { type AnyEvent, decodeLeaf } from './events/leaf.ts';
import type { EventBody } from './events/types.ts';
import { logSize, nodesCompleted, type NodesByLevel, storedNodes } from './log-rows.ts';

/** What the log says about itself. */
export interface LogFacts {
  readonly installation: string;
  /** The name of the log: first line of each checkpoint. */
  readonly origin: string;
  /** The verifier key of its checkpoints. */
  readonly logKey: string;
  readonly attestationKey: string;
  readonly software: string;
  readonly witnesses: EventBody<'witnesses.set'> | undefined;
}

/** What is made of the events, in order; renewals, which are most of them, are left out. */
export interface Fold<State> {
  readonly start: () => State;
  readonly apply: (state: State, event: AnyEvent, leaf: Sha256) => void;
  /** Told of each renewal instead, which was hashed and not decoded. */
  readonly skip: (state: State) => void;
}

/** The part of a verified log that does not depend on what is made of its events. */
export type AnyLog = Omit<VerifiedLog, 'state'>;

const BATCH = 5000;
/** The last bytes of a renewal’s leaf: names are sorted, so nothing else ends like this. */
const RENEWAL = ',"type":"serve.timestamp"}';
/** Ids are [a-z0-9._-]: nothing before this can look like it. */
const RENEWED = /"repository":"([a-z0-9._-]+)"/;

export class VerifiedLog<State = unknown> {
  readonly #fold: Fold<State>;
  #state: State;
  #frontier = new Frontier();
  /** The newest complete subtree of each level: the left half of the next one above it. */
  #newest: Hash[] = [];
  #facts: LogFacts | undefined;
  #lastAt: Date | undefined;
  #served = new Map<string, number>();

  constructor(fold: Fold<State>) {
    this.#fold = fold;
    this.#state = fold.start();
  }

  /** Forgets everything: after a transaction that was rolled back, nothing of it may remain. */
  reset(): void {
    this.#state = this.#fold.start();
    this.#frontier = new Frontier();
    this.#newest = [];
    this.#facts = undefined;
    this.#lastAt = undefined;
    this.#served = new Map();
  }

  /** @throws STATE_LEDGER before the first event: rules that were not read yet would let anybody do anything */
  get state(): State {
    requireFacts(this.#facts);
    return this.#state;
  }

  /** The leaf of the newest timestamp of a repository. */
  lastServed(repository: string): number | undefined {
    return this.#served.get(repository);
  }

  /** Leaves that were verified. */
  get size(): number {
    return this.#frontier.size;
  }

  root(): Hash {
    return this.#frontier.root();
  }

  /** @throws STATE_LEDGER before the first event */
  get facts(): LogFacts {
    return requireFacts(this.#facts);
  }

  /** When the last event happened. */
  get lastAt(): Date | undefined {
    return this.#lastAt;
  }

  /**
   * Verifies what was appended since.
   * @throws STATE_LEDGER with the number of the first entry that is missing or is not what was appended
   */
  catchUp(database: Database): void {
    try {
      this.#catchUp(database);
    } catch (error) {
      this.reset();
      throw error;
    }
  }

  #catchUp(database: Database): void {
    if (logSize(database) < this.size)
      throw new Refusal('STATE_LEDGER', `The ledger has ${logSize(database)} entries, and had ${this.size} before.`);
    for (;;) {
      const rows = database.all(
        `SELECT e.idx, e.body, n.hash FROM log_entry e LEFT JOIN log_node n ON n.level = 0 AND n.position = e.idx
          WHERE e.idx >= ? ORDER BY e.idx LIMIT ?`,
        this.size,
        BATCH,
      );
      const nodes = nodesCompleted(database, this.size, this.size + rows.length);
      for (const { idx, body, hash } of rows) this.#take(Number(idx), String(body), hash, nodes);
      if (rows.length < BATCH) break;
    }
    requireSameTree(database, this.size, this.root());
  }

  #take(index: number, body: string, stored: unknown, nodes: NodesByLevel): void {
    if (index !== this.size) throw new Refusal('STATE_LEDGER', `Entry ${this.size} of the ledger is missing.`);
    const bytes = Buffer.from(body, 'utf8');
    const hash = leafHash(bytes);
    if (!(stored instanceof Uint8Array) || !isSameHash(hash, stored))
      throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is not what was appended.`, {
        details: { entry: index },
      });
    this.#requireNodes(index, hash, nodes);
    // Most leaves are renewals, which decide nothing: their hash is all that is needed.
    if (body.endsWith(RENEWAL)) {
      this.#lastAt = dateOf(body, index);
      this.#served.set(RENEWED.exec(body)?.[1] ?? '', index);
      this.#fold.skip(this.#state);
    } else {
      const event = decodeLeaf(bytes, index);
      this.#facts = factsAfter(this.#facts, event);
      this.#lastAt = event.at;
      this.#fold.apply(this.#state, event, encodeHex(hash) as Sha256);
    }
    this.#frontier.append(hash);
  }

  /**
   * Each node, and not only those that make the newest root: proofs, and the roots of earlier checkpoints, are computed
   * from the others. Whoever altered an old leaf and the right nodes only would find that older root unchanged.
   */
  #requireNodes(index: number, leaf: Hash, nodes: NodesByLevel): void {
    const completed = completedBy(leaf, index, { node: (level) => this.#newest[level] ?? leaf });
    for (const { level, position, hash } of completed) {
      const stored = nodes.get(level)?.get(position);
      if (!stored || !isSameHash(hash, stored))
        throw new Refusal('STATE_LEDGER', `Node ${position} of level ${level} is not what the ledger’s entries make.`, {
          details: { level, position },
        });
      this.#newest[level] = hash;
    }
    this.#newest[0] = leaf;
  }
}

function requireFacts(facts: LogFacts | undefined): LogFacts {
  if (facts) return facts;
  throw new Refusal('STATE_LEDGER', 'The ledger has no first event.');
}

/** The stored nodes must give the root that the leaves give: proofs are computed from them (S-07). */
function requireSameTree(database: Database, size: number, root: Hash): void {
  if (isSameHash(rootOf(size, storedNodes(database)), root)) return;
  throw new Refusal('STATE_LEDGER', `The tree over the ledger’s ${size} entries is not the one that they make.`);
}

function dateOf(body: string, index: number): Date {
  const at = new Date(/^\{"actor":"[^"]*","at":"(\d{4}-[\d:T-]{14}Z)"/.exec(body)?.[1] ?? '');
  // A date that is none would be neither before nor after the clock (F-07).
  if (!Number.isNaN(at.getTime())) return at;
  throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is not an event.`, { details: { entry: index } });
}

function factsAfter(before: LogFacts | undefined, event: AnyEvent): LogFacts | undefined {
  switch (event.type) {
    case 'genesis':
      return {
        installation: event.body.installation,
        origin: event.body.origin,
        logKey: event.body.log_key,
        attestationKey: event.body.attestation_key,
        software: event.body.software,
        witnesses: undefined,
      };
    case 'software.upgrade':
      return before && { ...before, software: event.body.version };
    case 'recovery':
      return before && { ...before, origin: event.body.origin, logKey: event.body.log_key };
    case 'witnesses.set':
      return before && { ...before, witnesses: event.body };
    default:
      return before;
  }
}
