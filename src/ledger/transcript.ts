/**
 * What happens inside one transaction, as leaves in order: each is encoded, hashed into the tree and projected into rows
 * before the next. Statements of the server are signed here, because they name leaves of the same transaction.
 */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import { NODE_VERSION } from '../platform/process.ts';
import { randomName } from '../platform/random.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { Sha256 } from '../tuf/names.ts';
import { leafHash } from '../tlog/tree.ts';
import { type AnyEvent, canonicalBytes, canonicalText, decodeLeaf, encodeLeaf } from './events/leaf.ts';
import type { LeafRef } from './events/statements.ts';
import type { EventBody, EventType } from './events/types.ts';
import { requireFree } from './enrolling.ts';
import { attest, type LedgerKeys } from './keys.ts';
import { appendLeaf, leafBytes, logSize } from './log-rows.ts';
import { project } from './projections.ts';
import { observe, type NewImport } from './record-import.ts';
import { type Publication, issuedRef, publicationStatement, requireCurrent, rolesAfter } from './record-publication.ts';
import type { Enrolment } from './records.ts';
import type { AnyLog } from './verified-log.ts';

/** What the server states is told apart from everything else by these types (DSSE payload types). */
export const OBSERVATION = 'application/vnd.countersign.observation.v1+json';
export const PUBLICATION = 'application/vnd.countersign.publication.v1+json';

/** An event that is still to get its place. */
export type NewEvent = {
  [Type in EventType]: {
    readonly type: Type;
    /** `local`, a pseudonym, or `system:<job>`. */
    readonly actor: string;
    readonly cause?: string | null;
    /** The body, or what makes it from the leaves that this transaction has appended so far. */
    readonly body: EventBody<Type> | ((appended: readonly LeafRef[]) => EventBody<Type>);
  };
}[EventType];

export interface TranscriptOptions {
  readonly log: Pick<AnyLog, 'facts'>;
  readonly keys: LedgerKeys;
  readonly software: string;
  /** For the leaf of this index; drawn at random where nothing else is said. */
  readonly nonce?: (index: number) => string;
}

export class Transcript {
  readonly #database: Database;
  readonly #options: TranscriptOptions;
  readonly #now: Date;
  readonly #mirrorId: string;
  readonly #appended: LeafRef[] = [];

  constructor(database: Database, options: TranscriptOptions, now: Date, mirrorId = options.log.facts.installation) {
    this.#database = database;
    this.#options = options;
    this.#now = now;
    this.#mirrorId = mirrorId;
  }

  static genesis(
    database: Database,
    options: TranscriptOptions,
    now: Date,
    first: {
      readonly installation: string;
      readonly origin: string;
      readonly rootKeys: 'offline' | 'online';
      readonly plainRecordSha256?: string;
    },
  ): Transcript {
    const transcript = new Transcript(database, options, now, first.installation);
    const { keys, software } = options;
    transcript.append({
      type: 'genesis',
      actor: 'local',
      body: {
        installation: first.installation,
        origin: first.origin,
        log_key: keys.checkpoints(first.origin).key.text,
        attestation_key: encodeHex(keys.attestation.publicKey),
        root_keys: first.rootKeys,
        software,
        plain_record_sha256: first.plainRecordSha256 ?? null,
      },
    });
    return transcript;
  }

