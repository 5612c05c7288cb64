/**
 * Every checkpoint that was ever shown: its root is the one of the leaves below it, the log’s key signed it, each known
 * witness’s line verifies, and where the rule was to wait, enough of them were there.
 */
import type { EventBody } from '../../ledger/events/types.ts';
import type { Database } from '../../platform/database.ts';
import { isRefusal } from '../../errors.ts';
import { formatDate } from '../../tuf/dates.ts';
import { parseCheckpoint } from '../../tlog/checkpoint.ts';
import { type NoteKey, openNote, parseNoteKey, signaturesOf } from '../../tlog/note.ts';
import { type Hash, isSameHash } from '../../tlog/tree.ts';
import {
  countWitnesses,
  parseWitnessPolicy,
  type WitnessCount,
  type WitnessPolicy,
} from '../../tlog/witness-policy.ts';
import type { Findings } from './findings.ts';
import { quickVerifier, type Verifies } from './quick-signatures.ts';

export interface CheckpointCounts {
  checkpoints: number;
  cosignatures: number;
  /** Shown without a quorum, as the rule allowed. */
  without_quorum: number;
}

interface LogName {
  readonly key: NoteKey;
  readonly verifies: Verifies;
}

interface Row {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
}

type WitnessRule = EventBody<'witnesses.set'>;

export class CheckpointWalk {
  readonly counts: CheckpointCounts = { checkpoints: 0, cosignatures: 0, without_quorum: 0 };
  readonly #database: Database;
  readonly #findings: Findings;
  /** Every witness of any rule: lines may have been added under a later one. */
  readonly #everybody: WitnessPolicy;
  readonly #names: LogName[] = [];
  #rows: Row[] = [];
  #read = -1;
  #rule: { readonly policy: WitnessPolicy; readonly isWaiting: boolean } | undefined;

  constructor(database: Database, findings: Findings, rules: readonly WitnessRule[]) {
    this.#database = database;
    this.#findings = findings;
    this.#everybody = everybodyOf(rules);
  }

  /** The log has this name and key from here on. */
  name(text: string, entry: number): void {
    const key = this.#findings.look(() => parseNoteKey(text), { entry });
    if (key) this.#names.push({ key, verifies: quickVerifier(key.publicKey) });
  }

  rule(rule: WitnessRule, entry: number): void {
    const policy = this.#findings.look(() => parseWitnessPolicy(rule.text), { entry });
    this.#rule = policy && { policy, isWaiting: rule.without_quorum === 'wait' };
  }

  /** Every key that the log ever had, under its name. */
  get keys(): NoteKey[] {
    return this.#names.map(({ key }) => key);
  }

  /** The tree of this size has this root: checkpoints of it are compared. */
  at(size: number, root: () => Hash): void {
    for (let row = this.#next(); row && row.size <= size; row = this.#next()) {
      this.#rows.shift();
      if (row.size === size) this.#compare(row, root());
    }
  }

  /** Checkpoints of more entries than there are. */
  finish(size: number): void {
    for (let row = this.#next(); row; row = this.#next()) {
      this.#rows.shift();
      const what = `A checkpoint of ${row.size} entries was shown, and the ledger has ${size}.`;
      this.#findings.add('STATE_LEDGER', what, { row: `checkpoint ${row.size}` });
    }
  }

  #next(): Row | undefined {
    if (this.#rows.length === 0) {
      const rows = this.#database.all(
        'SELECT size, root, note FROM checkpoint WHERE size > ? ORDER BY size LIMIT 2000',
        this.#read,
      );
      this.#rows = rows.map(({ size, root, note }) => ({
        ...{ size: Number(size), note: String(note) },
        root: root instanceof Uint8Array ? root : new Uint8Array(),
      }));
      this.#read = this.#rows.at(-1)?.size ?? this.#read;
    }
    return this.#rows[0];
  }

  #compare({ size, root, note }: Row, actual: Hash): void {
    this.counts.checkpoints++;
    const place = { row: `checkpoint ${size}` };
    const opened = this.#findings.look(() => {
      const parts = openNote(note);
      return { parts, checkpoint: parseCheckpoint(parts.body) };
    }, place);
    if (!opened) return;
    const { parts, checkpoint } = opened;
    const wrong = (what: string): void =>
      this.#findings.add('STATE_LEDGER', `The checkpoint of ${size} entries ${what}.`, place);
    if (!isSameHash(actual, checkpoint.root)) wrong('was signed over other entries');
    if (checkpoint.size !== size || !isSameHash(root, checkpoint.root)) wrong('is not the one that its row says');
    const log = this.#names.at(-1);
    if (log?.key.name !== checkpoint.origin) wrong('is of another log');
    const lines = log ? signaturesOf(parts, log.key) : [];
    if (lines.length === 0 || !lines.every(({ bytes }) => log?.verifies(Buffer.from(parts.body), bytes) === true))
      wrong('is not signed by the log’s key');
    this.#witnesses(size, note);
  }

  #witnesses(size: number, note: string): void {
    const lines = this.#database.all('SELECT line FROM cosignature WHERE size = ? ORDER BY line', size);
    const whole = `${note}${lines.map(({ line }) => `${String(line)}\n`).join('')}`;
    const row = `checkpoint ${size}`;
    const count =
      lines.length === 0
        ? undefined
        : this.#findings.look(() => countWitnesses(this.#everybody, openNote(whole)), { row });
    this.counts.cosignatures += count?.cosigned.length ?? 0;
    const rule = this.#rule;
    if (!rule) return;
    const isQuorum = this.#findings.look(() => countWitnesses(rule.policy, openNote(whole)).isQuorum, { row });
    if (isQuorum !== false) return;
    this.counts.without_quorum++;
    if (rule.isWaiting)
      this.#findings.add(
        'STATE_WITNESSES',
        `The checkpoint of ${size} entries was shown before enough witnesses had seen it.`,
        { row },
      );
  }
}

function everybodyOf(rules: readonly WitnessRule[]): WitnessPolicy {
  const witnesses = rules.flatMap(({ text }) => {
    try {
      return parseWitnessPolicy(text).witnesses;
    } catch (error) {
      // Named as a finding where its entry is met.
      if (isRefusal(error)) return [];
      throw error;
    }
  });
  const distinct = [...new Map(witnesses.map((one) => [one.key.text, one])).values()];
  return { logs: [], witnesses: distinct, groups: [], quorum: 'none' };
}

export interface WitnessStanding {
  readonly is_quorum: boolean;
  /** By each witness’s own clock. */
  readonly witnesses: readonly { readonly name: string; readonly witnessed_at: string }[];
  readonly missing: readonly string[];
}

export function standingOf({ isQuorum, cosigned, missing }: WitnessCount): WitnessStanding {
  return {
    is_quorum: isQuorum,
    witnesses: cosigned.map(({ witness, earliest }) => ({
      name: witness.name,
      witnessed_at: formatDate(new Date(earliest * 1000)),
    })),
    missing: missing.map(({ name }) => name),
  };
}
