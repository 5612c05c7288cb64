/**
 * Imports of a record from before the ledger, as they are told now: what was claimed, with names, reasons and folders
 * sealed, and what was seen. Nothing is verified anew; the statements say what that record said.
 */
import type { Database, Row } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import { DEFAULT_LIMITS, type Limits } from '../tuf/limits.ts';
import { parseTargets } from '../tuf/metadata.ts';
import type { Sha256 } from '../tuf/names.ts';
import type { Decision } from '../verify/decisions.ts';
import type { Note } from '../verify/notes.ts';
import { TargetsTree } from '../verify/targets-tree.ts';
import type { ImportClaim, ImportObservation, LeafRef, MadeDecision } from './events/statements.ts';
import { carriedList, EMPTY_LIST, filesList, type ListedFile, notesList } from './lists.ts';
import { asCarriedTarget, asImportFile, type CarriedTarget, type Claim } from './records.ts';
import type { SealedKind } from './sealed.ts';

/** Which program said it was not written down then. */
export const BEFORE = 'before the ledger';
/** A ticket is a number; what is longer is words, and those are sealed. */
const MOST_TICKET = 64;

export interface PlainImport {
  readonly number: number;
  readonly repository: string;
  readonly outcome: 'accepted' | 'unchanged' | 'refused';
  readonly startedAt: Date;
  readonly candidate: string | null;
  readonly row: Row;
}

export interface PlainClaiming {
  readonly mirrorId: string;
  readonly claimId: string;
  readonly base: number | undefined;
  /** @returns the commitment */
  readonly seal: (kind: SealedKind, value: string) => string;
}

export interface PlainRecording {
  readonly claim: LeafRef;
  readonly previous: LeafRef | null;
  /** The accepted import whose content this one has: itself, or for one that brought nothing new the one that did. */
  readonly content: number | undefined;
  readonly store: (bytes: Uint8Array) => Sha256;
  readonly seal: (kind: SealedKind, value: string) => string;
}

interface Content {
  readonly top: readonly ListedFile[];
  readonly authored: readonly ListedFile[];
  readonly carried: readonly CarriedTarget[];
  readonly targets: { readonly root: string; readonly count: number };
}

const NOTHING: Content = { top: [], authored: [], carried: [], targets: { root: '', count: 0 } };

/** As it was kept. */
interface PlainAsOf {
  readonly rootVersion: number;
  readonly timestampVersion: number;
  readonly timestampExpires: string;
  readonly timestampSha256: string;
  readonly snapshotVersion: number;
  readonly snapshotSha256: string;
}

export class PlainImports {
  readonly #database: Database;
  /** By the import whose rows they are: most imports share those of an earlier one. */
  readonly #authored = new Map<number, Pick<Content, 'authored' | 'carried' | 'targets'>>();

  constructor(database: Database) {
    this.#database = database;
  }

  read(number: number): PlainImport {
    const row = this.#database.one('SELECT * FROM plain_import WHERE number = ?', number) ?? {};
    return {
      number,
      repository: String(row['repository']),
      outcome: String(row['outcome']) as PlainImport['outcome'],
      startedAt: new Date(String(row['started_at'])),
      candidate: textOf(row['candidate']),
      row,
    };
  }

  claim({ repository, startedAt, row }: PlainImport, { mirrorId, claimId, base, seal }: PlainClaiming): ImportClaim {
    const said = JSON.parse(String(row['claim'])) as Claim;
    const source = String(row['source']);
    const isOnline = /^https?:/.test(source) && source.length <= 2000;
    const isNumber = said.ticket === undefined || said.ticket.length <= MOST_TICKET;
    const words = [said.reason, isNumber ? undefined : `Ticket: ${said.ticket}`].filter((one) => one);
    const enrolled = this.#database.one('SELECT upstream, root_sha256 FROM plain_repository WHERE id = ?', repository);
    return {
      schema: 'import-claim/1',
      claim_id: claimId,
      mirror_id: mirrorId,
      repo_id: repository,
      profile: 'tuf1',
      upstream: { id: String(enrolled?.['upstream']), enrolled_root_sha256: String(enrolled?.['root_sha256']) },
      source: {
        kind: isOnline ? 'online' : 'directory',
        uri: isOnline ? source : null,
        place: isOnline ? null : seal('place', source),
      },
      base_import_id: base ?? null,
      reason: {
        ticket: isNumber ? (said.ticket ?? null) : null,
        text: words.length === 0 ? null : seal('reason', words.join('\n')),
      },
      policy_seen: null,
      importer: { actor: 'local', key: null, account: said.as === undefined ? null : seal('account', said.as) },
      decisions: decisionsOf(row),
      claimed_at: formatDate(startedAt),
    };
  }

