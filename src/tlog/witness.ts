/**
 * Talking with witnesses (C2SP tlog-witness 1.0.0) as values: requests and answers, without the connection between them.
 *
 * Both sides are here. What a witness answers is believed by neither its status nor its words: a cosignature counts when it
 * verifies, and a size is only the size to prove from.
 */
import { createHash } from 'node:crypto';
import { isRefusal, type Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { type ParsedCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { verifyConsistency } from './consistency.ts';
import { LONGEST_PROOF } from './inclusion.ts';
import { type Note, type NoteKey, openNote, parseSignature, signaturesOf, verifyNote } from './note.ts';
import { type Hash, isTreeSize } from './tree.ts';
import { encodeBase64, parseDecimal, readDecimal, readHash, readText, refuseFormat } from './wire.ts';

/** The media type of a conflict’s body. */
export const SIZE_TYPE = 'text/x.tlog.size';

/** The path of a witness’s copy of a log’s checkpoint, below its monitoring prefix. */
export function monitorPath(origin: string): string {
  return `${createHash('sha256').update(origin).digest('hex')}/checkpoint`;
}

/**
 * The body of `POST <prefix>/add-checkpoint`.
 * @param oldSize the size that the witness knows; 0 to learn it
 * @param proof of consistency from there to the checkpoint
 * @param note the signed checkpoint
 */
export function addCheckpointRequest(oldSize: number, proof: readonly Hash[], note: string): string {
  if (!isTreeSize(oldSize) || proof.length > LONGEST_PROOF) {
    throw new RangeError('A request has an old size and at most 63 hashes.');
  }
  return `old ${String(oldSize)}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${note}`;
}

export type WitnessAnswer =
  /** Signature lines, without newlines; each counts when it verifies. */
  | { readonly kind: 'cosigned'; readonly lines: readonly string[] }
  /** The witness knows this size. Larger than the log’s own means that the log lost entries (S-06). */
  | { readonly kind: 'conflict'; readonly size: number }
  /** One line for people, without control characters. */
  | { readonly kind: 'refused'; readonly why: string };

/** What came back, whatever it was; never throws. */
export function readWitnessAnswer(
  status: number,
  contentType: string | undefined,
  sent: Uint8Array | string,
): WitnessAnswer {
  if (status === 200) return readCosignatures(sent);
  const body = Buffer.from(sent).toString('utf8');
  if (status === 409 && mediaType(contentType) === SIZE_TYPE && body.endsWith('\n')) {
    const size = parseDecimal(body.slice(0, -1));
    if (size !== undefined) return { kind: 'conflict', size };
  }
  const words = printable(body.trim().split('\n', 1)[0] ?? '', 200);
  return { kind: 'refused', why: words === '' ? `status ${status}` : `status ${status}: ${words}` };
}

function mediaType(contentType = ''): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function readCosignatures(sent: Uint8Array | string): WitnessAnswer {
  try {
    const lines = readText(sent, 'The answer').split('\n');
    if (lines.pop() !== '' || lines.length === 0) refuseFormat('The answer is not made of lines.');
    return { kind: 'cosigned', lines: lines.map((line) => parseSignature(line).line) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { kind: 'refused', why: error.what };
  }
}

/** What a witness remembers of a log: its key, and the largest checkpoint that it cosigned; size 0 before the first. */
export interface WitnessedLog {
  readonly key: NoteKey;
  readonly size: number;
  readonly root: Hash;
}

export type Judgement =
  /** To be remembered first, in one step with the comparison of sizes, and cosigned then; `logLines` are the log’s own. */
  | { readonly status: 200; readonly checkpoint: ParsedCheckpoint; readonly logLines: readonly string[] }
  | { readonly status: 409; readonly contentType: typeof SIZE_TYPE; readonly body: string }
  | { readonly status: 400 | 403 | 404 | 422; readonly why: string };

/**
 * What a witness answers to a request, if nothing has changed in between.
 * @param request the body that was sent
 * @param known by origin
 */
export function judgeAddCheckpoint(request: Uint8Array | string, known: ReadonlyMap<string, WitnessedLog>): Judgement {
  const read = attempt(() => readRequest(request));
  if ('refused' in read) return { status: 400, why: read.refused.what };
  const { oldSize, proof, note, checkpoint } = read.value;
  const log = known.get(checkpoint.origin);
  if (log === undefined) return { status: 404, why: 'The origin is unknown here.' };
  const verified = attempt(() => verifyNote(note, [log.key]));
  if ('refused' in verified) return { status: 403, why: verified.refused.what };
  if (oldSize > checkpoint.size) return { status: 400, why: 'The old size is larger than the checkpoint’s.' };
  if (oldSize !== log.size) return { status: 409, contentType: SIZE_TYPE, body: `${String(log.size)}\n` };
  if (!verifyConsistency(log.size, log.root, checkpoint.size, checkpoint.root, proof)) {
    return { status: 422, why: 'The checkpoint is not shown to be consistent with the last one.' };
  }
  return { status: 200, checkpoint, logLines: signaturesOf(note, log.key).map(({ line }) => line) };
}

interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Hash[];
  readonly note: Note;
  readonly checkpoint: ParsedCheckpoint;
}

/** @throws TRUST_LOG_FORMAT */
function readRequest(sent: Uint8Array | string): AddCheckpoint {
  const text = readText(sent, 'The request');
  const end = text.indexOf('\n\n');
  if (end < 0) refuseFormat('The request has no empty line before a checkpoint.');
  const [first = '', ...hashes] = text.slice(0, end).split('\n');
  if (!first.startsWith('old ')) refuseFormat('The request does not begin with the old size.');
  if (hashes.length > LONGEST_PROOF) refuseFormat(`The request has more than ${LONGEST_PROOF} hashes.`);
  const note = openNote(text.slice(end + 2));
  return {
    oldSize: readDecimal(first.slice('old '.length), 'The old size'),
    proof: hashes.map((hash) => readHash(hash, 'A line of the proof')),
    note,
    checkpoint: parseCheckpoint(note.body),
  };
}

function attempt<T>(read: () => T): { readonly value: T } | { readonly refused: Refusal } {
  try {
    return { value: read() };
  } catch (error) {
    if (isRefusal(error)) return { refused: error };
    throw error;
  }
}
