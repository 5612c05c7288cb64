/**
 * The events of a record from before the ledger, verified as its own version verified them: each names the digest of the
 * one before, and those about imports and generations the digest of their rows. What is not whole is named and refused; it
 * was evidence, and must not become a signed log.
 */
import { isRefusal, Refusal } from '../errors.ts';
import type { Database, Row } from '../platform/database.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { jsonObject, parseJson } from '../tuf/json.ts';
import type { Sha256 } from '../tuf/names.ts';

/** Kinds of events and their bodies, as they were written. `rows` is the digest of the rows that the event stands for. */
interface PlainBodies {
  genesis: { installation: string; root_keys: 'offline' | 'online' };
  'repository-enrolled': { upstream: string; root_sha256: string; selection: string; max_upstream_age_days: number };
  'limits-set': { limits: string[]; reason: string };
  'import-refused': { import: number; rows: string; source: string; code: string; evidence: string[] };
  'import-unchanged': { import: number; rows: string; source: string; candidate: string };
  'import-accepted': { import: number; rows: string; source: string; candidate: string; decisions: string[] };
  equivocation: { import: number; files: string[] };
  'generation-published': { generation: number; import: number; rows: string; issued: string[] };
  renewed: { generation: number; issued: string[]; online_epoch: number };
  'restored-record-adopted': { reason: string; events_lost: number };
  'clock-adopted': { reason: string; last_event: string };
}

interface PlainEnvelope<Kind extends keyof PlainBodies> {
  readonly idx: number;
  readonly at: Date;
  readonly kind: Kind;
  /** Empty for events that are about none. */
  readonly repository: string;
  readonly body: PlainBodies[Kind];
  readonly sha256: Sha256;
}

/** An event of any of these kinds, told apart by `kind`. */
export type PlainEventOf<Kind extends keyof PlainBodies> = Kind extends keyof PlainBodies ? PlainEnvelope<Kind> : never;
export type PlainEvent = PlainEventOf<keyof PlainBodies>;

const KINDS: Readonly<Record<keyof PlainBodies, true>> = {
  genesis: true,
  'repository-enrolled': true,
  'limits-set': true,
  'import-refused': true,
  'import-unchanged': true,
  'import-accepted': true,
  equivocation: true,
  'generation-published': true,
  renewed: true,
  'restored-record-adopted': true,
  'clock-adopted': true,
};

/** @throws STATE_DAMAGED naming the first event that is missing, altered, or stands for other rows; STATE_SCHEMA */
export function verifiedPlainEvents(database: Database): PlainEvent[] {
  const rows = database.all('SELECT idx, at, kind, repository, body, sha256 FROM plain_event ORDER BY idx');
  let previous = '';
  const events = rows.map((row, position) => {
    const idx = Number(row['idx']);
    if (idx !== position) throw damaged(position, 'is missing');
    if (digestOf(row, previous) !== row['sha256']) throw damaged(idx, 'is not what was appended');
    previous = String(row['sha256']);
    const kind = String(row['kind']);
    if (!Object.hasOwn(KINDS, kind) || (kind === 'genesis') !== (idx === 0))
      throw new Refusal('STATE_SCHEMA', `Event ${idx} of the plain record is of a kind that is not known here.`);
    return asEvent(row);
  });
  for (const event of events) requireOwnRows(database, event);
  requireNoOthers(database, events);
  return events;
}

export function damaged(event: number, what: string): Refusal {
  return new Refusal('STATE_DAMAGED', `Event ${event} of the plain record ${what}.`, {
    details: { event },
    next: 'Run `fsck` of the version that wrote the record, find out who changed it, and restore a copy that it finds whole.',
  });
}

/** The chain speaks for the body; its kind says what is in it. */
function asEvent(row: Row): PlainEvent {
  return {
    idx: Number(row['idx']),
    at: new Date(String(row['at'])),
    kind: String(row['kind']),
    repository: String(row['repository'] ?? ''),
    body: JSON.parse(String(row['body'])) as unknown,
    sha256: String(row['sha256']),
  } as PlainEvent;
}

/** Undefined for a body that is not even JSON. */
function digestOf(row: Row, previous: string): string | undefined {
  try {
    const event = jsonObject({
      idx: Number(row['idx']),
      at: String(row['at']),
      kind: String(row['kind']),
      repository: row['repository'] === null ? null : String(row['repository']),
      body: parseJson(Buffer.from(String(row['body'])), 'an event'),
      previous,
    });
    return sha256(canonicalize(event));
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Whoever edited a claim, a decision, a listing or an enrolment contradicts the chain (S-10). */
function requireOwnRows(database: Database, event: PlainEvent): void {
  switch (event.kind) {
    case 'import-accepted':
    case 'import-unchanged':
    case 'import-refused':
      if (importDigest(database, event.body.import) !== event.body.rows)
        throw damaged(event.idx, `stands for other rows than import ${event.body.import} has`);
      return;
    case 'generation-published':
      if (generationDigest(database, event.repository, event.body.generation) !== event.body.rows)
        throw damaged(event.idx, `stands for other rows than generation ${event.body.generation} has`);
      return;
    case 'repository-enrolled': {
      const row = database.one('SELECT * FROM plain_repository WHERE id = ?', event.repository);
      const isSame = Object.entries(event.body).every(([column, value]) => row?.[column] === value);
      if (!isSame) throw damaged(event.idx, `stands for another enrolment than ${event.repository} has`);
      return;
    }
    default:
  }
}

/** Rows that no event speaks of. */
function requireNoOthers(database: Database, events: readonly PlainEvent[]): void {
  const told = (kinds: readonly string[]): number => events.filter(({ kind }) => kinds.includes(kind)).length;
  for (const [table, count] of [
    ['import', told(['import-accepted', 'import-unchanged', 'import-refused'])],
    ['generation', told(['generation-published'])],
    ['repository', told(['repository-enrolled'])],
  ] as const) {
    const rows = Number(database.one(`SELECT COUNT(*) AS rows FROM plain_${table}`)?.['rows']);
    if (rows === count) continue;
    throw new Refusal('STATE_DAMAGED', `The plain record’s table ${table} has ${rows} rows, and events of ${count}.`);
  }
}

function importDigest(database: Database, number: number): Sha256 {
  return digestOfRows([
    ...database.all(
      `SELECT number, repository, source, started_at, finished_at, outcome, code, what, candidate, as_of, decisions, notes, claim, content_of
         FROM plain_import WHERE number = ?`,
      number,
    ),
    ...database.all(
      'SELECT kind, role, version, file_sha256, signed_sha256, expires FROM plain_import_file WHERE import = ? ORDER BY rowid',
      number,
    ),
    ...database.all(
      'SELECT path, role, length, sha256, hashes FROM plain_import_target WHERE import = ? ORDER BY rowid',
      number,
    ),
  ]);
}

function generationDigest(database: Database, repository: string, number: number): Sha256 {
  return digestOfRows([
    ...database.all(
      'SELECT repository, number, import, roles_of FROM plain_generation WHERE repository = ? AND number = ?',
      repository,
      number,
    ),
    ...database.all(
      `SELECT role, version, length, file_sha256, expires, reachable FROM plain_generation_role
        WHERE repository = ? AND generation =
          (SELECT COALESCE(roles_of, number) FROM plain_generation WHERE repository = ? AND number = ?) ORDER BY rowid`,
      repository,
      repository,
      number,
    ),
  ]);
}

function digestOfRows(rows: readonly Row[]): Sha256 {
  return sha256(canonicalize(rows.map((row) => Object.values(row) as (string | number | null)[])));
}
