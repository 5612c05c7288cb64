/**
 * Whether people agreed to the import that is served: the optional strongest level of step 7. Each approval is a leaf of
 * the log with a person’s own signature over what was approved, and it is tied to what this guard sees by the leaf of the
 * observation that was approved, which names upstream’s snapshot. Whoever holds every key of the mirror can sign, log and publish, and cannot make a person’s
 * signature (M-10, M-14).
 * Source: docs/reference/formats.md, “Approvals”.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import { PURPOSES } from '../../sshsig/namespaces.ts';
import { parseSignature, verifySignature } from '../../sshsig/signature.ts';
import { openCheckpoint, type SignedCheckpoint } from '../../tlog/checkpoint.ts';
import type { NoteKey } from '../../tlog/note.ts';
import { parseProof, verifyProof } from '../../tlog/proof.ts';
import { isSameHash, leafHash } from '../../tlog/tree.ts';
import { parseDate } from '../../tuf/dates.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import { type Json, type JsonObject, parseJson, stringifyJson } from '../../tuf/json.ts';
import type { RepositoryId } from '../../tuf/names.ts';
import { Shape } from '../../tuf/shape.ts';
import type { ApprovalPin } from '../pin/pin.ts';

/** What must have been approved. */
export interface ApprovedState {
  readonly repository: RepositoryId;
  readonly generation: number;
  /** Of upstream’s snapshot file, which stands for everything that upstream lists. */
  readonly upstreamSnapshotSha256: string;
}

/** The log in which the timestamp was found. */
export interface AcceptedLog {
  readonly key: NoteKey;
  /** The note that enough witnesses saw, and that continues the one seen before. */
  readonly checkpoint: string;
}

const FORMAT = 'countersign-approvals/1';
const NONE: ReadonlySet<string> = new Set();

/**
 * @param document what the mirror serves as `approvals.json`
 * @returns how many of the people in the pin approved
 * @throws TRUST_APPROVALS with what was found, TRUST_LOG_PROOF for proofs under another checkpoint (the mirror may have
 *   moved on since the timestamp’s), TRUST_LOG_*, TRUST_JSON, TRUST_MALFORMED
 */
export function requireApprovals(
  pin: ApprovalPin,
  { key, checkpoint }: AcceptedLog,
  state: ApprovedState,
  document: Uint8Array,
): number {
  const log: Log = { key, accepted: openCheckpoint(checkpoint, key) };
  const shape = new Shape(parseJson(document, 'the approvals'), 'The approvals', NONE);
  if (shape.string('schema') !== FORMAT) refuse(`are not in the form ${FORMAT}`);
  const publication = publicationIn(shape.string('publication'), log, state);
  requireSnapshot(shape.string('observation'), log, publication, state);
  const approved = new Set<string>();
  const ignored: string[] = [];
  for (const item of shape.array('approvals')) {
    const one = new Shape(item, 'An approval', NONE);
    const found = keyOf(one, log, publication);
    if (typeof found === 'string') ignored.push(found);
    else if (pin.keys.some(({ material }) => material === found.material)) approved.add(found.material);
    else ignored.push('signed by nobody whom the pin names');
  }
  if (approved.size >= pin.threshold) return approved.size;
  const because = ignored.length === 0 ? '' : ` (not counted: ${ignored.slice(0, 5).join('; ')})`;
  throw new Refusal(
    'TRUST_APPROVALS',
    `${approved.size} of the ${pin.threshold} people that the pin asks for approved this import${because}.`,
    { details: { approved: approved.size, asked: pin.threshold } },
  );
}

interface Log {
  readonly key: NoteKey;
  readonly accepted: SignedCheckpoint;
}

interface Publication {
  readonly repository: string;
  /** Of the log: each of its entries names it. */
  readonly mirrorId: string;
  readonly at: Date;
  readonly importNumber: number;
  readonly observation: string;
  /** `index hash` of each approval that it rests on. */
  readonly approvals: ReadonlySet<string>;
}

/** The log’s entry about the generation that is served. */
function publicationIn(proof: string, log: Log, state: ApprovedState): Publication {
  const { event, mirrorId } = entryOf(proof, log, 'publish');
  const statement = new Shape(new Shape(event.map('body'), 'The publication', NONE).map('statement'), 'It', NONE);
  const evidence = new Shape(statement.map('evidence'), 'Its evidence', NONE);
  const isThis =
    statement.string('repo_id') === state.repository &&
    statement.length('generation') === state.generation &&
    evidence.string('snapshot_sha256') === state.upstreamSnapshotSha256;
  if (!isThis) refuse('are about another publication than the one that is served');
  const at = parseDate(event.string('at')) ?? refuse('are under a publication of no time');
  return {
    repository: state.repository,
    mirrorId,
    at,
    importNumber: statement.length('import_id'),
    observation: refOf(statement.map('observation')),
    approvals: new Set(statement.array('approvals').map((ref) => (ref instanceof Map ? refOf(ref) : ''))),
  };
}

