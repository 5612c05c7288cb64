/** One import as rows: its record, the files it saw, the targets it carries, and its events. */
import type { Database } from '../platform/database.ts';
import { sha256 } from '../tuf/digest.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import { asOf, type Candidate, type UpstreamFile } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';
import type { EvidenceFile } from '../verify/evidence.ts';
import type { EventBodies, EventKind } from './events.ts';
import type { CarriedTarget, Claim, FileKind } from './records.ts';
import { importDigest } from './row-digests.ts';

export interface NewImport {
  readonly number: number;
  readonly repository: RepositoryId;
  readonly source: string;
  readonly startedAt: Date;
  readonly claim: Claim;
  readonly decisions: readonly Decision[];
  readonly outcome:
    | { readonly kind: 'accepted'; readonly candidate: Candidate; readonly targets: readonly CarriedTarget[] }
    | { readonly kind: 'unchanged'; readonly candidate: Candidate }
    | {
        readonly kind: 'refused';
        readonly code: string;
        readonly what: string;
        readonly roles: readonly string[];
        readonly evidence: readonly EvidenceFile[];
      };
}

type StoreFile = (bytes: Uint8Array) => Sha256;
type Append = <Kind extends EventKind>(kind: Kind, repository: RepositoryId, body: EventBodies[Kind]) => void;

export function insertImport(
  database: Database,
  made: NewImport,
  now: Date,
  storeFile: StoreFile,
  append: Append,
): void {
  const { outcome, number, repository, source } = made;
  const candidate = outcome.kind === 'refused' ? undefined : outcome.candidate;
  const contentOf =
    outcome.kind === 'accepted' ? sameContent(database, repository, outcome.candidate, outcome.targets) : undefined;
  database.run(
    `INSERT INTO import (number, repository, source, started_at, finished_at, outcome, code, what, candidate, as_of, decisions, notes, claim, content_of)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    number,
    repository,
    source,
    made.startedAt.toISOString(),
    now.toISOString(),
    outcome.kind,
    outcome.kind === 'refused' ? outcome.code : null,
    outcome.kind === 'refused' ? outcome.what : null,
    candidate?.digest ?? null,
    candidate ? JSON.stringify(asOf(candidate)) : null,
    JSON.stringify(candidate?.content.decisions ?? made.decisions),
    JSON.stringify(candidate?.content.notes ?? []),
    JSON.stringify(made.claim),
    contentOf ?? null,
  );
  const addFile = (kind: FileKind, file: EvidenceFile | UpstreamFile): void => {
    storeFile(file.bytes);
    database.run(
      'INSERT INTO import_file (import, repository, kind, role, version, file_sha256, signed_sha256, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      number,
      repository,
      kind,
      file.role,
      file.version ?? null,
      file.fileSha256,
      file.signedSha256 ?? null,
      'expires' in file ? file.expires.toISOString() : null,
    );
  };
  if (outcome.kind === 'accepted') {
    const { content } = outcome.candidate;
    for (const root of content.roots) addFile('root', root);
    addFile('timestamp', content.timestamp);
    addFile('snapshot', content.snapshot);
    const isNew = contentOf === undefined;
    for (const role of isNew ? content.roles.values() : []) addFile('authored', role);
    for (const target of isNew ? distinct(outcome.targets) : []) {
      database.run(
        'INSERT INTO import_target (import, path, role, length, sha256, hashes) VALUES (?, ?, ?, ?, ?, ?)',
        number,
        target.path,
        target.role,
        target.length,
        target.sha256,
        JSON.stringify([...target.hashes]),
      );
    }
    const decisions = content.decisions.map(
      (made) =>
        `${made.kind} ${made.role}${made.version === undefined ? '' : `@${String(made.version)}`}: ${made.reason}`,
    );
    append('import-accepted', repository, {
      import: number,
      rows: importDigest(database, number),
      source,
      candidate: outcome.candidate.digest,
      decisions,
    });
  } else if (outcome.kind === 'unchanged') {
    append('import-unchanged', repository, {
      import: number,
      rows: importDigest(database, number),
      source,
      candidate: outcome.candidate.digest,
    });
  } else {
    for (const file of outcome.evidence.filter(isKept))
      addFile(file.signedSha256 === undefined ? 'refused' : 'evidence', file);
    const evidence = outcome.evidence.map((file) => `${file.role} sha256:${sha256(file.bytes)}`);
    append('import-refused', repository, {
      import: number,
      rows: importDigest(database, number),
      source,
      code: outcome.code,
      evidence,
    });
    if (outcome.code === 'TRUST_EQUIVOCATION')
      append('equivocation', repository, { import: number, files: [...outcome.roles] });
  }
}

/** Several roles may list one target with one content; it is carried once. */
function distinct(targets: readonly CarriedTarget[]): Iterable<CarriedTarget> {
  return new Map(targets.map((target) => [`${target.path}\n${target.sha256}`, target])).values();
}

/** Unverified bytes beyond this are remembered by digest only: anybody on the network could fill the record (R-05). */
const MOST_UNVERIFIED_BYTES = 262_144;

function isKept({ signedSha256, bytes }: EvidenceFile): boolean {
  return signedSha256 !== undefined || bytes.length <= MOST_UNVERIFIED_BYTES;
}

/**
 * The last accepted import’s rows, when they say the very same: upstream renews its timestamp every day, and a repository
 * may have tens of thousands of roles that do not change with it.
 */
function sameContent(
  database: Database,
  repository: RepositoryId,
  candidate: Candidate,
  targets: readonly CarriedTarget[],
): number | undefined {
  const last = database.one(
    "SELECT COALESCE(content_of, number) AS number FROM import WHERE repository = ? AND outcome = 'accepted' ORDER BY number DESC LIMIT 1",
    repository,
  );
  if (!last) return undefined;
  const number = Number(last['number']);
  const listed = new Set(
    database
      .all("SELECT role, file_sha256 FROM import_file WHERE import = ? AND kind = 'authored'", number)
      .map((row) => `${String(row['role'])}\n${String(row['file_sha256'])}`),
  );
  const carried = new Set(
    database
      .all('SELECT path, sha256 FROM import_target WHERE import = ?', number)
      .map((row) => `${String(row['path'])}\n${String(row['sha256'])}`),
  );
  const roles = [...candidate.content.roles.values()];
  const wanted = new Set(targets.map(({ path, sha256: digest }) => `${path}\n${digest}`));
  const isSame =
    roles.length === listed.size &&
    roles.every(({ role, fileSha256 }) => listed.has(`${role}\n${fileSha256}`)) &&
    wanted.size === carried.size &&
    [...wanted].every((target) => carried.has(target));
  return isSame ? number : undefined;
}
