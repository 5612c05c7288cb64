/**
 * A ledger filled by hand: real leaves, rows that follow from them, and checkpoints, but nothing in them was verified and
 * no metadata file is signed. Serving looks into none of that.
 */
import { release, signCheckpoint } from '../../src/ledger/checkpoints.ts';
import type { ImportClaim, ImportObservation, IssuedRef, LeafRef } from '../../src/ledger/events/statements.ts';
import { ledgerKeys, type LedgerKeys } from '../../src/ledger/keys.ts';
import { carriedList, EMPTY_LIST, filesList, type ListedFile, notesList, rolesList } from '../../src/ledger/lists.ts';
import type { CarriedTarget, Current, FileKind, GenerationRole } from '../../src/ledger/records.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { type NewEvent, Transcript } from '../../src/ledger/transcript.ts';
import { VerifiedLog } from '../../src/ledger/verified-log.ts';
import type { Database } from '../../src/platform/database.ts';
import { signerFromSeed } from '../../src/sign/signer.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { type MirrorRole, repositoryId, roleName, type Sha256 } from '../../src/tuf/names.ts';
import { seedNamed } from './keys.ts';

export const SNAPSHOT_EXPIRES = '2026-03-01T00:00:00Z';
export const TIMESTAMP_EXPIRES = '2026-02-01T00:00:00Z';
export const ORIGIN = 'mirror.example/log';

const INSTALLATION = '0'.repeat(32);
const AT = new Date('2026-01-01T00:00:02Z');
const NOTHING = '0'.repeat(64);
/** Of the right shape; nobody checks it here. */
const UNSIGNED = { keyid: NOTHING, sig: `${'A'.repeat(86)}==` };

export class HandMadeLedger {
  readonly keys: LedgerKeys = ledgerKeys(signerFromSeed(seedNamed('log')), signerFromSeed(seedNamed('attestation')));
  /** False: leaves are appended, and no checkpoint over them is released. */
  isReleasing = true;
  readonly #database: Database;
  readonly #reader: LedgerReader;
  readonly #log = new VerifiedLog({ start: () => undefined, apply: () => undefined, skip: () => undefined });

