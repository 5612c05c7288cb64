/**
 * One witness asked about one checkpoint (C2SP tlog-witness 1.0.0). It is believed in one thing only: a cosignature that
 * verifies. In two it is feared: a size beyond ours, and a tree other than ours, stop the log whoever says so, because a
 * log that goes on after either may be a fork (S-06).
 */
import { isRefusal, Refusal } from '../errors.ts';
import type { HttpDoor } from '../platform/http.ts';
import type { ParsedCheckpoint } from '../tlog/checkpoint.ts';
import { consistencyProof, verifyConsistency } from '../tlog/consistency.ts';
import { verifyCosignature } from '../tlog/cosignature.ts';
import { parseSignature } from '../tlog/note.ts';
import { rootOf, type StoredNodes } from '../tlog/tree.ts';
import { addCheckpointRequest, readWitnessAnswer, type WitnessAnswer } from '../tlog/witness.ts';
import type { PolicyWitness } from '../tlog/witness-policy.ts';
import { printable } from '../tuf/names.ts';
import { joinedUrl } from '../tuf/urls.ts';

export interface Asked {
  /** Signed by the log key. */
  readonly note: string;
  readonly checkpoint: ParsedCheckpoint;
  readonly nodes: StoredNodes;
}

/** What a witness answers: few lines, or one. */
const MOST_BYTES = 65_536;
/** Lines under the witness’s own name and id that are verified; one is enough. */
const MOST_LINES = 16;

interface Answered {
  readonly from: number;
  readonly status: number;
  readonly answer: WitnessAnswer;
}

/**
 * @param last the size that it cosigned last, as far as is known; it says so when that is not what it remembers
 * @returns its signature line
 * @throws SOURCE_WITNESS, SOURCE_* when there is none; STATE_LEDGER_BEHIND; STATE_LEDGER when our own tree is damaged
 */
export async function askWitness(door: HttpDoor, witness: PolicyWitness, asked: Asked, last: number): Promise<string> {
  const { size } = asked.checkpoint;
  let answered = await post(door, witness, asked, last);
  const { answer } = answered;
  if (answer.kind === 'conflict' && answer.size !== last && answer.size <= size)
    answered = await post(door, witness, asked, answer.size);
  return lineOf(witness, asked, answered);
}

async function post(door: HttpDoor, witness: PolicyWitness, asked: Asked, from: number): Promise<Answered> {
  const url = witness.url && joinedUrl(witness.url, ['add-checkpoint']);
  if (!url) throw trouble(witness, 'has no address');
  const request = addCheckpointRequest(from, proofFrom(from, asked), asked.note);
  const { status, contentType, body } = await door.post(url, request, { maxBytes: MOST_BYTES });
  return { from, status, answer: readWitnessAnswer(status, contentType, body) };
}

/** A proof that we would not believe ourselves must not look like a fork to others. @throws STATE_LEDGER */
function proofFrom(from: number, { checkpoint: { size, root }, nodes }: Asked): ReturnType<typeof consistencyProof> {
  const proof = consistencyProof(from, size, nodes);
  if (verifyConsistency(from, rootOf(from, nodes), size, root, proof)) return proof;
  throw new Refusal('STATE_LEDGER', `The ledger’s tree of ${size} entries does not begin with its own first ${from}.`);
}

function lineOf(witness: PolicyWitness, { checkpoint }: Asked, { from, status, answer }: Answered): string {
  const { size, body } = checkpoint;
  switch (answer.kind) {
    case 'cosigned':
      return cosignedLine(witness, body, answer.lines) ?? refuse(witness, 'answers with no cosignature that verifies');
    case 'conflict':
      if (answer.size > size) throw behind(witness, answer.size, size);
      // Of equal sizes, only the roots can be in conflict.
      if (from === size && answer.size === size) throw forked(witness, size, size);
      return refuse(witness, `says again that it knows another size, ${answer.size}`);
    case 'refused':
      // What it compares us with is the tree that it cosigned at this size; with nothing there is nothing to contradict.
      if ((status === 422 && from > 0) || (status === 409 && from === size)) throw forked(witness, from, size);
      if (status === 404) return refuse(witness, `does not know this log (${answer.why})`);
      if (status === 403) return refuse(witness, `does not know this log, or not its key (${answer.why})`);
      return refuse(witness, `${status === 200 ? 'is not understood' : 'refuses'}: ${answer.why}`);
  }
}

/** Only its own key’s, over our text. What else it sends is dropped: strangers’ lines, and those of other texts. */
function cosignedLine({ key }: PolicyWitness, body: string, lines: readonly string[]): string | undefined {
  const own = lines.filter((line) => {
    const { name, keyId } = parseSignature(line);
    return name === key.name && keyId === key.keyId;
  });
  return own.slice(0, MOST_LINES).find((line) => verifyCosignature(line, body, key) !== undefined);
}

function behind({ name }: PolicyWitness, seen: number, size: number): Refusal {
  const what = `The witness ${printable(name, 80)} has seen ${seen} entries of this log, and the ledger holds ${size}.`;
  return new Refusal('STATE_LEDGER_BEHIND', what, { details: { witness: name, seen, size } });
}

function forked({ name }: PolicyWitness, seen: number, size: number): Refusal {
  const what = `The witness ${printable(name, 80)} has seen another log under this name: its first ${seen} entries are not ours.`;
  return new Refusal('STATE_LEDGER_BEHIND', what, { details: { witness: name, seen, size } });
}

/** Whoever tells it says which one. */
function trouble({ name }: PolicyWitness, problem: string): Refusal {
  return new Refusal('SOURCE_WITNESS', `The witness ${problem}.`, { details: { witness: name } });
}

function refuse(witness: PolicyWitness, problem: string): never {
  throw trouble(witness, problem.replace(/\.$/, ''));
}

/** Whether it is the witness’s trouble alone, which others can make good. */
export function isWitnessTrouble(error: unknown): error is Refusal {
  return isRefusal(error) && error.family === 'source';
}
