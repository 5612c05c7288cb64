/**
 * Events become rows. This is the only way into the tables below the ledger, for the writer and for the replay alike: what
 * is served and listed is what the leaves say, or the comparison of the two says otherwise (docs/design/ledger.md).
 */
import type { Database, Value } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import type { Sha256 } from '../tuf/names.ts';
import type { AnyEvent, LedgerEvent } from './events/leaf.ts';
import type { IssuedRef } from './events/statements.ts';
import { isStored, readCarriedList, readFilesList, readRolesList } from './lists.ts';

/** The bytes of a list that a leaf names by digest. */
export type ReadFile = (digest: Sha256) => Uint8Array;

/** Inside a transaction: the rows that one event stands for. */
export function project(database: Database, event: AnyEvent, read: ReadFile): void {
  switch (event.type) {
    case 'upstream.enrol':
      enrol(database, event);
      return;
    case 'limits.set':
      for (const [name, value] of Object.entries(event.body.limits))
        insert(database, 'repository_limit', { entry: event.n, repository: event.body.repository, name, value });
      return;
    case 'upstream.retire': {
      const { repository, import: number } = event.body;
      insert(database, 'retirement', { repository, import: number, entry: event.n });
      return;
    }
    case 'import.verified':
    case 'import.rejected':
      imported(database, event, read);
      return;
    case 'approval':
      approved(database, event);
      return;
    case 'publish':
      published(database, event, read);
      return;
    case 'root.issued': {
      const { repository, generation, root } = event.body;
      issued(database, event, { repository, generation, role: 'root', epoch: 0 }, root);
      database.run('UPDATE current SET root_version = ? WHERE repository = ?', root.version, repository);
      return;
    }
    case 'serve.timestamp':
      served(database, event);
      return;
    // Rules, keys and exports are folded where they are needed; they have no rows.
    default:
      return;
  }
}

function enrol(database: Database, { n, at, body }: LedgerEvent<'upstream.enrol'>): void {
  insert(database, 'repository', {
    id: body.repository,
    dialect: body.dialect,
    collection: body.collection?.name ?? null,
    served_as: body.collection?.served_as ?? null,
    upstream: body.upstream,
    root_sha256: body.root_sha256,
    selection: body.selection,
    max_upstream_age_days: body.max_upstream_age_days,
    limits: JSON.stringify(body.limits),
    enrolled_at: formatDate(at),
    entry: n,
  });
}

function imported(
  database: Database,
  event: LedgerEvent<'import.verified'> | LedgerEvent<'import.rejected'>,
  read: ReadFile,
): void {
  const { statement } = event.body;
  const { import_id: number, repo_id: repository } = statement;
  const claim = claimOf(database, statement.claim.index);
  const contentOf = statement.outcome === 'accepted' ? sameContent(database, statement) : null;
  insert(database, 'import', {
    number,
    repository,
    claim_entry: statement.claim.index,
    entry: event.n,
    uri: claim.source.uri,
    place: claim.source.place,
    actor: claim.importer.actor,
    account: claim.importer.account,
    ticket: claim.reason.ticket,
    reason: claim.reason.text,
    started_at: statement.received_at,
    finished_at: statement.verified_at,
    outcome: statement.outcome,
    code: statement.reject_codes[0] ?? null,
    what: statement.what,
    what_sealed: statement.what_sealed,
    candidate: statement.candidate,
    as_of: statement.as_of && JSON.stringify(statement.as_of),
    decisions: JSON.stringify(statement.decisions),
    notes_sha256: statement.notes_sha256,
    authored_sha256: statement.authored_sha256,
    carried_sha256: statement.carried_sha256,
    targets_root: statement.targets_root,
    content_of: contentOf,
  });
  if (statement.outcome === 'unchanged') return;
  const isNew = statement.outcome === 'accepted' && contentOf === null;
  const files = readFilesList(read(statement.files_sha256 as Sha256));
  const authored = isNew ? readFilesList(read(statement.authored_sha256 as Sha256)) : [];
  for (const file of [...files.filter(isStored), ...authored]) {
    insert(database, 'import_file', {
      import: number,
      repository,
      kind: file.kind,
      role: file.role,
      version: file.version ?? null,
      file_sha256: file.fileSha256,
      signed_sha256: file.signedSha256 ?? null,
      expires: file.expires?.toISOString() ?? null,
    });
  }
  for (const target of isNew ? readCarriedList(read(statement.carried_sha256 as Sha256)) : []) {
    const { path, role, length, sha256, hashes } = target;
    const listed = JSON.stringify([...hashes]);
    insert(database, 'import_target', { import: number, path, role, length, sha256, hashes: listed });
  }
}