  constructor(database: Database) {
    this.#database = database;
    this.#reader = new LedgerReader(database);
    this.#write((_transcript, options) => {
      Transcript.genesis(database, options, AT, {
        installation: INSTALLATION,
        origin: ORIGIN,
        rootKeys: 'online',
      });
    });
  }

  /** Publishes one more generation of a repository, enrolling it first where needed. */
  publish(
    id: string,
    roles: Readonly<Record<string, number>>,
    bytes: ReadonlyMap<string, string>,
    targets: readonly CarriedTarget[],
  ): void {
    this.#write((transcript) => {
      this.#enrol(transcript, id);
      const current = this.#reader.current(repositoryId(id));
      const generation = (current?.generation ?? 0) + 1;
      const authored = Object.entries(roles).map(([role, version]) =>
        listed(transcript, 'authored', role, version, bytes.get(role)),
      );
      const number = this.#nextImport();
      const observation = this.#import(transcript, id, number, 'accepted', {
        files: [
          ...[1, 2].map((version) => listed(transcript, 'root', 'root', version)),
          listed(transcript, 'timestamp', 'timestamp', generation),
          listed(transcript, 'snapshot', 'snapshot', generation),
        ],
        authored,
        targets,
        stage: generation,
      });
      const next: Current = {
        repository: repositoryId(id),
        generation,
        rootVersion: current?.rootVersion ?? 1,
        snapshotVersion: (current?.snapshotVersion ?? 100) + 1,
        timestampVersion: (current?.timestampVersion ?? 200) + 1,
        onlineEpoch: current?.onlineEpoch ?? 1,
      };
      const issued = {
        root: issue(transcript, next, 'root'),
        snapshot: issue(transcript, next, 'snapshot'),
        timestamp: issue(transcript, next, 'timestamp'),
      };
      const list = authored.map(asRole);
      const statement = {
        schema: 'publication/1' as const,
        ...{ repo_id: id, generation, import_id: number, observation, approvals: [] },
        ...{ policy_sha256: NOTHING, ...issued, online_epoch: next.onlineEpoch, replaces: current?.generation ?? null },
        evidence: { root_version: 2, snapshot_sha256: NOTHING, timestamp_sha256: NOTHING },
        ...{ roles_sha256: transcript.store(rolesList(list)), roles_count: list.length },
        ...{ break_glass: null, withdrawal: null },
      };
      transcript.append({ type: 'publish', actor: 'system:publish', body: { statement, signature: UNSIGNED } });
      if (!current) issueRoot(transcript, next);
      serve(transcript, next);
    });
  }

  /** One more timestamp over the same snapshot; of another generation where that is given. */
  renew(id: string, generation?: number): void {
    this.#write((transcript) => {
      const current = this.#current(id);
      const next = { ...current, timestampVersion: current.timestampVersion + 1 };
      serve(transcript, { ...next, generation: generation ?? current.generation });
    });
  }

  /** New online keys, which begin their versions at the first again. */
  rotate(id: string): void {
    this.#write((transcript) => {
      const versions = { rootVersion: 2, snapshotVersion: 101, timestampVersion: 201, onlineEpoch: 2 };
      const next = { ...this.#current(id), ...versions };
      issueRoot(transcript, next);
      serve(transcript, next);
    });
  }

  /** An import that was refused, without evidence. */
  refuse(id: string, code: string): void {
    this.#write((transcript) => {
      this.#import(transcript, id, this.#nextImport(), 'refused', { files: [], authored: [], targets: [], code });
    });
  }

  /** Events as they are. @returns their leaves */
  append(...events: readonly NewEvent[]): LeafRef[] {
    const leaves: LeafRef[] = [];
    this.#write((transcript) => {
      for (const event of events) leaves.push(transcript.append(event));
    });
    return leaves;
  }

  /** One checkpoint over everything there is. */
  release(): void {
    const { size } = this.#log;
    const root = this.#log.root();
    const note = signCheckpoint({ origin: ORIGIN, size, root }, this.keys.checkpoints(ORIGIN));
    this.#database.transaction(() => {
      release(this.#database, { size, root }, note, [], AT);
    });
  }

  #write(work: (transcript: Transcript, options: ConstructorParameters<typeof Transcript>[1]) => void): void {
    const options = { log: this.#log, keys: this.keys, software: 'test' };
    this.#database.transaction(() => {
      work(new Transcript(this.#database, options, AT, INSTALLATION), options);
    });
    this.#log.catchUp(this.#database);
    if (this.isReleasing) this.release();
  }

  #current(id: string): Current {
    const current = this.#reader.current(repositoryId(id));
    if (!current) throw new TypeError(`nothing is published of ${id}`);
    return current;
  }

  #nextImport(): number {
    return Number(this.#database.one('SELECT COUNT(*) + 1 AS number FROM import')?.['number']);
  }

  #enrol(transcript: Transcript, id: string): void {
    if (this.#database.one('SELECT 1 FROM repository WHERE id = ?', id)) return;
    const root = Buffer.from(upstreamBytes('root', 1));
    const enrolment = {
      id: repositoryId(id),
      selection: { kind: 'all' } as const,
      ...{ upstream: 'test', rootSha256: sha256(root), maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS, enrolledAt: AT },
    };
    transcript.enrol(enrolment, root, {});
  }

  #import(
    transcript: Transcript,
    id: string,
    number: number,
    outcome: 'accepted' | 'refused',
    seen: {
      readonly files: readonly ListedFile[];
      readonly authored: readonly ListedFile[];
      readonly targets: readonly CarriedTarget[];
      readonly stage?: number;
      readonly code?: string;
    },
  ): LeafRef {
    const claim = transcript.append({ type: 'import.claimed', actor: 'local', body: claimOf(id) });
    const { files, authored, targets, stage = 0, code } = seen;
    const result = outcome === 'accepted' ? 'verified' : 'rejected';
    const statement: ImportObservation = {
      ...{ schema: 'import-observation/1', import_id: number, repo_id: id, claim, outcome, result, previous: null },
      ...{ received_at: '2026-01-01T00:00:00Z', verified_at: '2026-01-01T00:00:01Z' },
      ...{ server: { version: 'test', node: 'test' }, reject_codes: code === undefined ? [] : [code] },
      ...{ what: null, what_sealed: null, candidate: null, targets_root: null, targets_count: 0, decisions: [] },
      as_of:
        code === undefined
          ? {
              ...{ root_version: 2, timestamp_version: stage, timestamp_sha256: NOTHING },
              ...{ timestamp_expires: '2026-02-02T00:00:00Z', snapshot_version: stage, snapshot_sha256: NOTHING },
            }
          : null,
      ...{ files_sha256: transcript.store(filesList(files)), files_count: files.length },
      ...{ authored_sha256: transcript.store(filesList(authored)), authored_count: authored.length },
      ...{ carried_sha256: transcript.store(carriedList(targets)), carried_count: targets.length },
      ...{ notes_sha256: transcript.store(code === undefined ? notesList([]) : EMPTY_LIST), notes_count: 0 },
      upstream_age: null,
    };
    const body = { statement, signature: UNSIGNED };
    return transcript.append({ type: `import.${result}`, actor: 'system:import', cause: claim.hash, body });
  }
}

