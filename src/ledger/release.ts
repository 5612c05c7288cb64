/**
 * From verified leaves to a checkpoint that others see: signed, remembered in the head file, shown to the witnesses, and
 * only then released. A witness that has seen more than we hold, or another log under our name, stops everything: we lost
 * leaves, or were forked (S-06).
 *
 * They are asked before anything new is shown, and once by each process before anything new is signed: a record that came
 * out of a backup together with its head file contradicts nobody but the witnesses. A crash at any point is gone on from:
 * the same leaves give the same checkpoint, byte for byte, and a witness that has seen it says so again.
 */
import { isRefusal, Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { printable } from '../tuf/names.ts';
import { openNote, parseSignature } from '../tlog/note.ts';
import type { Checkpoint } from '../tlog/checkpoint.ts';
import type { Hash, StoredNodes } from '../tlog/tree.ts';
import { countWitnesses, parseWitnessPolicy } from '../tlog/witness-policy.ts';
import {
  cosign,
  lastCosigned,
  release,
  released,
  releasedSize,
  requireSignedHead,
  signCheckpoint,
  signHead,
} from './checkpoints.ts';
import type { EventBody } from './events/types.ts';
import type { HeadFile } from './head-file.ts';
import type { LedgerKeys } from './keys.ts';
import { storedNodes } from './log-rows.ts';
import { Transcript } from './transcript.ts';
import type { AnyLog } from './verified-log.ts';

/** Who is asked, and what is done without them: the ledger’s own rule. */
export type WitnessRule = EventBody<'witnesses.set'>;

/** Asks the witnesses that the ledger’s own rule names. */
export interface Witnesses {
  /** Whether a quorum has answered this process under this rule. */
  haveAnswered(rule: WitnessRule): boolean;
  /** @throws STATE_LEDGER_BEHIND when one of them has seen more than we hold, or something else */
  cosign(question: WitnessQuestion): Promise<Cosigned>;
}

export interface WitnessQuestion {
  readonly rule: WitnessRule;
  /** The checkpoint, signed by the log key. */
  readonly note: string;
  readonly nodes: StoredNodes;
  /** Verifier key → the size that this witness cosigned last, as far as is known here. */
  readonly cosigned: ReadonlyMap<string, number>;
}

export interface Cosigned {
  /** Signature lines that verified, one of each witness at most. */
  readonly lines: readonly string[];
  readonly isQuorum: boolean;
  readonly missing: readonly MissingWitness[];
}

export interface MissingWitness {
  /** As the rule calls it. */
  readonly name: string;
  readonly why: string;
}

export interface CheckpointReleaser {
  /** Why the newest leaves are not shown yet, or are shown without the witnesses. */
  readonly trouble: Refusal | undefined;
  release(): Promise<void>;
}

interface ReleaserOptions {
  readonly log: AnyLog;
  readonly keys: LedgerKeys;
  readonly software: string;
  readonly headFile: HeadFile;
  readonly clock: Clock;
  readonly witnesses?: Witnesses | undefined;
}

/** Of a writer that has its lock and its token. */
export function checkpointReleaser(database: Database, options: ReleaserOptions): CheckpointReleaser {
  return new Releaser(database, options);
}

/**
 * How many entries were lost although no head file remembers them: what a witness has seen beyond what is released here, at
 * least one where it has seen something else. Under the old name nothing can follow.
 */
export async function entriesSeenBeyond(database: Database, options: ReleaserOptions): Promise<number> {
  options.log.catchUp(database);
  const shown = released(database);
  const rule = options.log.facts.witnesses;
  if (!shown || !rule || !options.witnesses) return 0;
  try {
    await ask(database, options.log, options.witnesses, rule, shown.plain);
    return 0;
  } catch (error) {
    if (!isRefusal(error, 'STATE_LEDGER_BEHIND')) throw error;
    return Math.max(1, Number(error.details['seen']) - options.log.size);
  }
}

class Releaser implements CheckpointReleaser {
  readonly #database: Database;
  readonly #options: ReleaserOptions;
  readonly #token: unknown;
  #trouble: Refusal | undefined;

  constructor(database: Database, options: ReleaserOptions) {
    this.#database = database;
    this.#options = options;
    this.#token = this.#newestToken();
  }

  get trouble(): Refusal | undefined {
    return this.#trouble;
  }

  async release(): Promise<void> {
    const { log, witnesses } = this.#options;
    const rule = log.facts.witnesses;
    if (releasedSize(this.#database) < log.size) await this.#releaseAll(rule);
    else if (rule && witnesses) await this.#askAgain(rule, witnesses);
  }

  /** Everything that was committed, under one checkpoint. */
  async #releaseAll(rule: WitnessRule | undefined): Promise<void> {
    const { log, keys, headFile, witnesses } = this.#options;
    const head = headOf(log);
    const { size, root } = head;
    const note = signCheckpoint(head, keys.checkpoints(head.origin));
    // Before anybody can see it: whoever restores an older record from now on is noticed.
    await headFile.write(note, rootVersions(this.#database));
    if (!rule) {
      this.#commit(() => this.#show(size, root, note, []));
      return;
    }
    if (!witnesses) {
      this.#trouble = new Refusal('STATE_WITNESSES', `No witness was asked about the checkpoint of ${size} entries.`);
      return;
    }
    const { lines, isQuorum, missing } = await ask(this.#database, log, witnesses, rule, note);
    this.#trouble = isQuorum ? undefined : tooFew(size, missing);
    const isShown = isQuorum || rule.without_quorum === 'publish';
    const isOutage = !isQuorum && !isKnownOutage(this.#database, rule);
    if (!isShown && !isOutage) return;
    this.#commit(() => {
      if (isShown) this.#show(size, root, note, lines);
      if (isOutage) this.#recordOutage({ size, missing: namesOf(missing), without_quorum: rule.without_quorum });
    });
  }

  /**
   * Asks about what is shown already: once by each process, and as long as it is shown without a quorum. Lines of witnesses
   * that had not answered are added to it.
   */
  async #askAgain(rule: WitnessRule, witnesses: Witnesses): Promise<void> {
    const shown = released(this.#database);
    if (!shown) return;
    const isSeen = rule.without_quorum === 'wait' || hasQuorum(rule, shown.note);
    if (isSeen && witnesses.haveAnswered(rule)) return;
    const { lines, missing } = await ask(this.#database, this.#options.log, witnesses, rule, shown.plain);
    const fresh = withoutKnown(lines, shown.note);
    if (fresh.length > 0) this.#commit(() => cosign(this.#database, shown.size, fresh));
    const isSeenNow = isSeen || hasQuorum(rule, `${shown.note}${fresh.map((line) => `${line}\n`).join('')}`);
    this.#trouble = isSeenNow ? undefined : tooFew(shown.size, missing);
  }

  #show(size: number, root: Hash, note: string, lines: readonly string[]): void {
    release(this.#database, { size, root }, note, lines, this.#options.clock.now());
  }

  /**
   * An event makes a checkpoint necessary that nobody cosigns either: so there is one for each outage, and not for each
   * checkpoint in it; and its own waits for whatever comes next.
   */
  #recordOutage(body: EventBody<'witness.unreachable'>): void {
    const { log, keys, clock } = this.#options;
    // Asking took seconds, in which somebody else may have written into the database, around the lock (S-10).
    log.catchUp(this.#database);
    const { size } = log;
    requireSignedHead(this.#database, headOf(log), keys.checkpoints);
    const transcript = new Transcript(this.#database, this.#options, clock.now());
    transcript.append({ type: 'witness.unreachable', actor: 'system:witnesses', body });
    log.catchUp(this.#database);
    if (log.size !== size + 1)
      throw new Refusal('STATE_LEDGER', `Entry ${size + 1} of the ledger was not appended by this mirror.`);
    signHead(this.#database, headOf(log), keys.checkpoints);
  }

  /** Asking took seconds: whoever lost the lock meanwhile shows nothing (S-05). */
  #commit(work: () => void): void {
    try {
      this.#database.transaction(() => {
        if (this.#newestToken() !== this.#token)
          throw new Refusal('STATE_LOCKED', 'Another writer took over while this one was asking the witnesses.');
        work();
      });
    } catch (error) {
      this.#options.log.reset();
      throw error;
    }
  }

  #newestToken(): unknown {
    return this.#database.one('SELECT token FROM writer WHERE id = 1')?.['token'];
  }
}

async function ask(
  database: Database,
  log: AnyLog,
  witnesses: Witnesses,
  rule: WitnessRule,
  note: string,
): Promise<Cosigned> {
  const keys = parseWitnessPolicy(rule.text).witnesses.map(({ key }) => key);
  const last = lastCosigned(database, keys, log.facts.origin);
  const cosigned = new Map([...last].map(([key, { size }]) => [key, size]));
  return witnesses.cosign({ rule, note, nodes: storedNodes(database), cosigned });
}

function headOf(log: AnyLog): Checkpoint {
  return { origin: log.facts.origin, size: log.size, root: log.root() };
}

function tooFew(size: number, missing: readonly MissingWitness[]): Refusal {
  const told = missing.map(({ name, why }) => `${printable(name, 80)}: ${why.replace(/\.$/, '')}`).join('; ');
  return new Refusal('STATE_WITNESSES', `Too few witnesses have seen the checkpoint of ${size} entries. ${told}.`, {
    details: { size, missing: namesOf(missing) },
  });
}

/** As long as an event may hold them; as many as a rule may list. */
function namesOf(missing: readonly MissingWitness[]): string[] {
  return missing.map(({ name }) => name.slice(0, 200));
}

function hasQuorum(rule: WitnessRule, note: string): boolean {
  return countWitnesses(parseWitnessPolicy(rule.text), openNote(note)).isQuorum;
}

/** Without those of keys that cosigned it before: one line of each is enough, and a note has room for a hundred. */
function withoutKnown(lines: readonly string[], note: string): string[] {
  const known = openNote(note).signatures.map(({ name, keyId }) => `${name} ${keyId}`);
  return lines.filter((line) => {
    const { name, keyId } = parseSignature(line);
    return !known.includes(`${name} ${keyId}`);
  });
}

/** Whether the outage that this is a part of is an event already: after it, no checkpoint was seen by enough. */
function isKnownOutage(database: Database, rule: WitnessRule): boolean {
  const outage = lastOf(database, 'witness.unreachable');
  if (outage < lastOf(database, 'witnesses.set')) return false;
  const shown = released(database);
  return !shown || outage >= shown.size || !hasQuorum(rule, shown.note);
}

/** The index of the newest event of a type; −1 when there is none. */
function lastOf(database: Database, type: string): number {
  return Number(database.one('SELECT COALESCE(MAX(idx), -1) AS idx FROM log_entry WHERE type = ?', type)?.['idx']);
}

/** Roots cannot be made again with another content: the head file remembers how far each chain has gone. */
function rootVersions(database: Database): Map<string, number> {
  return new Map(
    database
      .all('SELECT repository, root_version FROM current ORDER BY repository')
      .map((row) => [String(row['repository']), Number(row['root_version'])]),
  );
}
