/**
 * What was public at a time: `/<id>/at/2026-11-23T02:55:01Z/…`, for those who ask what a client could have seen then.
 *
 *   metadata/NAME · NAME      timestamp, snapshot, the root and those before it, the roles of that generation
 *   targets/NAME              its targets, in every form of TargetNames
 *
 * Of a collection NAME is what its clients ask for: `ROLE.json`, `N.ROLE.json`, `ROLE.SHA256.json`. Notary carries no
 * targets, so `targets/releases.json` is a role there.
 *
 * A time has one spelling and lies in the past. The answer says in its headers what it is, and no cache keeps it: an old
 * state that is taken for the current one is a rollback, offered by us. Nothing is kept here either: names are found by
 * rows, and a file is read when its bytes are to be sent, once for all who are being sent it at that moment. So asking for
 * many times costs rows, and as much memory as different files are on their way.
 */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDate, parseDate } from '../tuf/dates.ts';
import { parseMetadataFileName, type RepositoryId, type Sha256, targetPath } from '../tuf/names.ts';
import { type CollectionFile, parseCollectionFile } from './collection-names.ts';
import type { FoundMetadata } from './metadata-names.ts';
import { decodeOnce, type PathInFolder, splitFolder } from './request-path.ts';
import { type FoundTarget, pathsOf, TargetNames } from './target-names.ts';

type ServedEvent = Extract<ReturnType<LedgerReader['event']>, { type: 'serve.timestamp' }>;

export type FoundPast = (FoundTarget | (FoundMetadata & { readonly read: () => Buffer })) & {
  readonly route: 'past';
  /** Headers that say of which time it is. */
  readonly marks: readonly string[];
};

const TIME_LENGTH = '2026-11-23T02:55:01Z'.length;

export class PastStates {
  readonly #reader: LedgerReader;
  readonly #clock: Clock;
  readonly #dialect: 'tuf' | 'notary';

  constructor(reader: LedgerReader, clock: Clock, dialect: 'tuf' | 'notary' = 'tuf') {
    this.#reader = reader;
    this.#clock = clock;
    this.#dialect = dialect;
  }

  /**
   * @param rest what lies behind `/<id>/at/`, as sent
   * @param leaves released ones
   * @throws STATE_LEDGER; `read` of what is found STATE_DAMAGED
   */
  find(repository: RepositoryId, rest: string, leaves: number): FoundPast | undefined {
    const at = this.#pastTime(rest.slice(0, TIME_LENGTH));
    if (!at || rest[TIME_LENGTH] !== '/') return undefined;
    const event = this.#servedAt(repository, at, leaves);
    return event && this.#findIn(event, rest.slice(TIME_LENGTH + 1));
  }

  #findIn(event: ServedEvent, rest: string): FoundPast | undefined {
    const marks = ['X-Countersign-Served-At', formatDate(event.at), 'X-Robots-Tag', 'noindex, noarchive'];
    const path = splitFolder(rest);
    if (this.#dialect === 'tuf' && path?.folder === 'targets/') {
      const target = this.#findTarget(event, path.name);
      return target && { ...target, caching: 'never', route: 'past', marks };
    }
    const file = this.#dialect === 'tuf' ? namedInTuf(path) : namedInNotary(rest);
    const digest = file && this.#findMetadata(event, file);
    // By digest there is only what that moment listed.
    if (digest === undefined || (file?.digest ?? digest) !== digest) return undefined;
    // Not through the memory of the read path, from which old files would push out those that clients ask for.
    const read = (): Buffer => this.#reader.bytes(digest);
    return { kind: 'metadata', sha256: digest, caching: 'never', route: 'past', marks, read };
  }

  /** Undefined for the future, of which nothing is known. In twenty characters a time has one spelling. */
  #pastTime(text: string): Date | undefined {
    const at = parseDate(text);
    return at && at <= this.#clock.now() ? at : undefined;
  }

  /** @throws STATE_LEDGER for a row that points to another leaf */
  #servedAt(repository: RepositoryId, at: Date, leaves: number): ServedEvent | undefined {
    const index = this.#reader.past.servedAt(repository, at, leaves);
    if (index === undefined) return undefined;
    const event = this.#reader.event(index);
    if (event.type === 'serve.timestamp' && event.body.repository === repository) return event;
    throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is no timestamp of ${repository}.`, {
      details: { entry: index },
    });
  }

  #findMetadata({ body }: ServedEvent, { role, version, digest }: CollectionFile): Sha256 | undefined {
    if (role === 'root') return this.#findRoot(body, version ?? body.root_version);
    if (role === 'timestamp')
      return version === undefined && digest === undefined ? (body.timestamp.sha256 as Sha256) : undefined;
    const listed =
      role === 'snapshot'
        ? { version: body.snapshot.version, fileSha256: body.snapshot.sha256 as Sha256 }
        : this.#reader.past.role(body.repository as RepositoryId, body.generation, role);
    return version === undefined || version === listed?.version ? listed?.fileSha256 : undefined;
  }

  /** The chain as far as it went then, from the first root on. */
  #findRoot({ repository, root_version }: ServedEvent['body'], version: number): Sha256 | undefined {
    return version <= root_version ? this.#reader.past.root(repository as RepositoryId, version) : undefined;
  }

  #findTarget({ body }: ServedEvent, name: string): FoundTarget | undefined {
    const { repository, generation } = body;
    const listed = pathsOf(name).flatMap((path) =>
      this.#reader.past.targets(repository as RepositoryId, generation, targetPath(path)),
    );
    return new TargetNames(listed, listed).find(name);
  }
}

function namedInTuf(path: PathInFolder | undefined): CollectionFile | undefined {
  if (path?.folder !== '' && path?.folder !== 'metadata/') return undefined;
  const file = parseMetadataFileName(path.name);
  // A name that looks versioned never stands for a role that is called so: see MetadataNames.
  return file?.versioned ?? file?.plain;
}

function namedInNotary(rest: string): CollectionFile | undefined {
  return parseCollectionFile(decodeOnce(rest.replace(/^metadata\//, '')) ?? '');
}
