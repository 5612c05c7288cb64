/**
 * What all repositories answer now. A publication, by this process or by the command line, is noticed within a quarter
 * of a second and becomes visible in one assignment, with its proof: a request sees the old state or the new one, never a
 * mix. It is public when its leaf is under a released checkpoint and not before, so that nobody is shown what the
 * witnesses have not seen.
 */
import { isRefusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Served } from '../ledger/records.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { type MetadataFile, metadataFileName, type RepositoryId } from '../tuf/names.ts';
import type { Signatures } from './approvals.ts';
import type { RecordBodies } from './bodies.ts';
import { ServedCollection } from './collection.ts';
import { Moment } from './moment.ts';
import { ReleasedLog } from './released-log.ts';
import { ServedRepository } from './tree.ts';

const POLL_MS = 250;

/** Why the newest state of a repository, or of the whole record, is not the one that is served. */
export interface ReloadTrouble {
  readonly repository?: RepositoryId;
  readonly code: string;
  readonly what: string;
}

export interface PublishedTreesOptions {
  readonly reader: LedgerReader;
  readonly bodies: RecordBodies;
  readonly clock: Clock;
  readonly log: Log;
  /** Present where the approvals of people are public. */
  readonly signatures?: Signatures | undefined;
}

export class PublishedTrees {
  readonly #options: PublishedTreesOptions;
  /** Names of collections; undefined for a TUF repository. Enrolments never change, and reading a thousand takes time. */
  readonly #guns = new Map<RepositoryId, string | undefined>();
  #now: Moment;
  #trouble: readonly ReloadTrouble[] = [];

  /** Holds nothing before the first `refresh`. */
  constructor(options: PublishedTreesOptions) {
    this.#options = options;
    this.#now = new Moment(options);
  }

  get now(): Moment {
    return this.#now;
  }

  /** Empty while everything published is served. */
  get trouble(): readonly ReloadTrouble[] {
    return this.#trouble;
  }

  /** The bytes that a client is answered with now, for checks that ask as a client would; undefined for a 404. */
  metadata(repository: RepositoryId, file: MetadataFile): Buffer | undefined {
    const rest = `metadata/${encodeURIComponent(metadataFileName(file))}`;
    const hot = this.#now.hot.get(`/${repository}/${rest}`);
    if (hot) return hot.body;
    const found = this.#now.repositories.get(repository)?.find(rest);
    return found && this.#options.bodies.read(found.sha256);
  }

  /** The same of a collection, by the name of a file as clients ask for it. */
  collectionFile(gun: string, name: string): Buffer | undefined {
    const found = this.#now.collections.get(gun)?.find(name);
    return found && this.#options.bodies.read(found.sha256);
  }

  /**
   * Goes over to what the record says now; repositories whose pointer has not moved keep their tree. Never throws: what
   * cannot be read keeps its old tree, is logged, and is tried again.
   */
  refresh(): void {
    const trouble: ReloadTrouble[] = [];
    try {
      const { reader } = this.#options;
      this.#now = reader.together(() => {
        const log = ReleasedLog.read(reader.log, this.#now.log);
        const { repositories, collections } = this.#readAll(trouble);
        return new Moment(this.#options, repositories, collections, log);
      });
    } catch (error) {
      trouble.push(troubleOf(error));
    }
    this.#report(trouble);
  }

  /** Refreshes whenever another connection has committed, until the returned function is called. */
  watch(): () => void {
    const { reader, clock } = this.#options;
    let seen: number | undefined;
    let cancel = (): void => undefined;
    const look = (): void => {
      cancel = clock.after(POLL_MS, look);
      try {
        // Taken before the refresh: what is committed while it runs is noticed by the next look.
        const version = reader.dataVersion();
        if (version === seen && this.#trouble.length === 0) return;
        seen = version;
      } catch (error) {
        this.#report([troubleOf(error)]);
        return;
      }
      this.refresh();
    };
    look();
    return () => cancel();
  }

  #readAll(trouble: ReloadTrouble[]): Pick<Moment, 'repositories' | 'collections'> {
    const { reader, bodies } = this.#options;
    const repositories = new Map<string, ServedRepository>();
    const collections = new Map<string, ServedCollection>();
    for (const current of reader.released()) {
      const { repository } = current;
      const gun = this.#gunOf(repository);
      if (gun !== undefined) {
        const before = this.#now.collections.get(gun);
        const make = (): ServedCollection => new ServedCollection(reader, current, gun, before);
        const next = this.#readOne(current, before, make, trouble);
        if (next) collections.set(gun, next);
      } else {
        const before = this.#now.repositories.get(repository);
        const make = (): ServedRepository => new ServedRepository(reader, bodies, current, before);
        const next = this.#readOne(current, before, make, trouble);
        if (next) repositories.set(repository, next);
      }
    }
    return { repositories, collections };
  }

  #gunOf(repository: RepositoryId): string | undefined {
    if (!this.#guns.has(repository)) {
      this.#guns.set(repository, this.#options.reader.enrolment(repository).collection?.servedAs);
    }
    return this.#guns.get(repository);
  }

  /** One repository that cannot be read must not take the others down. */
  #readOne<Tree extends { readonly current: Served }>(
    current: Served,
    before: Tree | undefined,
    make: () => Tree,
    trouble: ReloadTrouble[],
  ): Tree | undefined {
    if (before && isSame(before.current, current)) return before;
    try {
      return make();
    } catch (error) {
      trouble.push({ repository: current.repository, ...troubleOf(error) });
      return before;
    }
  }

  /** Says a trouble once, however often it is met. */
  #report(trouble: readonly ReloadTrouble[]): void {
    const isNews = ({ repository, what }: ReloadTrouble): boolean =>
      !this.#trouble.some((known) => known.repository === repository && known.what === what);
    for (const news of trouble.filter(isNews))
      this.#options.log.error('The newest state cannot be served.', { ...news });
    this.#trouble = trouble;
  }
}

function isSame(a: Served, b: Served): boolean {
  return (
    a.generation === b.generation &&
    a.rootVersion === b.rootVersion &&
    a.snapshotVersion === b.snapshotVersion &&
    a.timestampVersion === b.timestampVersion &&
    a.onlineEpoch === b.onlineEpoch &&
    a.entry === b.entry
  );
}

function troubleOf(error: unknown): { code: string; what: string } {
  if (isRefusal(error)) return { code: error.code, what: error.what };
  return { code: 'BUG', what: error instanceof Error ? error.message : String(error) };
}
