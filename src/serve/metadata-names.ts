/**
 * Metadata file names of one tree and the digest of the bytes behind each. Names are looked up whole, in Maps: there is
 * no name that leads elsewhere, and `constructor` is a name like any other.
 */
import { metadataFileName, parseMetadataFileName, roleName, type Sha256 } from '../tuf/names.ts';
import type { Caching, TreeRoute } from './answer.ts';

/** One version of one role; rows of the record have this shape. */
export interface VersionedFile {
  readonly role: string;
  readonly version: number;
  readonly fileSha256: Sha256;
}

export interface FoundMetadata {
  readonly kind: 'metadata';
  readonly sha256: Sha256;
  readonly caching: Caching;
}

/** The same with the kind of its path. */
export interface FoundFile extends FoundMetadata {
  readonly route: TreeRoute;
}

export class MetadataNames {
  readonly #caching: Caching;
  readonly #versioned: Map<string, Sha256>;
  readonly #unversioned: ReadonlyMap<string, Sha256>;

  /**
   * @param caching of versioned names: only what we issue never changes its bytes; upstream re-signs under one version,
   *   and a cache that kept the old bytes for a year would break every client behind it
   * @param ever reachable as `N.role.json`; of two files with one name the later counts
   * @param current reachable as `role.json`
   */
  constructor(
    caching: Caching,
    ever: Iterable<VersionedFile>,
    current: Iterable<Omit<VersionedFile, 'version'>>,
    previous?: MetadataNames,
  ) {
    this.#caching = caching;
    // Versioned names only ever come in addition, so the next state goes on with the same Map: a copy for each import
    // of a repository with 16,384 roles would halt the server. It grows between two requests, never during one.
    this.#versioned = previous ? previous.#versioned : new Map<string, Sha256>();
    for (const { role, version, fileSha256 } of ever) {
      this.#versioned.set(metadataFileName({ role: roleName(role), version }), fileSha256);
    }
    this.#unversioned = new Map(
      Array.from(current, ({ role, fileSha256 }): [string, Sha256] => [
        metadataFileName({ role: roleName(role) }),
        fileSha256,
      ])
        // A delegated role called “2.root” must not answer for the next root: 404 is what ends every client’s search.
        .filter(([name]) => parseMetadataFileName(name)?.versioned === undefined),
    );
  }

  /** Versioned names first: clients of a consistent repository ask for nothing else but timestamp.json. */
  find(name: string): FoundMetadata | undefined {
    const versioned = this.#versioned.get(name);
    if (versioned !== undefined) return { kind: 'metadata', sha256: versioned, caching: this.#caching };
    const unversioned = this.#unversioned.get(name);
    return unversioned && { kind: 'metadata', sha256: unversioned, caching: 'revalidated' };
  }
}
