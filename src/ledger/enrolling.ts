/** What may be enrolled beside what is enrolled already. */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import type { Enrolment } from './records.ts';

/**
 * A path names nothing but the repository, or the collection: two under one name would answer for each other (N-04).
 * @throws USAGE_REPOSITORY_EXISTS
 */
export function requireFree(database: Database, { id, collection }: Pick<Enrolment, 'id' | 'collection'>): void {
  const refuse = (what: string): never => {
    throw new Refusal('USAGE_REPOSITORY_EXISTS', what, { details: { repository: id } });
  };
  if (database.one('SELECT id FROM repository WHERE id = ?', id)) refuse(`The repository “${id}” is enrolled already.`);
  if (!collection) return;
  const other = database.one('SELECT id FROM repository WHERE served_as = ?', collection.servedAs)?.['id'];
  if (other !== undefined)
    refuse(`“${collection.servedAs}” is served already: it is the repository “${String(other)}”.`);
}
