/**
 * What happened, as typed events, and the one place that appends them. Events carry digests, versions and codes; names
 * of people only as the operator’s own words in a claim.
 */
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { jsonObject, stringifyJson } from '../tuf/json.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import type { Database } from '../platform/database.ts';

/** Event kinds and their bodies. `rows` is the digest of the rows that the event stands for (row-digests.ts). */
export interface EventBodies {
  genesis: { installation: string; root_keys: 'offline' | 'online' };
  'repository-enrolled': { upstream: string; root_sha256: string; selection: string; max_upstream_age_days: number };
  'limits-set': { limits: string[]; reason: string };
  'import-refused': { import: number; rows: string; source: string; code: string; evidence: string[] };
  'import-unchanged': { import: number; rows: string; source: string; candidate: string };
  'import-accepted': { import: number; rows: string; source: string; candidate: string; decisions: string[] };
  equivocation: { import: number; files: string[] };
  'generation-published': { generation: number; import: number; rows: string; issued: string[] };
  /** New mirror roles for the same generation: a timestamp, a snapshot, or a root after a ceremony. */
  renewed: { generation: number; issued: string[]; online_epoch: number };
  'restored-record-adopted': { reason: string; events_lost: number };
  'clock-adopted': { reason: string; last_event: string };
}
export type EventKind = keyof EventBodies;

export interface Head {
  /** Number of events. */
  readonly size: number;
  /** Digest of the last event; empty for none. */
  readonly sha256: Sha256 | '';
}

/** Inside a transaction: appends one event and returns the new head. */
export function appendEvent<Kind extends EventKind>(
  database: Database,
  at: Date,
  kind: Kind,
  repository: RepositoryId | undefined,
  body: EventBodies[Kind],
): Head {
  const { size, sha256: previous } = readHead(database);
  const event = jsonObject({
    idx: size,
    at: at.toISOString(),
    kind,
    repository: repository ?? null,
    body: jsonObject(body),
    previous,
  });
  // Each event names the digest of the one before, so that the last digest stands for the whole record (S-06).
  const digest = sha256(canonicalize(event));
  database.run(
    'INSERT INTO event (idx, at, kind, repository, body, sha256) VALUES (?, ?, ?, ?, ?, ?)',
    size,
    at.toISOString(),
    kind,
    repository ?? null,
    stringifyJson(jsonObject(body)),
    digest,
  );
  return { size: size + 1, sha256: digest };
}

export function readHead(database: Database): Head {
  const row = database.one('SELECT idx, sha256 FROM event ORDER BY idx DESC LIMIT 1');
  return row ? { size: Number(row['idx']) + 1, sha256: String(row['sha256']) as Sha256 } : { size: 0, sha256: '' };
}

/** When the last event happened; undefined for an empty record. */
export function lastEventAt(database: Database): Date | undefined {
  const row = database.one('SELECT at FROM event ORDER BY idx DESC LIMIT 1');
  return row && new Date(String(row['at']));
}
