/** One publication as events: roots that were issued, what was made public and on whose word, and its timestamp. */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { MirrorRole, Sha256 } from '../tuf/names.ts';
import { leafHash } from '../tlog/tree.ts';
import { decodeLeaf, type LedgerEvent } from './events/leaf.ts';
import type { IssuedRef, LeafRef, Publication as PublicationStatement } from './events/statements.ts';
import { rolesList } from './lists.ts';
import { leafBytes } from './log-rows.ts';
import type { Current, GenerationRole } from './records.ts';

/** One mirror role, signed and ready to be published. */
export interface SignedFile {
  readonly role: MirrorRole;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly expires: Date;
}

/** On whose word something is published: what the gate counted when it was signed. */
export interface Authority {
  readonly approvals: readonly LeafRef[];
  readonly policySha256: string;
  readonly breakGlass: LeafRef | null;
  readonly withdrawal: LeafRef | null;
}

/** What one commit makes visible, all of it or nothing. */
export interface Publication {
  /** What must still be current; undefined for the first generation. */
  readonly expected: Current | undefined;
  readonly next: Current;
  readonly issued: readonly SignedFile[];
  /** Present when the content is new; absent for a renewal. */
  readonly content?: {
    readonly import: number;
    readonly roles: readonly GenerationRole[];
    readonly authority: Authority;
  };
}

export function issuedRef({ version, bytes, expires }: SignedFile): IssuedRef {
  return { version, sha256: sha256(bytes), length: bytes.length, expires: formatDate(expires) };
}

/** @throws STATE_CONFLICT when another state was published since this one was composed */
export function requireCurrent(database: Database, { expected, next }: Publication): void {
  const row = database.one(
    'SELECT generation, root_version, snapshot_version, timestamp_version FROM current WHERE repository = ?',
    next.repository,
  );
  const isSame = expected
    ? row?.['generation'] === expected.generation &&
      row['root_version'] === expected.rootVersion &&
      row['snapshot_version'] === expected.snapshotVersion &&
      row['timestamp_version'] === expected.timestampVersion
    : row === undefined;
  if (isSame) return;
  throw new Refusal('STATE_CONFLICT', `Another state of ${next.repository} was published meanwhile.`, {
    details: { repository: next.repository },
  });
}

/** The three mirror roles as they are after this publication: those just signed, the others as the record has them. */
export function rolesAfter(database: Database, { next, issued }: Publication): Record<MirrorRole, IssuedRef> {
  const role = (name: MirrorRole, version: number): IssuedRef => {
    const fresh = issued.find((file) => file.role === name);
    return fresh ? issuedRef(fresh) : recordedRef(database, next, name, version);
  };
  return {
    root: role('root', next.rootVersion),
    snapshot: role('snapshot', next.snapshotVersion),
    timestamp: role('timestamp', next.timestampVersion),
  };
}

function recordedRef(database: Database, { repository }: Current, role: MirrorRole, version: number): IssuedRef {
  const row = database.one(
    `SELECT i.version, i.file_sha256, i.expires, f.length FROM issued i JOIN file f ON f.sha256 = i.file_sha256
      WHERE i.repository = ? AND i.role = ? AND i.version = ? ORDER BY i.epoch DESC LIMIT 1`,
    repository,
    role,
    version,
  );
  if (!row) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has no ${role} version ${version}.`);
  return {
    version: Number(row['version']),
    sha256: String(row['file_sha256']),
    length: Number(row['length']),
    expires: String(row['expires']),
  };
}

export function publicationStatement(
  database: Database,
  publication: Publication & Required<Pick<Publication, 'content'>>,
  store: (bytes: Uint8Array) => Sha256,
): PublicationStatement {
  const { expected, next, content } = publication;
  const { leaf, event } = observationOf(database, content.import);
  const asOf = event.body.statement.as_of;
  if (!asOf) throw new TypeError(`import ${content.import} was published without an as-of`);
  return {
    schema: 'publication/1',
    repo_id: next.repository,
    generation: next.generation,
    import_id: content.import,
    observation: leaf,
    approvals: content.authority.approvals,
    policy_sha256: content.authority.policySha256,
    ...rolesAfter(database, publication),
    evidence: {
      root_version: asOf.root_version,
      snapshot_sha256: asOf.snapshot_sha256,
      timestamp_sha256: asOf.timestamp_sha256,
    },
    online_epoch: next.onlineEpoch,
    roles_sha256: store(rolesList(content.roles)),
    roles_count: content.roles.length,
    replaces: expected?.generation ?? null,
    break_glass: content.authority.breakGlass,
    withdrawal: content.authority.withdrawal,
  };
}

/** The observation of an import with its leaf, as the ledger has it. */
export function observationOf(
  database: Database,
  number: number,
): { leaf: LeafRef; event: LedgerEvent<'import.verified'> } {
  const index = Number(database.one('SELECT entry FROM import WHERE number = ?', number)?.['entry']);
  const bytes = leafBytes(database, index);
  const event = decodeLeaf(bytes, index);
  if (event.type !== 'import.verified' || event.body.statement.import_id !== number)
    throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is not the observation of import ${number}.`);
  return { leaf: { index, hash: encodeHex(leafHash(bytes)) }, event };
}
