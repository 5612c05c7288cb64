/**
 * One event as the exact bytes of its leaf, and back. The bytes are the evidence: nothing has to be canonicalised to
 * check them. They are written as RFC 8785 has it (sorted ASCII names, integers), so that others can write them, too.
 *
 * Each leaf carries its own index (a leaf moved elsewhere contradicts itself) and sixteen random bytes (a hash shown in
 * public lets nobody guess what it stands for).
 */
import { Refusal } from '../../errors.ts';
import { formatDate } from '../../tuf/dates.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Sha256 } from '../../tuf/names.ts';
import { actor, count, digest, members, nonce, oneOf, orNull, problemOf, text, time } from './shapes.ts';
import { type EventBody, EVENTS, type EventType } from './types.ts';

export interface LedgerEvent<Type extends EventType = EventType> {
  /** The index of its leaf. */
  readonly n: number;
  readonly type: Type;
  readonly mirrorId: string;
  readonly at: Date;
  /** `local`, a pseudonym, or `system:<job>`. */
  readonly actor: string;
  /** Leaf hash of the event that led to this one. */
  readonly cause: string | null;
  readonly nonce: string;
  readonly body: EventBody<Type>;
}

/** An event of any type, told apart by `type`. */
export type AnyEvent = { [Type in EventType]: LedgerEvent<Type> }[EventType];

/** An entry must fit into a length of 16 bits (C2SP tlog-tiles). */
export const MOST_LEAF_BYTES = 65_535;

const ENVELOPE = members({
  actor,
  at: time,
  body: { schema: { type: 'object' } },
  cause: orNull(digest),
  mirror_id: nonce,
  n: count,
  nonce,
  schema: oneOf('countersign-event/1'),
  type: text(64),
});

/** @throws RangeError for a body that is not of its type or too large: a bug, or something a stranger chose slipped in */
export function encodeLeaf(event: AnyEvent): Buffer {
  const { n, type, body, mirrorId, at, actor: who, cause, nonce: drawn } = event;
  const leaf = {
    ...{ schema: 'countersign-event/1', n, type, mirror_id: mirrorId, at: formatDate(at), actor: who, cause },
    ...{ nonce: drawn, body },
  };
  const problem = problemOf(leaf, ENVELOPE) ?? problemOf(body, EVENTS[type]);
  if (problem !== undefined) throw new RangeError(`the event ${type} is not of its shape: ${problem}`);
  const bytes = Buffer.from(canonicalText(leaf), 'utf8');
  if (bytes.length > MOST_LEAF_BYTES) throw new RangeError(`the event ${type} has ${bytes.length} bytes`);
  return bytes;
}

/** @throws STATE_LEDGER for bytes that are no leaf of this program, or one of another place */
export function decodeLeaf(bytes: Uint8Array, index: number): AnyEvent {
  const refuse = (what: string): never => {
    throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger ${what}.`, { details: { entry: index } });
  };
  let leaf: RawLeaf;
  try {
    leaf = JSON.parse(Buffer.from(bytes).toString('utf8')) as RawLeaf;
  } catch {
    return refuse('is not JSON');
  }
  if (problemOf(leaf, ENVELOPE) !== undefined) refuse('is not an event');
  if (leaf.n !== index) refuse(`says that it is entry ${leaf.n}`);
  if (!Object.hasOwn(EVENTS, leaf.type)) refuse('is of a type that this version does not know');
  const problem = problemOf(leaf.body, EVENTS[leaf.type]);
  if (problem !== undefined) refuse(`is not what its type must be: ${problem}`);
  const { n, type, at, cause, nonce: drawn, body } = leaf;
  // The shape was checked against the type just above.
  return {
    n,
    type,
    mirrorId: leaf.mirror_id,
    at: new Date(at),
    actor: leaf.actor,
    cause,
    nonce: drawn,
    body,
  } as AnyEvent;
}

interface RawLeaf {
  readonly n: number;
  readonly type: EventType;
  readonly mirror_id: string;
  readonly at: string;
  readonly actor: string;
  readonly cause: string | null;
  readonly nonce: string;
  readonly body: object;
}

/** RFC 8785 for what events consist of: ASCII member names, integers, text, lists. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText((value as Record<string, unknown>)[name])}`).join(',')}}`;
}

export function canonicalBytes(value: object): Buffer {
  return Buffer.from(canonicalText(value), 'utf8');
}

/** The digest of a statement’s canonical form: what a signature of it covers. */
export function statementDigest(statement: object): Sha256 {
  return sha256(canonicalBytes(statement));
}
