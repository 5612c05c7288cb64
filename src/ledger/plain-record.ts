/**
 * A record of the time before the ledger: its events become leaves with their own times, and its tables their projections.
 * It is verified first, as its own version would have; what is not whole is not translated.
 *
 * The same record gives the same log, leaf for leaf, on the same machine: whatever is drawn is drawn from its attestation
 * key and the record’s last digest. So a translation that was cut off, or done again from the same backup, forks nothing.
 */
import { createHash, createHmac } from 'node:crypto';
import { Refusal } from '../errors.ts';
import type { Database, Row } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import type { Sha256 } from '../tuf/names.ts';
import { rootOf } from '../tlog/tree.ts';
import { signHead } from './checkpoints.ts';
import { canonicalBytes, statementDigest } from './events/leaf.ts';
import { SOLO } from './events/policy.ts';
import type { ImportObservation, IssuedRef, LeafRef } from './events/statements.ts';
import { attest, type LedgerKeys } from './keys.ts';
import { rolesList } from './lists.ts';
import { logSize, storedNodes } from './log-rows.ts';
import { damaged, type PlainEvent, type PlainEventOf, verifiedPlainEvents } from './plain-chain.ts';
import { BEFORE, PlainImports } from './plain-imports.ts';
import { requireSameContent } from './plain-content.ts';
import { asGenerationRole } from './records.ts';
import type { SealedKind, SealedStore } from './sealed.ts';
import type { AnyLog } from './verified-log.ts';
import { firstOf, OBSERVATION, PUBLICATION, Transcript } from './transcript.ts';

export interface Translating {
  readonly keys: LedgerKeys;
  readonly sealed: SealedStore;
  /** The log’s name, from the installation’s. */
  readonly origin: (installation: string) => string;
}

/** Whether the database still is one of the time before the ledger. */
export function isPlainRecord(database: Database): boolean {
  const table = database.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'event'");
  return table !== undefined && database.one('SELECT 1 FROM event LIMIT 1') !== undefined;
}

/**
 * Inside the transaction that set the plain tables aside under other names.
 * @throws STATE_DAMAGED, STATE_SCHEMA when the plain record is not whole, or says what an entry cannot
 */
export function translatePlainRecord(database: Database, translating: Translating): void {
  const events = verifiedPlainEvents(database);
  const last = events.at(-1);
  if (!last) return;
  // Values are sealed in one commit of their own, just before the record’s: not one by one with a sync for each.
  translating.sealed.together(() => {
    const translation = new Translation(database, translating, last.sha256);
    for (const event of events) translation.take(event);
    requireSameContent(database);
    translation.sign();
  });
}

interface Accepted {
  readonly number: number;
  readonly candidate: string | null;
}

/** Where a repository stands while its events are told. */
interface Standing {
  previous: LeafRef | null;
  accepted: Accepted | undefined;
  generation: number | undefined;
  epoch: number;
  readonly files: Partial<Record<'root' | 'snapshot' | 'timestamp', IssuedRef>>;
}

class Translation {
  readonly #database: Database;
  readonly #translating: Translating;
  readonly #imports: PlainImports;
  readonly #recordSha256: Sha256;
  readonly #seed: Uint8Array;
  readonly #standing = new Map<string, Standing>();
  readonly #observed = new Map<number, { readonly ref: LeafRef; readonly statement: ImportObservation }>();
  #installation = '';
  #origin = '';

  constructor(database: Database, translating: Translating, recordSha256: Sha256) {
    this.#database = database;
    this.#translating = translating;
    this.#imports = new PlainImports(database);
    this.#recordSha256 = recordSha256;
    // Nothing that the key ever signs otherwise begins like this.
    const message = Buffer.from(`countersign/plain-record/v1\n${recordSha256}\n`);
    this.#seed = createHash('sha256').update(translating.keys.attestation.sign(message)).digest();
  }

