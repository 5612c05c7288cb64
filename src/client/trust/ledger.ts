/**
 * Step 7: this very timestamp is in the mirror’s log, enough witnesses have seen the log, and the log is the one that was
 * seen before, only longer. Then nobody is shown a history of their own (M-09), and what is served can be asked about
 * afterwards: by whom, when, on whose word (M-14, M-17).
 *
 * The proof carries the bytes of the log’s entry; they are believed because their hash is in the tree, not because they
 * were sent (T-03).
 */
import { Refusal, isRefusal } from '../../errors.ts';
import { consistencyProof, verifyConsistency } from '../../tlog/consistency.ts';
import { openCheckpoint, type SignedCheckpoint } from '../../tlog/checkpoint.ts';
import { parseProof, verifyProof } from '../../tlog/proof.ts';
import { isSameHash, leafHash } from '../../tlog/tree.ts';
import { readTileNodes, tilesForConsistency } from '../../tlog/tile-nodes.ts';
import { countWitnesses } from '../../tlog/witness-policy.ts';
import { parseJson } from '../../tuf/json.ts';
import { printable, type RepositoryId } from '../../tuf/names.ts';
import { Shape } from '../../tuf/shape.ts';
import type { LedgerPin } from '../pin/pin.ts';

/** What the log says about the state that is served. */
export interface Logged {
  readonly origin: string;
  /** Entry of the timestamp. */
  readonly index: number;
  /** Entries under the checkpoint. */
  readonly size: number;
  /** Names of the witnesses that saw the checkpoint, as the pin calls them. */
  readonly witnesses: readonly string[];
  /** Until when enough witnesses vouch, by their own clocks; undefined where none is asked for. */
  readonly witnessedAt: Date | undefined;
  /** The proof as it was received, and the checkpoint in it: what is remembered. */
  readonly proof: Uint8Array;
  readonly checkpoint: string;
  /** How many of the people in the pin approved the import, and the file that shows it. */
  readonly approvals: number | undefined;
  readonly approved: Uint8Array | undefined;
}

export interface LoggedState {
  readonly repository: RepositoryId;
  readonly generation: number;
  /** Of the mirror’s timestamp file. */
  readonly timestampSha256: string;
}

/** Files of the log, by path below its address. */
export type ReadLog = (path: string) => Promise<Uint8Array>;

/**
 * @param remembered the newest checkpoint that this guard has accepted
 * @param read for tiles; without it (offline) a longer log cannot be compared, and is not believed
 * @throws TRUST_LOG_FORMAT, TRUST_LOG_SIGNATURE, TRUST_LOG_PROOF, TRUST_LOG_WITNESSES, TRUST_LOG_FORK, SOURCE_*
 */
export async function requireLogged(
  pin: LedgerPin,
  state: LoggedState,
  proofBytes: Uint8Array,
  remembered: string | undefined,
  read: ReadLog | undefined,
): Promise<Logged> {
  const proof = parseProof(proofBytes);
  const entry = proof.extra ?? refuseProof('carries no entry');
  const checkpoint = verifyProof(proof, leafHash(entry), pin.log);
  requireEntry(entry, state, proof.index);
  const { cosigned, isQuorum, missing, quorumAt } = countWitnesses(pin.witnesses, checkpoint);
  if (!isQuorum) {
    const names = missing.map(({ name }) => printable(name, 80));
    throw new Refusal(
      'TRUST_LOG_WITNESSES',
      `Of the witnesses that the pin names, ${cosigned.length} have seen the checkpoint of ${checkpoint.size} entries; missing: ${names.join(', ')}.`,
      { details: { size: checkpoint.size, missing: names } },
    );
  }
  if (remembered !== undefined) await requireContinued(openCheckpoint(remembered, pin.log), checkpoint, read);
  return {
    origin: checkpoint.origin,
    index: proof.index,
    size: checkpoint.size,
    witnesses: cosigned.map(({ witness }) => witness.name),
    witnessedAt: quorumAt === undefined ? undefined : new Date(quorumAt * 1000),
    proof: proofBytes,
    checkpoint: checkpoint.note,
    approvals: undefined,
    approved: undefined,
  };
}

/** The entry must be about exactly this: another repository’s, or an older timestamp’s, is in the log as well. */
function requireEntry(entry: Uint8Array, state: LoggedState, index: number): void {
  const event = new Shape(parseJson(entry, 'the log’s entry', 16), 'The log’s entry', NO_MEMBERS);
  const body = new Shape(event.map('body'), 'The log’s entry', NO_MEMBERS);
  if (event.length('n') !== index) refuseProof('is about another entry than it says');
  if (event.string('type') !== 'serve.timestamp') refuseProof('is about something else than a timestamp');
  if (body.string('repository') !== state.repository) refuseProof('is about another repository');
  const timestamp = new Shape(body.map('timestamp'), 'The log’s entry', NO_MEMBERS);
  const isThis = timestamp.string('sha256') === state.timestampSha256 && body.length('generation') === state.generation;
  if (!isThis) refuseProof('is about another timestamp than the one that is served');
}

const NO_MEMBERS: ReadonlySet<string> = new Set();

/** A log only grows. @throws TRUST_LOG_FORK */
async function requireContinued(
  before: SignedCheckpoint,
  now: SignedCheckpoint,
  read: ReadLog | undefined,
): Promise<void> {
  if (now.size < before.size) refuseFork(before, `it had ${before.size} entries before, and has ${now.size} now`);
  if (now.size === before.size) {
    if (!isSameHash(now.root, before.root)) refuseFork(before, `its ${now.size} entries are others than before`);
    return;
  }
  if (!read) return refuseFork(before, 'whether it continues cannot be asked offline');
  if (before.size === 0) return;
  const nodes = await readTileNodes(tilesForConsistency(before.size, now.size), read);
  const hashes = proofFrom(() => consistencyProof(before.size, now.size, nodes));
  if (!verifyConsistency(before.size, before.root, now.size, now.root, hashes))
    refuseFork(before, `what it held at ${before.size} entries is not the beginning of its ${now.size}`);
}

/** Tiles that do not fit together make no proof at all; that is the log’s fault, not a bug. */
function proofFrom<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    if (isRefusal(cause)) throw cause;
    throw new Refusal('TRUST_LOG_FORMAT', 'The log’s tiles do not make a proof.', { cause });
  }
}

function refuseProof(what: string): never {
  throw new Refusal('TRUST_LOG_PROOF', `The proof that the mirror serves ${what}.`);
}

function refuseFork({ origin, size }: SignedCheckpoint, what: string): never {
  throw new Refusal('TRUST_LOG_FORK', `The log ${printable(origin, 80)} is not the one that was seen: ${what}.`, {
    details: { origin: printable(origin, 80), size },
  });
}
