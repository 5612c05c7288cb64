/** From when until when each generation was what clients were given: from the leaves of its timestamps, all of them. */
import type { LedgerEvent } from '../ledger/events/leaf.ts';
import { type Chronicle, renewalsOf } from './chronicle.ts';
import type { AuditedRecord } from './record.ts';

type Renewal = LedgerEvent<'serve.timestamp'>;

export interface ServedPeriod {
  readonly repository: string;
  readonly generation: number;
  /** The leaf of its first timestamp. */
  readonly first: Renewal;
  /** The leaf of its newest timestamp. */
  last: Renewal;
  timestamps: number;
  /** The first timestamp of the generation after it; undefined while it is served. */
  until: Renewal | undefined;
}

/** By repository, in the order in which they were served. @throws STATE_LEDGER when the index of types was altered */
export function servedPeriods(
  record: Pick<AuditedRecord, 'database'>,
  chronicle: Chronicle,
  listener: (event: Renewal) => void = () => undefined,
): ReadonlyMap<string, readonly ServedPeriod[]> {
  const periods = new Map<string, ServedPeriod[]>();
  for (const event of renewalsOf(record, chronicle)) {
    listener(event);
    const { repository, generation } = event.body;
    const own = periods.get(repository) ?? [];
    periods.set(repository, own);
    const current = own.at(-1);
    if (current?.generation === generation) {
      current.last = event;
      current.timestamps++;
      continue;
    }
    if (current) current.until = event;
    own.push({ repository, generation, first: event, last: event, timestamps: 1, until: undefined });
  }
  return periods;
}
