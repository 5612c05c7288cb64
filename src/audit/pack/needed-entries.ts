/** Which entries a pack needs: of the import, of everybody who said something about it, and of the rules that it went by. */
import type { ImportRecord, Mark, Person } from '../../gate/records.ts';
import { type AnyEvent, decodeLeaf } from '../../ledger/events/leaf.ts';
import { leafBytes } from '../../ledger/log-rows.ts';
import type { Inquiry } from '../inquiry.ts';
import { servedPeriods } from '../serving.ts';

/** An entry with its exact bytes. */
export interface LoggedEntry {
  readonly event: AnyEvent;
  readonly bytes: Uint8Array;
}

/** In the order of the ledger. */
export function neededEntries(inquiry: Inquiry, record: ImportRecord): LoggedEntry[] {
  const { chronicle } = inquiry;
  const marks: (Pick<Mark, 'index'> | undefined)[] = [
    { index: 0 },
    ...chronicle.told('recovery').map(({ leaf }) => leaf),
    ...chronicle
      .told('upstream.enrol')
      .filter(({ event }) => event.body.repository === record.repository)
      .map(({ leaf }) => leaf),
    ...[chronicle.rules.witnesses, record.claim, record.observed, ...record.approvals],
    ...chronicle
      .told('equivocation')
      .filter(({ event }) => event.body.import === record.number)
      .map(({ leaf }) => leaf),
    ...policiesOf(inquiry, record),
    ...published(inquiry, record),
    ...exceptions(inquiry, record),
  ];
  const known = new Set(marks.flatMap((mark) => mark?.index ?? []));
  const people = peopleIn(inquiry, record, read(inquiry, [...known]));
  for (const { index } of people.flatMap(ofPerson)) known.add(index);
  return read(
    inquiry,
    [...known].sort((one, other) => one - other),
  );
}

function read({ record }: Inquiry, indexes: readonly number[]): LoggedEntry[] {
  return indexes.map((index) => {
    const bytes = leafBytes(record.database, index);
    return { event: decodeLeaf(bytes, index), bytes };
  });
}

function policiesOf(
  { chronicle }: Inquiry,
  { repository, published: generations }: ImportRecord,
): (Mark | undefined)[] {
  const { policies } = chronicle.rules;
  return [...generations.map(({ index }) => index), Number.POSITIVE_INFINITY].map(
    (moment) => policies.inForce(repository, moment).set,
  );
}

/** Each publication, with the first and the last timestamp of its generation. */
function published(inquiry: Inquiry, { repository, published: generations }: ImportRecord): Pick<Mark, 'index'>[] {
  const periods = servedPeriods(inquiry.record, inquiry.chronicle).get(repository) ?? [];
  return generations.flatMap((publication) => {
    const period = periods.find(({ generation }) => generation === publication.statement.generation);
    return [publication, ...(period ? [{ index: period.first.n }, { index: period.last.n }] : [])];
  });
}

/** Emergencies and withdrawals, with the signatures under them. */
function exceptions({ chronicle }: Inquiry, { repository, number }: ImportRecord): (Pick<Mark, 'index'> | undefined)[] {
  const { exceptions: made, retirements } = chronicle.rules;
  const opened = made.emergencies().filter((one) => one.repository === repository && one.import === number);
  const back = made.withdrawals().filter((one) => one.repository === repository && one.toImport === number);
  const ended = retirements.of(repository);
  return [
    ...opened.flatMap((one) => [one, one.reviewed, ...one.agreed.signatures]),
    ...back.flatMap((one) => [one, ...one.agreed.signatures]),
    ...(ended?.import === number ? [ended, ...ended.agreed.signatures] : []),
  ];
}

/** Everybody whose statement is among these. */
function peopleIn({ chronicle }: Inquiry, record: ImportRecord, entries: readonly LoggedEntry[]): Person[] {
  const { people } = chronicle.rules;
  const signers = entries.flatMap(({ event }) =>
    event.type === 'change.signed' ? [event.body.statement.signer.actor] : [],
  );
  const actors = [
    record.claim.statement.importer.actor,
    ...record.approvals.map(({ statement }) => statement.approver.actor),
    ...signers,
  ];
  return [...new Set(actors)].flatMap((actor) => people.person(actor) ?? []);
}

function ofPerson({ added, retired, keys }: Person): Mark[] {
  return [added, retired, ...keys.flatMap((key) => [key.added, key.revoked])].filter((mark) => mark !== undefined);
}
