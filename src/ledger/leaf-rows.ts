/**
 * What trust begins with, enrolments and what imports brought, read from leaves: a row only says which leaf, and a row that
 * leads to the leaf of something else is refused (S-10).
 */
import { Refusal } from '../errors.ts';
import type { Database, Row } from '../platform/database.ts';
import { type AnyEvent, decodeLeaf } from './events/leaf.ts';
import type { ImportObservation } from './events/statements.ts';
import { leafBytes } from './log-rows.ts';
import { asEnrolment, type Enrolment, type Retired } from './records.ts';

/** @param row with `id` and `entry` of the table `repository` */
export function enrolmentIn(database: Database, row: Row): Enrolment {
  const id = String(row['id']);
  const event = eventIn(database, row['entry']);
  if (event.type !== 'upstream.enrol' || event.body.repository !== id) return refuseRow('repository', id, event.n);
  const sql = 'SELECT DISTINCT entry FROM repository_limit WHERE repository = ? ORDER BY entry';
  const raised = database.all(sql, id).map(({ entry }) => {
    const set = eventIn(database, entry);
    return set.type === 'limits.set' && set.body.repository === id
      ? set.body.limits
      : refuseRow('repository_limit', id, set.n);
  });
  const limits = Object.assign({}, ...raised) as Readonly<Record<string, number>>;
  return asEnrolment(event, limits, retirementIn(database, id));
}

function retirementIn(database: Database, id: string): Retired | undefined {
  const entry = database.one('SELECT entry FROM retirement WHERE repository = ?', id)?.['entry'];
  if (entry === undefined) return undefined;
  const { type, body, at, n } = eventIn(database, entry);
  return type === 'upstream.retire' && body.repository === id
    ? { import: body.import, at }
    : refuseRow('retirement', id, n);
}

/** What the server stated about an import. @throws USAGE_UNKNOWN_IMPORT, STATE_LEDGER for a row that leads elsewhere */
export function observationIn(database: Database, number: number): { readonly statement: ImportObservation } {
  const entry = database.one('SELECT entry FROM import WHERE number = ?', number)?.['entry'];
  if (entry === undefined)
    throw new Refusal('USAGE_UNKNOWN_IMPORT', `There is no import ${number}.`, { details: { import: number } });
  const event = eventIn(database, entry);
  const isSeen = event.type === 'import.verified' || event.type === 'import.rejected';
  return isSeen && event.body.statement.import_id === number
    ? event.body
    : refuseRow('import', String(number), event.n);
}

function eventIn(database: Database, entry: Row[string] | undefined): AnyEvent {
  return decodeLeaf(leafBytes(database, Number(entry)), Number(entry));
}

function refuseRow(table: string, row: string, entry: number): never {
  throw new Refusal(
    'STATE_LEDGER',
    `The row ${row} of the table ${table} names entry ${entry}, which is about something else.`,
    { details: { table, row, entry } },
  );
}
