/**
 * Upstream’s own files of a collection, byte for byte, below `/<id>/`, as TUF repositories have them:
 *
 *   upstream/metadata/NAME · upstream/NAME    NAME is ROLE.json, or N.ROLE.json for all but timestamps
 *   upstream/sha256/HEX                       any of them by digest
 *
 * Only what was published: what an import refused, or what still waits, is never handed out. A role’s name may hold slashes,
 * sent as they are or encoded. Read when somebody asks, since most collections have no guard.
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { ImportFile } from '../ledger/records.ts';
import { isSha256, type RepositoryId, type RoleName, type Sha256 } from '../tuf/names.ts';
import type { Caching, TreeRoute } from './answer.ts';
import { parseCollectionFile } from './collection-names.ts';
import type { FoundFile } from './metadata-names.ts';
import { decodeOnce } from './request-path.ts';

export class CollectionOriginals {
  readonly #reader: LedgerReader;
  readonly #repository: RepositoryId;
  readonly #generation: number;
  /** Of the import that the generation publishes, which is an accepted one: all verified. The newest root is last. */
  #current: readonly ImportFile[] | undefined;

  constructor(reader: LedgerReader, repository: RepositoryId, generation: number) {
    this.#reader = reader;
    this.#repository = repository;
    this.#generation = generation;
  }

  /** @param rest behind `/<id>/`, as it was sent */
  find(rest: string): FoundFile | undefined {
    const [, folder, raw = ''] = /^upstream\/(sha256\/|metadata\/)?(.+)$/.exec(rest) ?? [];
    if (folder === 'sha256/') return this.#hasDigest(raw) ? found('evidence', raw, 'immutable') : undefined;
    const file = parseCollectionFile(decodeOnce(raw) ?? '');
    if (!file || file.digest !== undefined) return undefined;
    const digest = this.#digestOf(file.role, file.version);
    return digest === undefined ? undefined : found('upstream-metadata', digest, 'revalidated');
  }

  #digestOf(role: RoleName, version: number | undefined): Sha256 | undefined {
    const files = this.#files().filter((file) => file.role === role);
    if (version === undefined) return files.at(-1)?.fileSha256;
    // Only the newest timestamp has a name: an older one would be a replay, offered by us.
    if (role === 'timestamp') return undefined;
    const current = files.findLast((file) => file.version === version);
    return current?.fileSha256 ?? this.#reader.names.upstream(this.#repository, role, version, this.#generation);
  }

  #hasDigest(digest: string): digest is Sha256 {
    if (!isSha256(digest)) return false;
    if (this.#files().some(({ fileSha256 }) => fileSha256 === digest)) return true;
    return this.#reader.names.hasUpstream(this.#repository, digest, this.#generation);
  }

  #files(): readonly ImportFile[] {
    this.#current ??= this.#reader
      .importFiles(this.#reader.importOfGeneration(this.#repository, this.#generation))
      .sort((a, b) => (a.version ?? 0) - (b.version ?? 0));
    return this.#current;
  }
}

function found(route: TreeRoute, sha256: Sha256, caching: Caching): FoundFile {
  return { kind: 'metadata', route, sha256, caching };
}
