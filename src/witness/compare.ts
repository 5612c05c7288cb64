/**
 * A checkpoint that somebody kept, on paper or in another department, held against the ledger: the witness of a site that
 * runs none. It counts under the log key alone, and is compared with a tree of which every node was made again from the
 * leaves: whoever rewrote them could have left the old hashes.
 */
import { Refusal } from '../errors.ts';
import { decodeLeaf } from '../ledger/events/leaf.ts';
import { leafBytes, storedNodes } from '../ledger/log-rows.ts';
import { released } from '../ledger/checkpoints.ts';
import type { Database } from '../platform/database.ts';
import { openCheckpoint, parseCheckpoint } from '../tlog/checkpoint.ts';
import { type Note, openNote, signaturesOf } from '../tlog/note.ts';
import { verifyCosignature } from '../tlog/cosignature.ts';
import { type Hash, isSameHash, rootOf } from '../tlog/tree.ts';
import { parseWitnessPolicy } from '../tlog/witness-policy.ts';
import { printable } from '../tuf/names.ts';
import type { Watched } from './watched.ts';

export interface Comparison {
  /** `ahead`: it is of entries that this ledger does not hold; they were lost, or it is a copy that was restored. */
  readonly verdict: 'consistent' | 'contradicts' | 'ahead';
  readonly kept: { readonly origin: string; readonly size: number; readonly root: Hash };
  /** Entries that this ledger shares with the log of that name. */
  readonly size: number;
  /** Entries that were shown to others. */
  readonly released: number;
  /** Our root at that size; undefined when the ledger is shorter. */
  readonly root: Hash | undefined;
  /** Witnesses of the rule in force that cosigned it, as the rule calls them. */
  readonly cosignedBy: readonly string[];
}

/** @throws TRUST_LOG_FORMAT, TRUST_LOG_SIGNATURE for what this log never signed; STATE_LEDGER */
export function compareCheckpoint({ database, log, writerOptions }: Watched, sent: string): Comparison {
  log.catchUp(database);
  const text = asWritten(sent);
  const { origin } = parseCheckpoint(openNote(text).body);
  const size = sharedSize(database, origin, log.size);
  const kept = openCheckpoint(text, writerOptions.keys.checkpoints(origin).key);
  const root = kept.size <= size ? rootOf(kept.size, storedNodes(database)) : undefined;
  const verdict = root === undefined ? 'ahead' : isSameHash(root, kept.root) ? 'consistent' : 'contradicts';
  return {
    verdict,
    kept: { origin, size: kept.size, root: kept.root },
    ...{ size, released: released(database)?.size ?? 0, root },
    cosignedBy: cosignersOf(log.facts.witnesses?.text, kept),
  };
}

/** As it was signed: mail and printers change line ends and the space around, and the signature tells whether more. */
function asWritten(sent: string): string {
  return `${sent.replaceAll('\r\n', '\n').trim()}\n`;
}

/**
 * Leaves that stand under this name of the log: all of them, or those before it went on under another.
 * @throws TRUST_LOG_SIGNATURE for a name that this log never had
 */
function sharedSize(database: Database, origin: string, size: number): number {
  const rows = database.all("SELECT idx FROM log_entry WHERE type IN ('genesis', 'recovery') ORDER BY idx");
  const names = rows.flatMap(({ idx }) => {
    const event = decodeLeaf(leafBytes(database, Number(idx)), Number(idx));
    return event.type === 'genesis' || event.type === 'recovery' ? [{ name: event.body.origin, at: event.n }] : [];
  });
  const last = names.findLastIndex(({ name }) => name === origin);
  if (last >= 0) return names[last + 1]?.at ?? size;
  const own = names.map(({ name }) => printable(name, 80)).join(', ');
  throw new Refusal('TRUST_LOG_SIGNATURE', `The checkpoint is of the log “${printable(origin, 80)}”, not of ${own}.`);
}

function cosignersOf(rule: string | undefined, note: Note): string[] {
  if (rule === undefined) return [];
  return parseWitnessPolicy(rule)
    .witnesses.filter(({ key }) =>
      signaturesOf(note, key).some((line) => verifyCosignature(line, note.body, key) !== undefined),
    )
    .map(({ name }) => name);
}
