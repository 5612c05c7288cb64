/**
 * Proofs as files (C2SP tlog-proof, `@v1`, `.tlog-proof`): index, inclusion proof and checkpoint in one text that can be
 * verified offline, years later.
 *
 * A proof is about a leaf hash and not about a thing. Whoever verifies computes the hash from the exact bytes that the
 * question is about; one taken from the proof, from `extra` or from an index answers another question (T-03, A-05).
 */
import { Refusal } from '../errors.ts';
import { decodeBase64 } from '../tuf/encoding.ts';
import { printable } from '../tuf/names.ts';
import { openCheckpoint, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { LONGEST_PROOF, verifyInclusion } from './inclusion.ts';
import { type NoteKey, openNote } from './note.ts';
import { type Hash, HASH_BYTES, isTreeSize } from './tree.ts';
import { encodeBase64, readDecimal, readHash, readText, refuseFormat } from './wire.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

export interface LogProof {
  /** Of the leaf. */
  readonly index: number;
  /** The inclusion proof: the sibling of the leaf first. */
  readonly hashes: readonly Hash[];
  /** The note, verbatim, with all its cosignatures. */
  readonly checkpoint: string;
  /** Not empty. Signed by NOBODY: anything can be here, in a proof that verifies (T-03). */
  readonly extra?: Uint8Array;
}

/** The text of a `.tlog-proof` file. @throws RangeError or TRUST_LOG_FORMAT when it could not be read back */
export function formatProof({ index, hashes, checkpoint, extra }: LogProof): string {
  const isProof = hashes.length <= LONGEST_PROOF && hashes.every(({ length }) => length === HASH_BYTES);
  if (!isTreeSize(index) || !isProof || extra?.length === 0) {
    throw new RangeError('A proof has an index, at most 63 hashes, and no empty extra.');
  }
  requireCheckpoint(checkpoint);
  return [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${String(index)}`,
    ...hashes.map(encodeBase64),
    '',
    checkpoint,
  ].join('\n');
}

/** Takes a proof apart; nothing of it is verified. @throws TRUST_LOG_FORMAT */
export function parseProof(sent: Uint8Array | string): LogProof {
  const text = readText(sent, 'The proof');
  const end = text.indexOf('\n\n');
  if (end < 0) refuseFormat('The proof has no empty line before a checkpoint.');
  const [first, ...lines] = text.slice(0, end).split('\n');
  if (first !== FIRST_LINE) refuseFormat(`The proof does not begin with “${FIRST_LINE}”.`);
  const extra = lines[0]?.startsWith('extra ') === true ? readExtra(lines.shift()) : undefined;
  const [indexLine = '', ...hashLines] = lines;
  if (!indexLine.startsWith('index ')) refuseFormat(`“${printable(indexLine, 60)}” stands where the index must.`);
  if (hashLines.length > LONGEST_PROOF) refuseFormat(`The proof has more than ${LONGEST_PROOF} hashes.`);
  const checkpoint = text.slice(end + 2);
  requireCheckpoint(checkpoint);
  return {
    index: readDecimal(indexLine.slice('index '.length), 'The index in the proof'),
    hashes: hashLines.map((line) => readHash(line, 'A line of the proof')),
    checkpoint,
    ...(extra === undefined ? {} : { extra }),
  };
}

/** Of which log, and signed by whom, is not asked here. */
function requireCheckpoint(note: string): void {
  parseCheckpoint(openNote(note).body);
}

function readExtra(line = ''): Uint8Array {
  const extra = decodeBase64(line.slice('extra '.length));
  return extra === undefined || extra.length === 0 ? refuseFormat('The extra of the proof is not base64.') : extra;
}

/**
 * That this leaf is in the log, at the proof’s index.
 * @param leaf computed by the caller, from the bytes that the question is about
 * @returns the checkpoint, signed by the log; whether enough witnesses saw it, `countWitnesses` says
 * @throws TRUST_LOG_FORMAT, TRUST_LOG_SIGNATURE for the checkpoint; TRUST_LOG_PROOF when the leaf is not shown to be in it
 */
export function verifyProof(proof: LogProof, leaf: Hash, logKey: NoteKey): SignedCheckpoint {
  const checkpoint = openCheckpoint(proof.checkpoint, logKey);
  if (!verifyInclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)) {
    const place = `leaf ${proof.index} of the ${checkpoint.size} of ${printable(checkpoint.origin, 80)}`;
    throw new Refusal('TRUST_LOG_PROOF', `This is not shown to be ${place}.`, {
      details: { index: proof.index, size: checkpoint.size },
    });
  }
  return checkpoint;
}
