/** What every question needs: the verified ledger, who people are, what witnesses vouch for, and what imports list. */
import type { LeafRef } from '../ledger/events/statements.ts';
import { formatDate } from '../tuf/dates.ts';
import { type Chronicle, type Listener, readChronicle } from './chronicle.ts';
import { Listings } from './listings.ts';
import { PeopleNames } from './people.ts';
import type { AuditedRecord } from './record.ts';
import { type Times, WitnessTimes, witnessKeys } from './times.ts';

export interface Inquiry {
  readonly record: AuditedRecord;
  readonly chronicle: Chronicle;
  readonly names: PeopleNames;
  readonly witnessed: WitnessTimes;
  readonly listings: Listings;
}

/** A leaf as answers name it. */
export interface EntryRef {
  readonly entry: number;
  readonly leaf_hash: string;
}

/** @throws STATE_LEDGER for a ledger that is not what was appended */
export function inquire(record: AuditedRecord, ...listeners: Listener[]): Inquiry {
  const chronicle = readChronicle(record, ...listeners);
  // Whoever was a witness once is believed about what it cosigned: losing the vote later does not unsay it.
  const policies = chronicle.told('witnesses.set').map(({ event }) => event.body.text);
  return {
    ...{ record, chronicle, names: new PeopleNames(chronicle.rules, record.sealed) },
    ...{ witnessed: new WitnessTimes(record.database, witnessKeys(policies)), listings: new Listings(record.reader) },
  };
}

export function entryRef({ index, hash }: LeafRef): EntryRef {
  return { entry: index, leaf_hash: hash };
}

/** The three times of a leaf, by what is known of it. */
export function timesAt(
  { witnessed }: Pick<Inquiry, 'witnessed'>,
  leaf: { readonly index: number; readonly at: Date },
  claimed_at?: string,
): Times {
  const seen = witnessed.of(leaf.index);
  return { claimed_at, received_at: formatDate(leaf.at), witnessed_at: seen && formatDate(seen) };
}