function claimOf(database: Database, index: number): LedgerEvent<'import.claimed'>['body']['statement'] {
  const body = String(database.one('SELECT body FROM log_entry WHERE idx = ?', index)?.['body']);
  return (JSON.parse(body) as LedgerEvent<'import.claimed'>).body.statement;
}

/**
 * An earlier import’s rows, when they say the very same: upstream renews its timestamp every day, and a repository may have
 * tens of thousands of roles that do not change with it.
 */
function sameContent(
  database: Database,
  {
    repo_id: repository,
    authored_sha256: authored,
    carried_sha256: carried,
  }: { readonly repo_id: string; readonly authored_sha256: string; readonly carried_sha256: string },
): number | null {
  const row = database.one(
    `SELECT COALESCE(content_of, number) AS number FROM import
      WHERE repository = ? AND outcome = 'accepted' AND authored_sha256 = ? AND carried_sha256 = ? ORDER BY number DESC LIMIT 1`,
    repository,
    authored,
    carried,
  );
  return row ? Number(row['number']) : null;
}

function approved(database: Database, { n, at, body }: LedgerEvent<'approval'>): void {
  const { statement, signature } = body;
  insert(database, 'approval', {
    entry: n,
    import: statement.import_id,
    repository: statement.repo_id,
    actor: statement.approver.actor,
    decision: statement.decision,
    as_role: statement.as_role,
    key: signature?.key ?? null,
    valid_until: statement.valid_until,
    at: formatDate(at),
  });
}

function published(database: Database, { n, at, body }: LedgerEvent<'publish'>, read: ReadFile): void {
  const { repo_id: repository, generation, import_id, roles_sha256: digest } = body.statement;
  const same = database.one(
    `SELECT COALESCE(roles_of, number) AS number FROM generation
      WHERE repository = ? AND roles_sha256 = ? ORDER BY number DESC LIMIT 1`,
    repository,
    digest,
  );
  insert(database, 'generation', {
    repository,
    number: generation,
    import: import_id,
    created_at: formatDate(at),
    roles_sha256: digest,
    entry: n,
    roles_of: same ? Number(same['number']) : null,
  });
  for (const role of same ? [] : readRolesList(read(digest as Sha256))) {
    insert(database, 'generation_role', {
      repository,
      generation,
      role: role.role,
      version: role.version,
      length: role.length,
      file_sha256: role.fileSha256,
      expires: role.expires.toISOString(),
      reachable: role.reachable ? 1 : 0,
    });
  }
}

/** Every timestamp moves the pointer; the snapshot it names is new when its version was not issued before. */
function served(database: Database, event: LedgerEvent<'serve.timestamp'>): void {
  const { repository, generation, online_epoch: epoch, root_version, snapshot, timestamp } = event.body;
  const isKnown = database.one(
    "SELECT 1 FROM issued WHERE repository = ? AND role = 'snapshot' AND epoch = ? AND version = ?",
    repository,
    epoch,
    snapshot.version,
  );
  if (!isKnown) issued(database, event, { repository, generation, role: 'snapshot', epoch }, snapshot);
  issued(database, event, { repository, generation, role: 'timestamp', epoch }, timestamp);
  database.run(
    `INSERT INTO current (repository, generation, root_version, snapshot_version, timestamp_version, online_epoch, entry)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (repository) DO UPDATE SET generation = excluded.generation, root_version = excluded.root_version,
       snapshot_version = excluded.snapshot_version, timestamp_version = excluded.timestamp_version,
       online_epoch = excluded.online_epoch, entry = excluded.entry`,
    repository,
    generation,
    root_version,
    snapshot.version,
    timestamp.version,
    epoch,
    event.n,
  );
}

interface IssuedAs {
  readonly repository: string;
  readonly generation: number;
  readonly role: 'root' | 'snapshot' | 'timestamp';
  readonly epoch: number;
}

function issued(database: Database, { n, at }: { n: number; at: Date }, as: IssuedAs, file: IssuedRef): void {
  const { version, sha256, expires } = file;
  insert(database, 'issued', { ...as, version, file_sha256: sha256, expires, at: formatDate(at), entry: n });
}

function insert(database: Database, table: string, row: Readonly<Record<string, Value>>): void {
  const columns = Object.keys(row);
  database.run(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
}
