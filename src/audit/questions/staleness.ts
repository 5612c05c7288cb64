/** How stale upstream was at each publication: how long before or after the expiry of upstream’s own timestamp. */
import { timeOf } from '../../gate/times.ts';
import { entryRef, type EntryRef, type Inquiry, timesAt } from '../inquiry.ts';
import type { Times } from '../times.ts';

export interface StalenessAnswer {
  readonly publications: readonly StalePublication[];
}

export interface StalePublication extends EntryRef {
  readonly repository: string;
  readonly generation: number;
  readonly import: number;
  readonly times: Times;
  /** Until then upstream vouched for it. */
  readonly as_of: string;
  /** Seconds since as-of when it was imported, and when it was published; negative while upstream still vouched for it. */
  readonly age_at_import: number;
  readonly age_at_publish: number;
}

export function staleness(inquiry: Inquiry, repository?: string): StalenessAnswer {
  const { publications, rules } = inquiry.chronicle;
  return {
    publications: publications.flatMap((publication): StalePublication[] => {
      const { repo_id, generation, import_id } = publication.statement;
      const observation = rules.imports.get(import_id)?.observation;
      if (!observation?.as_of || (repository !== undefined && repo_id !== repository)) return [];
      const asOf = timeOf(observation.as_of.timestamp_expires);
      const age = (at: number): number => Math.floor((at - asOf) / 1000);
      return [
        {
          ...entryRef(publication),
          ...{ repository: repo_id, generation, import: import_id, times: timesAt(inquiry, publication) },
          as_of: observation.as_of.timestamp_expires,
          age_at_import: observation.upstream_age ?? age(timeOf(observation.verified_at)),
          age_at_publish: age(publication.at.getTime()),
        },
      ];
    }),
  };
}
