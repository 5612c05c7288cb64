/**
 * What happened, in the order of the ledger: of everything, of one repository, in a period, or by and about one person.
 * Of a person it lists as well what the account of this machine claimed in that person’s name, and says so.
 */
import { isSameName } from '../../decide/people.ts';
import { Refusal } from '../../errors.ts';
import { leafHash } from '../../tlog/tree.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import { printable } from '../../tuf/names.ts';
import type { AnyEvent } from '../../ledger/events/leaf.ts';
import { type Listener, renewalsOf } from '../chronicle.ts';
import { describe, type Described, inWords } from '../describe.ts';
import { type EntryRef, entryRef, inquire, type Inquiry } from '../inquiry.ts';
import type { NamedPerson } from '../people.ts';
import { type AuditedRecord, opened } from '../record.ts';
import { timesOf, type Times } from '../times.ts';

export interface TimelineQuestion {
  readonly repository?: string | undefined;
  readonly from?: Date | undefined;
  /** The first moment that does not belong to it. */
  readonly to?: Date | undefined;
  /** A name or a pseudonym. */
  readonly person?: string | undefined;
  /** Timestamps as well, which are most of the ledger. */
  readonly withRenewals?: boolean | undefined;
}

export interface TimelineAnswer {
  readonly entries: readonly TimelineEntry[];
  /** Timestamps that fit and are not listed. */
  readonly renewals_left_out: number;
}

export interface TimelineEntry extends EntryRef {
  readonly type: string;
  readonly times: Times;
  readonly actor: NamedPerson;
  readonly repository: string | undefined;
  readonly import: number | undefined;
  readonly generation: number | undefined;
  readonly ticket: string | undefined;
  /** Opened where it is still there. */
  readonly reason: string | undefined;
  readonly what: string;
  /** Whether the person is only named by the account of this machine, unsigned. */
  readonly claimed_only: boolean;
}

export function timeline(record: AuditedRecord, question: TimelineQuestion): TimelineAnswer {
  const noted: { event: AnyEvent; ref: EntryRef }[] = [];
  const listener: Listener = (event, leaf) => {
    if (isWithin(event.at, question)) noted.push({ event, ref: entryRef(leaf) });
  };
  const inquiry = inquire(record, listener);
  let leftOut = 0;
  for (const event of renewalsOf(record, inquiry.chronicle)) {
    const { repository } = event.body;
    if (!isWithin(event.at, question) || (question.repository ?? repository) !== repository) continue;
    if (question.person !== undefined) continue;
    if (question.withRenewals === true)
      noted.push({ event, ref: entryRef({ index: event.n, hash: encodeHex(leafHash(event.leaf)) }) });
    else leftOut++;
  }
  const entries = noted
    .sort((one, other) => one.event.n - other.event.n)
    .flatMap(({ event, ref }) => entryOf(inquiry, event, ref, question) ?? []);
  const { person } = question;
  if (person !== undefined && entries.length === 0 && inquiry.names.find(person) === undefined)
    throw new Refusal('USAGE_UNKNOWN_OPERATOR', `Nobody was ever called “${printable(person, 80)}” here.`);
  return { entries, renewals_left_out: leftOut };
}

function isWithin(at: Date, { from, to }: TimelineQuestion): boolean {
  return (from === undefined || at >= from) && (to === undefined || at < to);
}

function entryOf(
  inquiry: Inquiry,
  event: AnyEvent,
  ref: EntryRef,
  { repository, person }: TimelineQuestion,
): TimelineEntry | undefined {
  const described = describe(event);
  const { names, record } = inquiry;
  if (repository !== undefined && described.repository !== repository) return undefined;
  const account = accountOf(event, inquiry);
  const isClaimed = person !== undefined && account !== undefined && isSameName(account, person);
  if (person !== undefined && !isClaimed && !isTouched(described, names.find(person))) return undefined;
  return {
    ...ref,
    ...{ type: event.type, times: timesOf(event, inquiry.witnessed), actor: names.of(event.actor) },
    ...{ repository: described.repository, import: described.import, generation: described.generation },
    ...{ ticket: described.ticket, reason: opened(record.sealed, described.reason) },
    what: inWords(described, (actor) => names.shown(actor)),
    claimed_only: isClaimed && !isTouched(described, names.find(person)),
  };
}

function isTouched({ actors }: Described, actor: string | undefined): boolean {
  return actor !== undefined && actors.includes(actor);
}

/** Who the account of this machine said it was. */
function accountOf(event: AnyEvent, { record }: Inquiry): string | undefined {
  if (event.type !== 'import.claimed') return undefined;
  return opened(record.sealed, event.body.statement.importer.account);
}