export function upstreamBytes(role: string, version: number): string {
  return `{"upstream ${role}":${String(version)}}`;
}

export function mirrorBytes(id: string, role: string, version: number, epoch = 1): string {
  return `{"${id} ${role}${epoch === 1 ? '' : ` of epoch ${String(epoch)}`}":${String(version)}}`;
}

function claimOf(id: string): { statement: ImportClaim; signature: null } {
  return {
    statement: {
      ...{ schema: 'import-claim/1', claim_id: INSTALLATION, mirror_id: INSTALLATION, repo_id: id, profile: 'tuf1' },
      ...{ upstream: { id: 'test', enrolled_root_sha256: NOTHING }, base_import_id: null, policy_seen: null },
      source: { kind: 'online', uri: 'https://upstream.example/', place: null },
      reason: { ticket: null, text: null },
      importer: { actor: 'local', key: null, account: null },
      ...{ decisions: [], claimed_at: '2026-01-01T00:00:00Z' },
    },
    signature: null,
  };
}

function listed(transcript: Transcript, kind: FileKind, role: string, version: number, bytes?: string): ListedFile {
  const content = Buffer.from(bytes ?? upstreamBytes(role, version));
  const fileSha256 = transcript.store(content);
  const expires = kind === 'authored' ? new Date('2026-06-01T00:00:00Z') : undefined;
  return { kind, role: roleName(role), version, fileSha256, signedSha256: fileSha256, length: content.length, expires };
}

function asRole({ role, version, length, fileSha256, expires }: ListedFile): GenerationRole {
  return { role, version: version ?? 0, length, fileSha256, expires: expires ?? AT, reachable: true };
}

function issue(transcript: Transcript, next: Current, role: MirrorRole): IssuedRef {
  const version = next[`${role}Version`];
  const bytes = Buffer.from(mirrorBytes(next.repository, role, version, role === 'root' ? 1 : next.onlineEpoch));
  const digest: Sha256 = transcript.store(bytes);
  const expires = role === 'timestamp' ? TIMESTAMP_EXPIRES : SNAPSHOT_EXPIRES;
  return { version, sha256: digest, length: bytes.length, expires };
}

function issueRoot(transcript: Transcript, next: Current): void {
  const { repository, generation } = next;
  const body = { repository, generation, root: issue(transcript, next, 'root') };
  transcript.append({ type: 'root.issued', actor: 'local', body });
}

function serve(transcript: Transcript, next: Current): void {
  const { repository, generation, onlineEpoch: online_epoch, rootVersion: root_version } = next;
  const snapshot = issue(transcript, next, 'snapshot');
  const timestamp = issue(transcript, next, 'timestamp');
  const body = { repository, generation, online_epoch, root_version, snapshot, timestamp };
  transcript.append({ type: 'serve.timestamp', actor: 'system:renewal', body });
}
