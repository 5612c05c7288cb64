/**
 * Which import a new root comes with. A ceremony is held for what waits for it, and must not publish something else on the
 * way: what people have not agreed to, or have just taken back.
 */
import { isRefusal, Refusal } from '../errors.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { type Asking, authorise, requireAutomatic } from './authority.ts';

/**
 * @param wanted by somebody who said so
 * @throws STATE_NOTHING_PUBLISHED before the first import, USAGE_UNKNOWN_IMPORT for one that has nothing to publish
 */
export function importForRoot(asking: Asking, repository: RepositoryId, wanted?: number): number {
  const { reader, log } = asking;
  if (wanted !== undefined) return requireAccepted(asking, repository, wanted);
  // Whatever came in or was decided besides its end, nothing else can be public.
  const final = log.state.retirements.of(repository)?.import;
  if (final !== undefined) return final;
  const last = reader.lastAccepted(repository)?.number;
  if (last === undefined) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has no accepted import.`);
  const current = log.state.imports.current(repository);
  const taken = log.state.exceptions.withdrawals().findLast((one) => one.repository === repository);
  if (taken && taken.index > (current?.index ?? -1)) return taken.toImport;
  // Nothing is public yet: the first root may be signed while people are still reading.
  if (!current) return last;
  return isReady(asking, repository, last) ? last : current.statement.import_id;
}

function isReady(asking: Asking, repository: RepositoryId, number: number): boolean {
  try {
    authorise(asking, repository, number);
    requireAutomatic(asking, repository, number);
    return true;
  } catch (error) {
    // Its root can be renewed meanwhile; whoever publishes it hears why it waits.
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** An import with content of its own. @throws USAGE_UNKNOWN_IMPORT */
export function requireAccepted({ reader }: Pick<Asking, 'reader'>, repository: RepositoryId, number: number): number {
  const record = reader.import(number);
  const refuse = (what: string, next: string): never => {
    throw new Refusal('USAGE_UNKNOWN_IMPORT', what, { details: { repository, import: number }, next });
  };
  if (record.repository !== repository)
    refuse(`Import ${number} is of ${record.repository}, not of ${repository}.`, 'See `countersign imports`.');
  if (record.outcome === 'refused')
    refuse(`Import ${number} was refused (${String(record.code)}): there is nothing in it.`, 'Import again.');
  if (record.outcome === 'accepted') return number;
  const bringer = reader
    .imports(repository, Number.MAX_SAFE_INTEGER)
    .find((one) => one.outcome === 'accepted' && one.candidate === record.candidate && one.number < number);
  return refuse(
    `Import ${number} brought nothing new.`,
    `It is import ${String(bringer?.number ?? '')} that holds this state.`,
  );
}