  observation(made: PlainImport, { claim, previous, content, store, seal }: PlainRecording): ImportObservation {
    const { number, repository, outcome, startedAt, candidate, row } = made;
    const finishedAt = new Date(String(row['finished_at']));
    const seen = content === undefined ? NOTHING : this.#content(content);
    const files = outcome === 'refused' ? this.#files(number) : seen.top;
    const notes = JSON.parse(String(row['notes'])) as Note[];
    const [code, what] = [textOf(row['code']), textOf(row['what'])];
    // What a source says of itself names hosts and folders.
    const isTold = what !== null && !String(code).startsWith('SOURCE_');
    const asOf = row['as_of'] === null ? undefined : (JSON.parse(String(row['as_of'])) as PlainAsOf);
    const expires = asOf && new Date(asOf.timestampExpires);
    return {
      schema: 'import-observation/1',
      import_id: number,
      repo_id: repository,
      claim,
      received_at: formatDate(startedAt),
      verified_at: formatDate(finishedAt),
      server: { version: BEFORE, node: BEFORE },
      result: outcome === 'refused' ? 'rejected' : 'verified',
      outcome,
      reject_codes: code === null ? [] : [code],
      what: isTold ? what.slice(0, 4000) : null,
      what_sealed: what === null || isTold ? null : seal('message', what),
      candidate,
      as_of: asOf && expires ? asOfMember(asOf, expires) : null,
      files_sha256: store(filesList(files)),
      files_count: files.length,
      authored_sha256: store(content === undefined ? EMPTY_LIST : filesList(seen.authored)),
      authored_count: seen.authored.length,
      targets_root: content === undefined ? null : seen.targets.root,
      targets_count: seen.targets.count,
      carried_sha256: store(carriedList(seen.carried)),
      carried_count: seen.carried.length,
      decisions: decisionsOf(row),
      notes_sha256: store(notesList(notes)),
      notes_count: notes.length,
      upstream_age: expires ? Math.floor((finishedAt.getTime() - expires.getTime()) / 1000) : null,
      previous,
    };
  }

  #content(number: number): Content {
    const row = this.#database.one(
      'SELECT COALESCE(content_of, number) AS n FROM plain_import WHERE number = ?',
      number,
    );
    const of = Number(row?.['n']);
    const known = this.#authored.get(of) ?? this.#readContent(of);
    this.#authored.set(of, known);
    return { ...known, top: this.#files(number).filter(({ kind }) => kind !== 'authored') };
  }

  #readContent(number: number): Pick<Content, 'authored' | 'carried' | 'targets'> {
    const authored = this.#files(number).filter(({ kind }) => kind === 'authored');
    const carried = this.#database
      .all('SELECT path, role, length, sha256, hashes FROM plain_import_target WHERE import = ? ORDER BY rowid', number)
      .map(asCarriedTarget);
    // The tree that approvals bind did not exist yet; what it is made of is all there.
    const tree = new TargetsTree();
    const limits = this.#limits(String(this.read(number).row['repository']));
    for (const { role, fileSha256 } of authored) {
      const bytes = this.#database.one('SELECT bytes FROM file WHERE sha256 = ?', fileSha256)?.['bytes'];
      const { payload } = parseTargets(bytes as Uint8Array, role, limits);
      for (const [path, entry] of payload.targets) tree.add(role, path, entry);
    }
    return { authored, carried, targets: tree.summary() };
  }

  #files(number: number): ListedFile[] {
    return this.#database
      .all(
        `SELECT f.kind, f.role, f.version, f.file_sha256, f.signed_sha256, f.expires, b.length
           FROM plain_import_file f JOIN file b ON b.sha256 = f.file_sha256 WHERE f.import = ? ORDER BY f.rowid`,
        number,
      )
      .map((row) => ({ ...asImportFile(row), length: Number(row['length']) }));
  }

  /** The widest that ever held: what was read under them once is read again. */
  #limits(repository: string): Limits {
    const enrolled = this.#database.one('SELECT limits FROM plain_repository WHERE id = ?', repository)?.['limits'];
    const set = this.#database
      .all('SELECT name, value FROM plain_repository_limit WHERE repository = ?', repository)
      .map(({ name, value }): [string, number] => [String(name), Number(value)]);
    const widest = new Map<string, number>(Object.entries(DEFAULT_LIMITS));
    for (const [name, value] of [...Object.entries(JSON.parse(String(enrolled)) as Record<string, number>), ...set])
      widest.set(name, Math.max(widest.get(name) ?? 0, value));
    return { ...DEFAULT_LIMITS, ...Object.fromEntries(widest) };
  }
}

function asOfMember(asOf: PlainAsOf, expires: Date): NonNullable<ImportObservation['as_of']> {
  return {
    root_version: asOf.rootVersion,
    timestamp_version: asOf.timestampVersion,
    timestamp_expires: formatDate(expires),
    timestamp_sha256: asOf.timestampSha256,
    snapshot_version: asOf.snapshotVersion,
    snapshot_sha256: asOf.snapshotSha256,
  };
}

function decisionsOf(row: Row): MadeDecision[] {
  const made = JSON.parse(String(row['decisions'])) as Decision[];
  return made.map(({ kind, role, version, reason }) => ({ kind, role, version: version ?? null, reason }));
}

function textOf(value: Row[string] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