  take(event: PlainEvent): void {
    try {
      this.#tell(event);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Refusal('STATE_SCHEMA', `Event ${event.idx} of the plain record cannot become an entry.`, {
        details: { event: event.idx },
        cause: error,
      });
    }
  }

  /** The tree over all of it, as the writer signs it after every commit. */
  sign(): void {
    const size = logSize(this.#database);
    const root = rootOf(size, storedNodes(this.#database));
    signHead(this.#database, { origin: this.#origin, size, root }, this.#translating.keys.checkpoints);
  }

  #tell(event: PlainEvent): void {
    switch (event.kind) {
      case 'genesis': {
        this.#installation = event.body.installation;
        this.#origin = this.#translating.origin(this.#installation);
        const facts = { origin: this.#origin, rootKeys: event.body.root_keys, plainRecordSha256: this.#recordSha256 };
        Transcript.genesis(this.#database, this.#options(), event.at, { installation: this.#installation, ...facts });
        return;
      }
      case 'repository-enrolled':
        this.#enrol(event);
        return;
      case 'limits-set': {
        const limits = Object.fromEntries(event.body.limits.map(asLimit));
        const body = { repository: event.repository, limits, reason: this.#seal(event, 'reason', event.body.reason) };
        this.#transcript(event).append({ type: 'limits.set', actor: 'local', body });
        return;
      }
      case 'import-accepted':
      case 'import-unchanged':
      case 'import-refused':
        this.#import(event);
        return;
      case 'equivocation': {
        const { import: number, files } = event.body;
        const body = { repository: event.repository, import: number, files: firstOf(files), files_count: files.length };
        const cause = this.#observed.get(number)?.ref.hash ?? null;
        this.#transcript(event).append({ type: 'equivocation', actor: 'system:import', cause, body });
        return;
      }
      case 'generation-published':
      case 'renewed':
        this.#publish(event);
        return;
      case 'restored-record-adopted': {
        const [reason, origin] = [this.#seal(event, 'reason', event.body.reason), this.#origin];
        const { text: log_key } = this.#translating.keys.checkpoints(origin).key;
        const body = { reason, events_lost: event.body.events_lost, origin, log_key };
        this.#transcript(event).append({ type: 'recovery', actor: 'local', body });
        return;
      }
      case 'clock-adopted': {
        const reason = this.#seal(event, 'reason', event.body.reason);
        const body = { reason, last_event: formatDate(new Date(event.body.last_event)) };
        this.#transcript(event).append({ type: 'clock.step', actor: 'local', body });
      }
    }
  }

  #enrol(event: PlainEventOf<'repository-enrolled'>): void {
    const row = this.#database.one('SELECT limits FROM plain_repository WHERE id = ?', event.repository);
    const limits = JSON.parse(String(row?.['limits'])) as Record<string, number>;
    const body = { repository: event.repository, dialect: 'tuf', collection: null, ...event.body, limits } as const;
    this.#transcript(event).append({ type: 'upstream.enrol', actor: 'local', body });
  }

  #import(event: PlainEventOf<'import-accepted' | 'import-unchanged' | 'import-refused'>): void {
    const made = this.#imports.read(event.body.import);
    const standing = this.#standingOf(event.repository);
    const seal = (kind: SealedKind, value: string): string => this.#seal(event, kind, value);
    const transcript = this.#transcript(event);
    const { number, outcome, candidate } = made;
    const claiming = { mirrorId: this.#installation, claimId: this.#drawn(`claim ${number}`).toString('hex', 0, 16) };
    const base = standing.accepted?.number;
    const claimed = { statement: this.#imports.claim(made, { ...claiming, base, seal }), signature: null };
    const claim = transcript.append({ type: 'import.claimed', actor: 'local', body: claimed });
    if (outcome === 'accepted') standing.accepted = { number, candidate };
    const isKnown = outcome !== 'refused' && standing.accepted?.candidate === candidate;
    const statement = this.#imports.observation(made, {
      claim,
      previous: standing.previous,
      content: isKnown ? standing.accepted?.number : undefined,
      store: (bytes) => transcript.store(bytes),
      seal,
    });
    const signature = attest(this.#translating.keys.attestation, OBSERVATION, canonicalBytes(statement));
    const type = `import.${statement.result}` as const;
    const ref = transcript.append({ type, actor: 'system:import', cause: claim.hash, body: { statement, signature } });
    standing.previous = ref;
    this.#observed.set(number, { ref, statement });
  }

  #publish(event: PlainEventOf<'generation-published' | 'renewed'>): void {
    const { repository } = event;
    const { generation, issued } = event.body;
    const standing = this.#standingOf(repository);
    const transcript = this.#transcript(event);
    const before = standing.generation;
    const issuedNow = issued.map((label) => this.#issued(event, label));
    for (const { role, file, epoch } of issuedNow) {
      standing.files[role] = file;
      if (role !== 'root') standing.epoch = epoch;
    }
    standing.generation = generation;
    const { root, snapshot, timestamp } = standing.files;
    if (!root || !snapshot || !timestamp) throw damaged(event.idx, 'publishes without a root, snapshot and timestamp');
    const actor = event.kind === 'generation-published' ? 'system:publish' : 'system:renewal';
    let cause: string | null = null;
    if (event.kind === 'generation-published') {
      const { import: number } = event.body;
      const observed = this.#observed.get(number);
      if (!observed?.statement.as_of) throw damaged(event.idx, `publishes import ${number}, which was not accepted`);
      const { root_version, snapshot_sha256, timestamp_sha256 } = observed.statement.as_of;
      const roles = this.#rolesOf(repository, generation);
      const statement = {
        ...{ schema: 'publication/1' as const, repo_id: repository, generation, import_id: number },
        ...{
          observation: observed.ref,
          approvals: [],
          policy_sha256: statementDigest(SOLO),
          root,
          snapshot,
          timestamp,
        },
        evidence: { root_version, snapshot_sha256, timestamp_sha256 },
        online_epoch: standing.epoch,
        ...{ roles_sha256: transcript.store(rolesList(roles)), roles_count: roles.length, replaces: before ?? null },
        ...{ break_glass: null, withdrawal: null },
      };
      const signature = attest(this.#translating.keys.attestation, PUBLICATION, canonicalBytes(statement));
      const body = { statement, signature };
      cause = transcript.append({ type: 'publish', actor, cause: observed.ref.hash, body }).hash;
    }
    if (issuedNow.some(({ role }) => role === 'root'))
      transcript.append({ type: 'root.issued', actor, cause, body: { repository, generation, root } });
    const body = {
      ...{ repository, generation, online_epoch: standing.epoch, root_version: root.version, snapshot, timestamp },
    };
    transcript.append({ type: 'serve.timestamp', actor, cause, body });
  }

  /** `timestamp@29923381 sha256:…` */
  #issued(
    event: PlainEvent,
    label: string,
  ): { readonly role: 'root' | 'snapshot' | 'timestamp'; readonly file: IssuedRef; readonly epoch: number } {
    const [, role = '', version = '', digest = ''] = /^(root|snapshot|timestamp)@(\d+) sha256:(.*)$/.exec(label) ?? [];
    const row = this.#database.one(
      `SELECT i.epoch, i.expires, f.length FROM plain_issued i JOIN file f ON f.sha256 = i.file_sha256
        WHERE i.repository = ? AND i.role = ? AND i.version = ? AND i.file_sha256 = ?`,
      event.repository,
      role,
      Number(version),
      digest,
    );
    if (!row) throw damaged(event.idx, `issued a ${role} version ${version} that is not there`);
    const file = {
      version: Number(version),
      sha256: digest,
      length: Number(row['length']),
      expires: String(row['expires']),
    };
    return { role: role as 'root' | 'snapshot' | 'timestamp', file, epoch: Number(row['epoch']) };
  }

  #rolesOf(repository: string, generation: number): ReturnType<typeof asGenerationRole>[] {
    return this.#database
      .all(
        `SELECT role, version, length, file_sha256, expires, reachable FROM plain_generation_role
          WHERE repository = ? AND generation =
            (SELECT COALESCE(roles_of, number) FROM plain_generation WHERE repository = ? AND number = ?) ORDER BY rowid`,
        repository,
        repository,
        generation,
      )
      .map((row: Row) => asGenerationRole(row));
  }

  #standingOf(repository: string): Standing {
    const known = this.#standing.get(repository);
    const standing = known ?? { previous: null, accepted: undefined, generation: undefined, epoch: 1, files: {} };
    this.#standing.set(repository, standing);
    return standing;
  }

  #transcript({ at }: PlainEvent): Transcript {
    return new Transcript(this.#database, this.#options(), at, this.#installation);
  }

  #options(): ConstructorParameters<typeof Transcript>[1] {
    const { keys } = this.#translating;
    const nonce = (index: number): string => this.#drawn(`entry ${index}`).toString('hex', 0, 16);
    return { log: NOT_YET, keys, software: BEFORE, nonce };
  }

  #seal({ idx }: PlainEvent, kind: SealedKind, value: string): string {
    return this.#translating.sealed.seal(kind, value, this.#drawn(`salt ${idx} ${kind}`));
  }

  /** 32 bytes that nobody without the key can tell, and always the same. */
  #drawn(label: string): Buffer {
    return createHmac('sha256', this.#seed).update(label).digest();
  }
}

/** A translation asks the record that it translates, and not the log that it makes. */
const NOT_YET: Pick<AnyLog, 'facts'> = {
  get facts(): never {
    throw new TypeError('the log has no facts yet');
  },
};

/** `versionJump=2000` */
function asLimit(label: string): [string, number] {
  const [name = '', value = ''] = label.split('=');
  return [name, Number(value)];
}
