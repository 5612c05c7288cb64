/** What was being served then: by each repository’s newest timestamp that was in the ledger at that moment. */
import type { LedgerEvent } from '../../ledger/events/leaf.ts';
import type { IssuedRef } from '../../ledger/events/statements.ts';
import { readRolesList } from '../../ledger/lists.ts';
import type { Database } from '../../platform/database.ts';
import { formatDate } from '../../tuf/dates.ts';
import type { Sha256 } from '../../tuf/names.ts';
import { renewalsOf } from '../chronicle.ts';
import { type Inquiry, timesAt } from '../inquiry.ts';
import type { Times } from '../times.ts';
import { publicationDocument, type PublicationDocument } from './import-document.ts';

export interface ServedAtAnswer {
  readonly at: string;
  readonly repositories: readonly ServedThen[];
}

export interface ServedThen {
  readonly repository: string;
  /** Undefined when nothing had been published yet, as everything below. */
  readonly entry: number | undefined;
  readonly generation: number | undefined;
  readonly import: number | undefined;
  readonly times: Times | undefined;
  /** When the first checkpoint over it was shown to others, by this mirror’s clock: clients could see it from then on. */
  readonly released_at: string | undefined;
  /** By the mirror’s own timestamp: clients refused it from then on. */
  readonly expired: boolean | undefined;
  readonly files: readonly ServedFile[];
  readonly publication: PublicationDocument | undefined;
}

export interface ServedFile {
  readonly role: string;
  readonly version: number;
  readonly sha256: string;
  readonly expires: string;
}

type Renewal = LedgerEvent<'serve.timestamp'>;

export function servedAt(inquiry: Inquiry, at: Date, repository?: string): ServedAtAnswer {
  const then = new Map<string, Renewal>();
  for (const event of renewalsOf(inquiry.record, inquiry.chronicle))
    if (event.at.getTime() <= at.getTime()) then.set(event.body.repository, event);
  const enrolled = inquiry.chronicle.told('upstream.enrol').map(({ event }) => event.body.repository);
  const asked = repository === undefined ? enrolled : [repository];
  return {
    at: formatDate(at),
    repositories: asked.map((id) => servedThen(inquiry, id, then.get(id), at)),
  };
}

function servedThen(inquiry: Inquiry, repository: string, event: Renewal | undefined, at: Date): ServedThen {
  const { publications } = inquiry.chronicle;
  const publication = publications.find(
    ({ statement }) => statement.repo_id === repository && statement.generation === event?.body.generation,
  );
  if (!event || !publication) {
    const nothing = { entry: undefined, generation: undefined, import: undefined, times: undefined };
    return { repository, ...nothing, released_at: undefined, expired: undefined, files: [], publication: undefined };
  }
  return {
    ...{ repository, entry: event.n, generation: event.body.generation, import: publication.statement.import_id },
    times: timesAt(inquiry, { index: event.n, at: event.at }),
    released_at: releasedAt(inquiry.record.database, event.n),
    expired: new Date(event.body.timestamp.expires).getTime() <= at.getTime(),
    files: filesOf(inquiry, event, publication.statement.roles_sha256),
    publication: publicationDocument(inquiry, publication, new Map()),
  };
}

function filesOf({ record, chronicle }: Inquiry, { n, body }: Renewal, rolesSha256: string): ServedFile[] {
  const roots = chronicle
    .told('root.issued')
    .filter(({ event }) => event.body.repository === body.repository && event.body.root.version === body.root_version)
    .filter(({ leaf }) => leaf.index < n);
  const root = roots.at(-1)?.event.body.root;
  const roles = readRolesList(record.reader.bytes(rolesSha256 as Sha256));
  return [
    ...(root ? [servedFile('root', root)] : []),
    servedFile('timestamp', body.timestamp),
    servedFile('snapshot', body.snapshot),
    ...roles.map(({ role, version, fileSha256, expires }) =>
      servedFile(role, { version, sha256: fileSha256, expires: formatDate(expires) }),
    ),
  ];
}

function servedFile(role: string, { version, sha256, expires }: Omit<IssuedRef, 'length'>): ServedFile {
  return { role, version, sha256, expires };
}

function releasedAt(database: Database, index: number): string | undefined {
  const row = database.one('SELECT created_at FROM checkpoint WHERE size > ? ORDER BY size LIMIT 1', index);
  return row && String(row['created_at']);
}
