/**
 * Everything that is public at one moment, and what lies behind each path then; never changed, only replaced. The states
 * of all repositories and the log that has them in it are one value: no request finds a timestamp whose proof is not there
 * yet, or a proof for a timestamp that is not served.
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { Clock } from '../platform/clock.ts';
import { type Answer, prepareMade, type Route } from './answer.ts';
import { approvalsOf, type Signatures } from './approvals.ts';
import { type FoundChanges, findChanges, type Guns } from './changefeed.ts';
import { ServedCollection } from './collection.ts';
import type { FoundFile } from './metadata-names.ts';
import { type FoundPast, PastStates } from './past.ts';
import { type Proving, publicationProof, timestampProof } from './proofs.ts';
import type { ReleasedLog } from './released-log.ts';
import { type RequestPath, splitCollection, splitPath } from './request-path.ts';
import type { FoundInTree, ServedRepository } from './tree.ts';

export type FoundAnswer = { readonly kind: 'answer'; readonly answer: Answer };
export type Found = FoundFile | FoundInTree | FoundAnswer | FoundPast | FoundChanges;

export interface MomentParts {
  readonly reader: LedgerReader;
  readonly clock: Clock;
  /** Present where the approvals of people are public. */
  readonly signatures?: Signatures | undefined;
}

/** How clients find out that this is a server of theirs, and that it asks for no token. */
const PING = prepareMade('other', Buffer.from('{}'), 'never');

export class Moment {
  /** By raw request path: the few files that nearly every request is for. */
  readonly hot: ReadonlyMap<string, Answer>;
  /** By id as it stands in the path. */
  readonly repositories: ReadonlyMap<string, ServedRepository>;
  /** Notary’s, by the name under which clients ask. */
  readonly collections: ReadonlyMap<string, ServedCollection>;
  /** Undefined before anything was released. */
  readonly log: ReleasedLog | undefined;
  readonly #parts: MomentParts;
  readonly #collectionsById: ReadonlyMap<string, ServedCollection>;

  constructor(
    parts: MomentParts,
    repositories: ReadonlyMap<string, ServedRepository> = new Map(),
    collections: ReadonlyMap<string, ServedCollection> = new Map(),
    log?: ReleasedLog,
  ) {
    const hot = new Map<string, Answer>();
    if (log) hot.set('/log/checkpoint', log.checkpoint);
    for (const repository of repositories.values()) for (const [path, answer] of repository.hot) hot.set(path, answer);
    this.hot = hot;
    this.repositories = repositories;
    this.collections = collections;
    this.#collectionsById = new Map([...collections.values()].map((served) => [served.current.repository, served]));
    this.log = log;
    this.#parts = parts;
  }

  /**
   * What lies behind a path of the public listener, beyond the hot ones.
   * @throws STATE_LEDGER, STATE_DAMAGED, STATE_SEALED for a record that is not what it was
   */
  find(url: string): Found | undefined {
    const path = splitPath(url);
    if (!path) return undefined;
    const { repository, rest } = path;
    if (repository === 'log') return answered(this.log?.find(rest, 'everybody'));
    if (repository === 'v2') return this.#findInNotary(path);
    const served = this.repositories.get(repository);
    if (served) return this.#findBeside(served, rest) ?? served.find(rest);
    const collection = this.collectionOf(repository);
    return collection && (this.#findBeside(collection, rest) ?? collection.findOriginal(rest));
  }

  /** The collection with this id. */
  collectionOf(id: string): ServedCollection | undefined {
    return this.#collectionsById.get(id);
  }

  /** The paths of a Notary server. */
  #findInNotary(path: RequestPath): Found | undefined {
    if (path.rest === '') return answered(PING);
    const file = splitCollection(path.rest);
    const found = file && this.collections.get(file.gun)?.find(file.name);
    if (found) return found;
    const guns: Guns = {
      nameOf: (repository) => this.collectionOf(repository)?.gun,
      repositoryOf: (name) => this.collections.get(name)?.current.repository,
    };
    return this.log && findChanges(this.#parts.reader.log, this.log.size, guns, path);
  }

  /** What is not in the tree but beside it, for both dialects. */
  #findBeside(served: ServedRepository | ServedCollection, rest: string): Found | undefined {
    const { log } = this;
    if (!log) return undefined;
    const { reader, clock, signatures } = this.#parts;
    if (rest.startsWith('at/')) {
      const past = new PastStates(reader, clock, served instanceof ServedCollection ? 'notary' : 'tuf');
      return past.find(served.current.repository, rest.slice('at/'.length), log.size);
    }
    const proving: Proving = { reader, released: log };
    switch (rest) {
      case 'timestamp.json.tlog-proof':
      case 'metadata/timestamp.json.tlog-proof':
        return answered(timestampProof(proving, served));
      case 'publication.tlog-proof':
        return answered(publicationProof(proving, served));
      case 'approvals.json':
        return signatures && answered(approvalsOf(proving, served, signatures));
      default:
        return undefined;
    }
  }
}

function answered(answer: Answer | undefined): FoundAnswer | undefined {
  return answer && { kind: 'answer', answer };
}

/** The kind of path, for counting. */
export function routeOf(found: Found): Route {
  return found.kind === 'answer' ? found.answer.route : found.route;
}
