/** What the record holds, as typed values. Rows are turned into these here and nowhere else. */
import type { Row } from '../platform/database.ts';
import { DEFAULT_LIMITS, type Limits } from '../tuf/limits.ts';
import type { MirrorRole, RepositoryId, RoleName, Sha256, TargetPath } from '../tuf/names.ts';
import type { AsOf } from '../verify/candidate.ts';
import type { Decision } from '../verify/decisions.ts';
import type { Note } from '../verify/notes.ts';
import type { Selection } from '../verify/selection.ts';
import type { LedgerEvent } from './events/leaf.ts';
import type { ImportObservation, MadeDecision } from './events/statements.ts';

/** One mirrored upstream: the trust decision of `repo add`. */
export interface Enrolment {
  readonly id: RepositoryId;
  readonly upstream: string;
  /** Of a collection of Notary’s; absent for a TUF repository. */
  readonly collection?: Collection;
  readonly rootSha256: Sha256;
  readonly selection: Selection;
  readonly maxUpstreamAgeDays: number;
  readonly limits: Limits;
  readonly enrolledAt: Date;
  /** Set when people agreed that upstream will never answer again. */
  readonly retired?: Retired;
}

/** The end of an upstream: nothing but what this import brought is published any more. */
export interface Retired {
  readonly import: number;
  readonly at: Date;
}

/** A Notary collection: its name upstream, which its root certificates bear, and the one under which clients ask here. */
export interface Collection {
  readonly name: string;
  readonly servedAs: string;
}

/** What a person says about an import; recorded as said, believed by nobody. */
export interface Claim {
  readonly ticket?: string;
  readonly reason?: string;
  readonly as?: string;
}

export type Outcome = 'accepted' | 'unchanged' | 'refused';

export interface ImportRecord {
  readonly number: number;
  readonly repository: RepositoryId;
  /** Leaf of the observation. */
  readonly entry: number;
  /** An address; a folder, where its sealed name can be opened; otherwise a word for that. */
  readonly source: string;
  /** Who brought it in: `local`, or a pseudonym. */
  readonly actor: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly outcome: Outcome;
  readonly code: string | undefined;
  readonly what: string | undefined;
  readonly candidate: Sha256 | undefined;
  readonly asOf: AsOf | undefined;
  readonly targetsRoot: Sha256 | undefined;
  readonly decisions: readonly Decision[];
  readonly notes: readonly Note[];
  readonly claim: Claim;
}

/** Opens a sealed value; undefined for one that was erased, or by whom the sealed store is not at hand. */
export type OpenSealed = (digest: string) => string | undefined;

export type FileKind = 'root' | 'timestamp' | 'snapshot' | 'authored' | 'evidence' | 'refused';

/** One upstream file of one import. */
export interface ImportFile {
  readonly kind: FileKind;
  readonly role: RoleName;
  readonly version: number | undefined;
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256 | undefined;
  readonly expires: Date | undefined;
}

/** One carried target: `sha256` names its blob, `hashes` are the digests that upstream lists. */
export interface CarriedTarget {
  readonly path: TargetPath;
  readonly role: RoleName;
  readonly length: number;
  readonly sha256: Sha256;
  readonly hashes: ReadonlyMap<string, string>;
}

/** One authored role as a generation’s snapshot lists it. */
export interface GenerationRole {
  readonly role: RoleName;
  readonly version: number;
  readonly length: number;
  readonly fileSha256: Sha256;
  readonly expires: Date;
  /** False for an entry kept only because snapshot once listed it. */
  readonly reachable: boolean;
}

export interface IssuedFile {
  readonly role: MirrorRole;
  readonly version: number;
  readonly generation: number;
  readonly fileSha256: Sha256;
  readonly expires: Date;
  readonly at: Date;
  /** The leaf that says so. */
  readonly entry: number;
}

/** Where a repository stands: the pointer that a publication moves. */
export interface Current {
  readonly repository: RepositoryId;
  readonly generation: number;
  readonly rootVersion: number;
  readonly snapshotVersion: number;
  readonly timestampVersion: number;
  readonly onlineEpoch: number;
}

/** The same with the leaf of its timestamp. */
export interface Served extends Current {
  readonly entry: number;
}

/** @param raised limits that were set later */
export function asEnrolment(
  { at, body }: LedgerEvent<'upstream.enrol'>,
  raised: Readonly<Record<string, number>>,
  retired: Retired | undefined,
): Enrolment {
  return {
    id: body.repository as RepositoryId,
    upstream: body.upstream,
    ...(body.collection && { collection: { name: body.collection.name, servedAs: body.collection.served_as } }),
    rootSha256: body.root_sha256 as Sha256,
    selection: JSON.parse(body.selection) as Selection,
    maxUpstreamAgeDays: body.max_upstream_age_days,
    limits: { ...DEFAULT_LIMITS, ...body.limits, ...raised },
    enrolledAt: at,
    ...(retired && { retired }),
  };
}

