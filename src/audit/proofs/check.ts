/**
 * A proof from elsewhere, checked without any data directory. What is proved is said apart from what is only claimed: the
 * hash is computed from the entry’s own bytes (T-03), and a time inside them is what somebody wrote (T-04).
 */
import { isRefusal, Refusal } from '../../errors.ts';
import { type AnyEvent, decodeLeaf } from '../../ledger/events/leaf.ts';
import { verifyInclusion } from '../../tlog/inclusion.ts';
import { parseCheckpoint } from '../../tlog/checkpoint.ts';
import { ED25519, type NoteKey, openNote, parseNoteKey } from '../../tlog/note.ts';
import { parseProof, verifyProof } from '../../tlog/proof.ts';
import { leafHash } from '../../tlog/tree.ts';
import { countWitnesses, parseWitnessPolicy } from '../../tlog/witness-policy.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import { formatDate } from '../../tuf/dates.ts';
import { describe, inWords } from '../describe.ts';
import { claimedAt, type Times } from '../times.ts';

export interface CheckQuestion {
  readonly proof: Uint8Array;
  /** The entry’s bytes, where they are not taken from the proof itself. */
  readonly entry?: Uint8Array | undefined;
  /** Verifier key of the log, known from elsewhere. */
  readonly logKey?: string | undefined;
  readonly witnessPolicy?: string | undefined;
}

export interface CheckAnswer {
  readonly ok: boolean;
  readonly origin: string;
  readonly entry: number;
  readonly size: number;
  readonly leaf_hash: string;
  /** The event; undefined for bytes that are no event of this program. */
  readonly type: string | undefined;
  readonly what: string | undefined;
  readonly times: Times | undefined;
  readonly established: readonly string[];
  readonly not_known: readonly string[];
}

/** @throws TRUST_LOG_FORMAT, TRUST_LOG_SIGNATURE, TRUST_LOG_PROOF; CONFIG_WITNESSES */
export function checkProof({ proof: sent, entry, logKey, witnessPolicy }: CheckQuestion): CheckAnswer {
  const proof = parseProof(sent);
  const bytes = entry ?? proof.extra;
  if (!bytes) {
    throw new Refusal('USAGE_OPTION', 'The proof carries no entry, so it proves nothing about anything.', {
      next: 'Give the entry’s bytes with --entry FILE.',
    });
  }
  const policy = witnessPolicy === undefined ? undefined : parseWitnessPolicy(witnessPolicy);
  const note = openNote(proof.checkpoint);
  const checkpoint = parseCheckpoint(note.body);
  const leaf = leafHash(bytes);
  const known: readonly NoteKey[] = [
    ...(logKey === undefined ? [] : [parseNoteKey(logKey, ED25519)]),
    ...(policy?.logs ?? []).map(({ key }) => key),
  ];
  const key = known.find(({ name }) => name === checkpoint.origin) ?? known[0];
  if (key) verifyProof(proof, leaf, key);
  else if (!verifyInclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root))
    throw new Refusal('TRUST_LOG_PROOF', `This is not shown to be entry ${proof.index} of ${checkpoint.size}.`);
  const witnesses = policy && countWitnesses(policy, note);
  const event = eventIn(bytes, proof.index);
  const seen = witnesses?.earliest;
  const told = sayings({
    key,
    isQuorum: witnesses?.isQuorum,
    hasWitnesses: (policy?.witnesses.length ?? 0) > 0,
    size: checkpoint.size,
    index: proof.index,
  });
  return {
    ok: key !== undefined && witnesses?.isQuorum !== false && event !== undefined,
    ...{ origin: checkpoint.origin, entry: proof.index, size: checkpoint.size, leaf_hash: encodeHex(leaf) },
    ...{ type: event?.type, what: event && inWords(describe(event), (actor) => actor) },
    times: event && {
      ...{ claimed_at: claimedAt(event), received_at: formatDate(event.at) },
      witnessed_at: seen === undefined ? undefined : formatDate(new Date(seen * 1000)),
    },
    ...told,
  };
}

interface Facts {
  readonly key: NoteKey | undefined;
  readonly isQuorum: boolean | undefined;
  readonly hasWitnesses: boolean;
  readonly size: number;
  readonly index: number;
}

function sayings({ key, isQuorum, hasWitnesses, size, index }: Facts): Pick<CheckAnswer, 'established' | 'not_known'> {
  const established = [`These bytes are entry ${index} of a tree of ${size} entries.`];
  const not_known = [
    'When it happened: claimed_at is what a person wrote, received_at what the mirror wrote.',
    'Whether any statement in it is true, or signed by a person: see `countersign audit pack`.',
  ];
  if (key) established.push(`The log ${key.name} signed that tree (key ${key.keyId}).`);
  else not_known.unshift('Who signed the tree: no log key was given. Anybody can make such a file.');
  if (isQuorum === true && hasWitnesses)
    established.push('Enough witnesses of the policy have seen that tree; witnessed_at is the first one’s word.');
  else not_known.push('Whether others were shown the same log: no quorum of witnesses is checked, or there was none.');
  return { established, not_known };
}

function eventIn(bytes: Uint8Array, index: number): AnyEvent | undefined {
  try {
    return decodeLeaf(bytes, index);
  } catch (error) {
    if (isRefusal(error, 'STATE_LEDGER')) return undefined;
    throw error;
  }
}
