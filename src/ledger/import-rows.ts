/** One import as rows: its record, the files it saw, the targets it carries, and its events. */
import type { Database } from '../platform/database.ts';
import { sha256 } from '../tuf/digest.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';
import { asOf, type Candidate, type UpstreamFile } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';
import type { EvidenceFile } from '../verify/evidence.ts';
import type { EventBodies, EventKind } from './events.ts';
import type { CarriedTarget, Claim, FileKind } from './records.ts';

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
  database.run(
    `INSERT INTO import (number, repository, source, started_at, finished_at, outcome, code, what, candidate, as_of, decisions, notes, claim)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    for (const role of content.roles.values()) addFile('authored', role);
    for (const target of outcome.targets) {
      database.run(
        'INSERT OR IGNORE INTO import_target (import, path, role, length, sha256, hashes) VALUES (?, ?, ?, ?, ?, ?)',
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
    append('import-accepted', repository, { import: number, source, candidate: outcome.candidate.digest, decisions });
  } else if (outcome.kind === 'unchanged') {
    append('import-unchanged', repository, { import: number, source, candidate: outcome.candidate.digest });
  } else {
    for (const file of outcome.evidence) addFile(file.signedSha256 === undefined ? 'refused' : 'evidence', file);
    const evidence = outcome.evidence.map((file) => `${file.role} sha256:${sha256(file.bytes)}`);
    append('import-refused', repository, { import: number, source, code: outcome.code, evidence });
    if (outcome.code === 'TRUST_EQUIVOCATION')
      append('equivocation', repository, { import: number, files: [...outcome.roles] });
  }
}