export function asImportRecord(
  row: Row,
  statement: ImportObservation,
  notes: readonly Note[],
  open: OpenSealed,
): ImportRecord {
  const sealed = (column: string): string | undefined => {
    const digest = optional(row, column);
    return digest === undefined ? undefined : open(digest);
  };
  return {
    number: Number(row['number']),
    repository: text(row, 'repository') as RepositoryId,
    entry: Number(row['entry']),
    source: optional(row, 'uri') ?? sealed('place') ?? 'a folder (sealed)',
    actor: text(row, 'actor'),
    startedAt: date(row, 'started_at'),
    finishedAt: date(row, 'finished_at'),
    outcome: statement.outcome,
    code: statement.reject_codes[0],
    what: statement.what ?? (statement.what_sealed === null ? undefined : open(statement.what_sealed)),
    candidate: (statement.candidate ?? undefined) as Sha256 | undefined,
    asOf: statement.as_of ? asOfEvent(statement.as_of) : undefined,
    targetsRoot: (statement.targets_root ?? undefined) as Sha256 | undefined,
    decisions: statement.decisions.map(asDecision),
    notes,
    claim: claimOf({ ticket: optional(row, 'ticket'), reason: sealed('reason'), as: sealed('account') }),
  };
}

export function asDecision({ kind, role, version, reason }: MadeDecision): Decision {
  return { kind, role: role as RoleName, version: version ?? undefined, reason };
}

function claimOf({ ticket, reason, as }: Record<'ticket' | 'reason' | 'as', string | undefined>): Claim {
  return {
    ...(ticket === undefined ? {} : { ticket }),
    ...(reason === undefined ? {} : { reason }),
    ...(as === undefined ? {} : { as }),
  };
}

export function asImportFile(row: Row): ImportFile {
  const expires = optional(row, 'expires');
  return {
    kind: text(row, 'kind') as FileKind,
    role: text(row, 'role') as RoleName,
    version: row['version'] === null ? undefined : Number(row['version']),
    fileSha256: text(row, 'file_sha256') as Sha256,
    signedSha256: optional(row, 'signed_sha256') as Sha256 | undefined,
    expires: expires === undefined ? undefined : new Date(expires),
  };
}

export function asCarriedTarget(row: Row): CarriedTarget {
  return {
    path: text(row, 'path') as TargetPath,
    role: text(row, 'role') as RoleName,
    length: Number(row['length']),
    sha256: text(row, 'sha256') as Sha256,
    hashes: new Map(JSON.parse(text(row, 'hashes')) as [string, string][]),
  };
}

export function asGenerationRole(row: Row): GenerationRole {
  return {
    role: text(row, 'role') as RoleName,
    version: Number(row['version']),
    length: Number(row['length']),
    fileSha256: text(row, 'file_sha256') as Sha256,
    expires: date(row, 'expires'),
    reachable: row['reachable'] === 1,
  };
}

export function asIssuedFile(row: Row): IssuedFile {
  return {
    role: text(row, 'role') as MirrorRole,
    version: Number(row['version']),
    generation: Number(row['generation']),
    fileSha256: text(row, 'file_sha256') as Sha256,
    expires: date(row, 'expires'),
    at: date(row, 'at'),
    entry: Number(row['entry']),
  };
}

export function asCurrent(row: Row): Served {
  return {
    repository: text(row, 'repository') as RepositoryId,
    generation: Number(row['generation']),
    rootVersion: Number(row['root_version']),
    snapshotVersion: Number(row['snapshot_version']),
    timestampVersion: Number(row['timestamp_version']),
    onlineEpoch: Number(row['online_epoch']),
    entry: Number(row['entry']),
  };
}

export function asOfEvent(value: NonNullable<ImportObservation['as_of']>): AsOf {
  return {
    rootVersion: value.root_version,
    timestampVersion: value.timestamp_version,
    timestampExpires: new Date(value.timestamp_expires),
    timestampSha256: value.timestamp_sha256 as Sha256,
    snapshotVersion: value.snapshot_version,
    snapshotSha256: value.snapshot_sha256 as Sha256,
  };
}

function text(row: Row, column: string): string {
  return String(row[column]);
}

function optional(row: Row, column: string): string | undefined {
  return row[column] === null || row[column] === undefined ? undefined : text(row, column);
}

function date(row: Row, column: string): Date {
  return new Date(text(row, column));
}
