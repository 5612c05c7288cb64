/** Which entries an export is of: a stretch of the ledger, all of it under the newest checkpoint that was shown. */
import { Refusal } from '../../errors.ts';
import { released } from '../../ledger/checkpoints.ts';
import type { Database } from '../../platform/database.ts';
import { parseCheckpoint } from '../../tlog/checkpoint.ts';
import { openNote } from '../../tlog/note.ts';
import { formatDate } from '../../tuf/dates.ts';

export interface Stretch {
  /** The first entry, and the first that is not part of it. */
  readonly from: number;
  readonly to: number;
  readonly checkpoint: Shown;
}

interface Shown {
  readonly origin: string;
  readonly size: number;
  /** Base64, as in the note. */
  readonly root: string;
  readonly note: string;
}

export interface Period {
  readonly from?: Date | undefined;
  /** The first moment that does not belong to it. */
  readonly to?: Date | undefined;
}

/**
 * From the first entry of the period to the last, by the times that entries bear.
 * @throws STATE_WITNESSES while no checkpoint was shown
 */
export function stretchOf(database: Database, period: Period): Stretch {
  const newest = released(database);
  if (!newest) throw new Refusal('STATE_WITNESSES', 'No checkpoint was shown yet.');
  const { body } = openNote(newest.note);
  const { origin } = parseCheckpoint(body);
  const checkpoint = { origin, size: newest.size, root: body.split('\n')[2] ?? '', note: newest.note };
  const first = period.from && place(database, 'MIN(idx)', '>=', period.from);
  const last = period.to && place(database, 'MAX(idx)', '<', period.to);
  const from = period.from === undefined ? 0 : (first ?? newest.size);
  const to = period.to === undefined ? newest.size : Math.min(newest.size, (last ?? -1) + 1);
  return { from, to: Math.max(from, to), checkpoint };
}

function place(database: Database, pick: 'MIN(idx)' | 'MAX(idx)', than: '>=' | '<', at: Date): number | undefined {
  const row = database.one(`SELECT ${pick} AS idx FROM log_entry WHERE body ->> '$.at' ${than} ?`, formatDate(at));
  return typeof row?.['idx'] === 'number' ? row['idx'] : undefined;
}

/** The exact text of each entry. */
export function* entriesIn(database: Database, { from, to }: Stretch): Generator<{ index: number; body: string }> {
  for (let next = from; next < to; next += 2000) {
    const rows = database.all(
      'SELECT idx, body FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx',
      next,
      Math.min(to, next + 2000),
    );
    for (const { idx, body } of rows) yield { index: Number(idx), body: String(body) };
  }
}