/** People approve what was observed; this guard knows one part of that by its own evidence. */
function requireSnapshot(proof: string, log: Log, publication: Publication, state: ApprovedState): void {
  const { event, ref, mirrorId } = entryOf(proof, log, 'import.verified');
  if (ref !== publication.observation) refuse('are of another import than the one that is served');
  const statement = new Shape(new Shape(event.map('body'), 'The observation', NONE).map('statement'), 'It', NONE);
  const isFromHere = mirrorId === publication.mirrorId && statement.string('repo_id') === state.repository;
  if (!isFromHere) refuse('are of an import of another repository or mirror');
  const asOf = new Shape(statement.map('as_of'), 'Its as-of', NONE);
  if (asOf.string('snapshot_sha256') !== state.upstreamSnapshotSha256)
    refuse('are for another snapshot of upstream’s than the one that is served');
}

/** Whose valid approval this is; a sentence for one that does not count. */
function keyOf(approval: Shape, log: Log, publication: Publication): { readonly material: string } | string {
  const { event, ref, mirrorId } = entryOf(approval.string('proof'), log, 'approval');
  if (!publication.approvals.has(ref)) return 'not among those that the publication rests on';
  if (mirrorId !== publication.mirrorId) return 'in an entry of another mirror';
  const body = new Shape(event.map('body'), 'An approval', NONE);
  const written = body.map('statement');
  const why = whyNotForThis(new Shape(written, 'An approval', NONE), publication);
  if (why !== undefined) return why;
  try {
    // The leaf is canonical, so a member of it written out again is the exact text that was signed.
    const message = Buffer.from(stringifyJson(written), 'utf8');
    // Null where it was erased.
    const armored = approval.object.get('signature');
    if (typeof armored !== 'string') return 'without its signature, which was erased';
    return verifySignature(parseSignature(armored), message, PURPOSES.importApproval);
  } catch (error) {
    if (isRefusal(error)) return error.what;
    throw error;
  }
}

/** Numbers of imports are those of one mirror, and people say for which of its repositories and until when. */
function whyNotForThis(statement: Shape, publication: Publication): string | undefined {
  if (statement.string('mirror_id') !== publication.mirrorId) return 'given on another mirror';
  if (statement.string('repo_id') !== publication.repository) return 'given for another repository';
  const isForThis =
    statement.string('decision') === 'approve' &&
    statement.length('import_id') === publication.importNumber &&
    refOf(statement.map('observation')) === publication.observation;
  if (!isForThis) return 'given for something else';
  return isAfter(statement.object.get('valid_until'), publication.at) ? undefined : 'expired before it was published';
}

/** Null is no end; a text that is no time is none that can be relied on. */
function isAfter(until: Json | undefined, at: Date): boolean {
  if (until === null) return true;
  const end = typeof until === 'string' ? parseDate(until) : undefined;
  return end !== undefined && end > at;
}

interface Entry {
  readonly event: Shape;
  readonly ref: string;
  readonly mirrorId: string;
}

/** An entry of the log as it was accepted, by the proof that it is one. */
function entryOf(text: string, { key, accepted }: Log, type: string): Entry {
  const proof = parseProof(text);
  const entry = proof.extra ?? refuse('lack an entry of the log');
  const hash = leafHash(entry);
  const { size, root } = verifyProof(proof, hash, key);
  // The log’s key alone could have signed it for this guard: what counts is the one that witnesses saw.
  if (size !== accepted.size || !isSameHash(root, accepted.root)) {
    const sizes = `a checkpoint of ${size} entries, and the timestamp’s is under one of ${accepted.size}`;
    throw new Refusal('TRUST_LOG_PROOF', `A proof among the approvals is under ${sizes}.`, {
      details: { size, accepted: accepted.size },
    });
  }
  const event = new Shape(parseJson(entry, 'the log’s entry', 16), 'The log’s entry', NONE);
  if (event.string('type') !== type) refuse(`have another entry of the log in the place of a ${type}`);
  return { event, ref: `${proof.index} ${encodeHex(hash)}`, mirrorId: event.string('mirror_id') };
}

function refOf(ref: JsonObject): string {
  const shape = new Shape(ref, 'A reference to a leaf', NONE);
  return `${shape.length('index')} ${shape.string('hash')}`;
}

function refuse(what: string): never {
  throw new Refusal('TRUST_APPROVALS', `The approvals that the mirror serves ${what}.`);
}