  /** Appends one event and its rows. @returns its leaf */
  append({ type, actor, cause = null, body }: NewEvent): LeafRef {
    const n = logSize(this.#database);
    const event = {
      n,
      type,
      mirrorId: this.#mirrorId,
      at: this.#now,
      actor,
      cause,
      nonce: this.#options.nonce?.(n) ?? randomName(),
      body: typeof body === 'function' ? body(this.#appended) : body,
    } as AnyEvent;
    const bytes = encodeLeaf(event);
    const leaf = appendLeaf(this.#database, bytes);
    // What the leaf says, and not what was meant: a replay has nothing else.
    project(this.#database, decodeLeaf(bytes, leaf.index), (digest) => this.#file(digest));
    this.#appended.push(leaf);
    return leaf;
  }

  /** How many leaves it has appended. */
  get count(): number {
    return this.#appended.length;
  }

  record({
    import: made,
    events = [],
    publications = [],
  }: {
    readonly import?: NewImport;
    readonly events?: readonly NewEvent[];
    readonly publications?: readonly Publication[];
  }): readonly LeafRef[] {
    this.#noteUpgrade();
    if (made) this.#import(made);
    for (const event of events) this.append(event);
    for (const publication of publications) this.#publish(publication);
    return this.#appended;
  }

  /** @throws USAGE_REPOSITORY_EXISTS */
  enrol(enrolment: Enrolment, root: Uint8Array, limits: Readonly<Record<string, number>>): void {
    requireFree(this.#database, enrolment);
    this.append({
      type: 'upstream.enrol',
      actor: 'local',
      body: {
        repository: enrolment.id,
        dialect: enrolment.collection ? 'notary' : 'tuf',
        collection: enrolment.collection
          ? { name: enrolment.collection.name, served_as: enrolment.collection.servedAs }
          : null,
        upstream: enrolment.upstream,
        root_sha256: this.store(root),
        selection: JSON.stringify(enrolment.selection),
        max_upstream_age_days: enrolment.maxUpstreamAgeDays,
        limits,
      },
    });
  }

  recover(reason: string, eventsLost: number, isSameLog: boolean): void {
    const { origin } = this.#options.log.facts;
    const next = isSameLog ? origin : nextOrigin(origin);
    const body = {
      reason,
      events_lost: eventsLost,
      origin: next,
      log_key: this.#options.keys.checkpoints(next).key.text,
    };
    this.append({ type: 'recovery', actor: 'local', body });
  }

  stepClock(reason: string, lastEvent: Date): void {
    this.append({ type: 'clock.step', actor: 'local', body: { reason, last_event: formatDate(lastEvent) } });
  }

  /** Stores bytes under their digest, once. */
  store(bytes: Uint8Array): Sha256 {
    const digest = sha256(bytes);
    if (!this.#database.one('SELECT 1 FROM file WHERE sha256 = ?', digest)) {
      this.#database.run('INSERT INTO file (sha256, length, bytes) VALUES (?, ?, ?)', digest, bytes.length, bytes);
    }
    return digest;
  }

  #import(made: NewImport): void {
    const { repository } = made;
    const claim = this.append({
      type: 'import.claimed',
      actor: made.claimed.statement.importer.actor,
      body: made.claimed,
    });
    const { software } = this.#options;
    const statement = observe(made, {
      claim,
      previous: this.#previousImport(repository),
      server: { version: software, node: NODE_VERSION },
      now: this.#now,
      store: (bytes) => this.store(bytes),
    });
    const signature = attest(this.#options.keys.attestation, OBSERVATION, canonicalBytes(statement));
    const type = statement.result === 'verified' ? 'import.verified' : 'import.rejected';
    const seen = this.append({ type, actor: 'system:import', cause: claim.hash, body: { statement, signature } });
    if (made.outcome.kind !== 'refused' || made.outcome.code !== 'TRUST_EQUIVOCATION') return;
    const { roles } = made.outcome;
    const body = { repository, import: made.number, files: firstOf(roles), files_count: roles.length };
    this.append({ type: 'equivocation', actor: 'system:import', cause: seen.hash, body });
  }

  #previousImport(repository: string): LeafRef | null {
    const row = this.#database.one('SELECT MAX(entry) AS entry FROM import WHERE repository = ?', repository);
    if (typeof row?.['entry'] !== 'number') return null;
    return { index: row['entry'], hash: encodeHex(leafHash(leafBytes(this.#database, row['entry']))) };
  }

  #publish(publication: Publication): void {
    const { next, issued, content } = publication;
    const { repository, generation } = next;
    requireCurrent(this.#database, publication);
    for (const file of issued) this.store(file.bytes);
    const root = issued.find(({ role }) => role === 'root');
    const actor = content ? 'system:publish' : 'system:renewal';
    let cause: string | null = null;
    if (content) {
      const statement = publicationStatement(this.#database, { ...publication, content }, (bytes) => this.store(bytes));
      const signature = attest(this.#options.keys.attestation, PUBLICATION, canonicalBytes(statement));
      const body = { statement, signature };
      cause = this.append({ type: 'publish', actor, cause: statement.observation.hash, body }).hash;
    }
    if (root)
      this.append({ type: 'root.issued', actor, cause, body: { repository, generation, root: issuedRef(root) } });
    const { snapshot, timestamp } = rolesAfter(this.#database, publication);
    const body = {
      ...{ repository, generation, online_epoch: next.onlineEpoch, root_version: next.rootVersion },
      ...{ snapshot, timestamp },
    };
    this.append({ type: 'serve.timestamp', actor, cause, body });
  }

  /** Which program stated what: told once, by the first event under a new version. */
  #noteUpgrade(): void {
    const { log, software } = this.#options;
    const previous = log.facts.software;
    if (previous === software) return;
    this.append({ type: 'software.upgrade', actor: 'system:program', body: { version: software, previous } });
  }

  #file(digest: Sha256): Uint8Array {
    const bytes = this.#database.one('SELECT bytes FROM file WHERE sha256 = ?', digest)?.['bytes'];
    if (bytes instanceof Uint8Array && sha256(bytes) === digest) return bytes;
    throw new Refusal('STATE_DAMAGED', `The record’s file ${digest} is missing, or not what it was.`, {
      details: { sha256: digest },
    });
  }
}

/** As many as a leaf has room for, whatever upstream calls its roles: its contradiction must not be what cannot be recorded. */
export function firstOf(labels: readonly string[]): string[] {
  let room = 30_000;
  return labels
    .slice(0, 40)
    .map((label) => label.slice(0, 1200))
    .filter((label) => (room -= Buffer.byteLength(canonicalText(label))) > 0);
}

/** `mirror.example/log` → `mirror.example/log/2` → `…/3`. */
function nextOrigin(origin: string): string {
  const match = /^(.*)\/([2-9]|[1-9][0-9]+)$/.exec(origin);
  return match ? `${match[1] ?? ''}/${Number(match[2]) + 1}` : `${origin}/2`;
}
