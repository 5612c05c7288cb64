/**
 * The verified ledger, told from its first leaf: every leaf hashed, the rules folded, and each publication judged once more
 * by the rules as they were at its leaf. Whatever an answer says of people, times and publications comes from here, and
 * from no table: whoever edits a table changes no answer.
 */
import { RULES } from '../gate/fold.ts';
import type { Rules } from '../gate/rules.ts';
import { Refusal } from '../errors.ts';
import { type AnyEvent, decodeLeaf, type LedgerEvent } from '../ledger/events/leaf.ts';
import type { LeafRef } from '../ledger/events/statements.ts';
import type { EventType } from '../ledger/events/types.ts';
import { VerifiedLog } from '../ledger/verified-log.ts';
import type { Database } from '../platform/database.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { type JudgedPublication, judgePublication } from './publications.ts';
import { type AuditedRecord, opened } from './record.ts';

export interface Chronicle {
  readonly rules: Rules;
  /** Leaves, and the root over them. */
  readonly size: number;
  readonly rootSha256: string;
  readonly publications: readonly JudgedPublication[];
  /** Leaves that are renewals: the pass over all of them counted so many. */
  readonly renewals: number;
  /** Commitment or digest → the leaf that says that it was erased. */
  readonly redactions: ReadonlyMap<string, LeafRef>;
  /** Of what the rules do not keep, and answers need. */
  told<Type extends KeptType>(type: Type): readonly Told<Type>[];
}

/** An event with its leaf. */
export interface Told<Type extends EventType = EventType> {
  readonly event: LedgerEvent<Type>;
  readonly leaf: LeafRef;
}

const KEPT = ['upstream.enrol', 'root.issued', 'equivocation', 'witnesses.set', 'recovery'] as const;
type KeptType = (typeof KEPT)[number];

/** Told of each leaf but renewals, before it takes effect: the rules are those that it was judged by. */
export type Listener = (event: AnyEvent, leaf: LeafRef, rules: Rules) => void;

interface State {
  readonly rules: Rules;
  readonly publications: JudgedPublication[];
  readonly redactions: Map<string, LeafRef>;
  readonly kept: Told[];
  renewals: number;
}

/** @throws STATE_LEDGER for a ledger that is not what was appended; `audit verify` names everything that is wrong */
export function readChronicle(record: AuditedRecord, ...listeners: Listener[]): Chronicle {
  const { database, sealed } = record;
  const erased = erasedDigests(database);
  const look = { signatures: (digest: string) => opened(sealed, digest), isErased: (one: string) => erased.has(one) };
  const log = new VerifiedLog<State>({
    start: () => ({ rules: RULES.start(), publications: [], redactions: new Map(), kept: [], renewals: 0 }),
    apply(state, event, hash) {
      const leaf = { index: event.n, hash };
      state.rules.check(event);
      if (event.type === 'publish') state.publications.push(judgePublication(state.rules, event, leaf, look));
      if (event.type === 'redaction') state.redactions.set(event.body.commitment, leaf);
      if ((KEPT as readonly string[]).includes(event.type)) state.kept.push({ event, leaf });
      for (const listener of listeners) listener(event, leaf, state.rules);
      state.rules.apply(event, hash);
    },
    skip(state) {
      state.rules.skip();
      state.renewals++;
    },
  });
  log.catchUp(database);
  const { rules, publications, redactions, renewals, kept } = log.state;
  // Read ahead by an index of the table: were it another list, erased signatures would have been judged by it.
  if ([...erased].some((digest) => !redactions.has(digest)))
    throw new Refusal('STATE_LEDGER', 'The ledger’s index lists erasures that no entry states.');
  const told = <Type extends KeptType>(type: Type): Told<Type>[] =>
    kept.filter((one): one is Told<Type> => one.event.type === type);
  return { rules, size: log.size, rootSha256: encodeHex(log.root()), publications, redactions, renewals, told };
}

function erasedDigests(database: Database): Set<string> {
  return new Set([...eventsOf(database, 'redaction')].map(({ body }) => body.commitment));
}

/** An event with the exact bytes of its leaf. */
export type StoredEvent<Type extends EventType> = LedgerEvent<Type> & { readonly leaf: Buffer };

/** Leaves of one type, by the index of types. Authentic only where a chronicle of the same state was read. */
export function* eventsOf<Type extends AnyEvent['type']>(database: Database, type: Type): Generator<StoredEvent<Type>> {
  for (let next = 0; ;) {
    const rows = database.all(
      'SELECT idx, body FROM log_entry WHERE type = ? AND idx >= ? ORDER BY idx LIMIT 5000',
      type,
      next,
    );
    for (const { idx, body } of rows) {
      const leaf = Buffer.from(String(body), 'utf8');
      yield { ...(decodeLeaf(leaf, Number(idx)) as LedgerEvent<Type>), leaf };
      next = Number(idx) + 1;
    }
    if (rows.length < 5000) return;
  }
}

/**
 * Every timestamp that was made public, in order.
 * @throws STATE_LEDGER when the index of types has another number of them than the leaves
 */
export function* renewalsOf(
  { database }: Pick<AuditedRecord, 'database'>,
  { renewals }: Chronicle,
): Generator<StoredEvent<'serve.timestamp'>> {
  let count = 0;
  for (const event of eventsOf(database, 'serve.timestamp')) {
    count++;
    yield event;
  }
  // Each index comes once and every such leaf was counted: an equal number is the same set.
  if (count !== renewals)
    throw new Refusal('STATE_LEDGER', `The ledger’s index lists ${count} timestamps, and its entries are ${renewals}.`);
}
