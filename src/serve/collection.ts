/**
 * Everything that one Notary collection answers, at one moment, below `/v2/<name>/_trust/tuf/`:
 *
 *   ROLE.json           as it is now
 *   ROLE.SHA256.json    by digest: how clients ask for everything but root and timestamp
 *   N.ROLE.json         by version: how they walk from root to root
 *
 * Versions once issued stay, so that a client in the middle of an update never errs. Of timestamps only the newest has a
 * name: an older one would be a replay, offered by us. Source: the dialect’s description, 2.1 and 7.1.
 *
 * Kept is what is current, which nearly every request is for; everything older is looked up when somebody asks. So a
 * renewal of thousands of collections reads one row for each, and their histories take no memory.
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { GenerationRole, IssuedFile, Served } from '../ledger/records.ts';
import type { MirrorRole, RoleName, Sha256 } from '../tuf/names.ts';
import type { Caching } from './answer.ts';
import { parseCollectionFile } from './collection-names.ts';
import { CollectionOriginals } from './collection-originals.ts';
import type { FoundFile, VersionedFile } from './metadata-names.ts';

export class ServedCollection {
  readonly current: Served;
  /** The name under which clients ask. */
  readonly gun: string;
  readonly timestamp: IssuedFile;
  readonly #reader: LedgerReader;
  readonly #root: IssuedFile;
  readonly #snapshot: IssuedFile;
  readonly #roles: ReadonlyMap<string, GenerationRole>;
  readonly #originals: CollectionOriginals;

  /**
   * Nothing that came after this state is in it: what waits for its witnesses is not known to anybody.
   * @param previous what it has and is still true is taken from there
   */
  constructor(reader: LedgerReader, current: Served, gun: string, previous?: ServedCollection) {
    const { repository, generation, rootVersion, snapshotVersion, timestampVersion, onlineEpoch } = current;
    const before = previous?.current.repository === repository ? previous : undefined;
    const hasSame = (...members: readonly (keyof Served)[]): boolean =>
      members.every((member) => before?.current[member] === current[member]);
    this.current = current;
    this.gun = gun;
    this.#reader = reader;
    this.#root =
      before && hasSame('rootVersion') ? before.#root : reader.issuedVersion(repository, 'root', rootVersion);
    this.#snapshot =
      before && hasSame('snapshotVersion', 'onlineEpoch')
        ? before.#snapshot
        : reader.issuedVersion(repository, 'snapshot', snapshotVersion, onlineEpoch);
    this.timestamp = reader.issuedVersion(repository, 'timestamp', timestampVersion, onlineEpoch);
    const isSameGeneration = hasSame('generation');
    this.#roles =
      before && isSameGeneration
        ? before.#roles
        : new Map(reader.generationRoles(repository, generation).map((listed) => [listed.role, listed]));
    this.#originals =
      before && isSameGeneration ? before.#originals : new CollectionOriginals(reader, repository, generation);
  }

  /** @param name behind `tuf/`, decoded */
  find(name: string): FoundFile | undefined {
    const file = parseCollectionFile(name);
    if (!file) return undefined;
    const { role, version, digest } = file;
    const now = this.#now(role);
    if (digest !== undefined) return this.#isOrWas(role, digest, now) ? found(digest, 'immutable') : undefined;
    const isNow = version === undefined || (version === now?.version && role !== 'timestamp');
    const sha256 = isNow ? now?.fileSha256 : this.#ofVersion(role, version);
    return sha256 === undefined ? undefined : found(sha256, 'revalidated');
  }

  /** Upstream’s own files, for whoever holds upstream’s root. @param rest behind `/<id>/`, as it was sent */
  findOriginal(rest: string): FoundFile | undefined {
    return this.#originals.find(rest);
  }

  #now(role: RoleName): VersionedFile | undefined {
    switch (role as string) {
      case 'root':
        return this.#root;
      case 'snapshot':
        return this.#snapshot;
      case 'timestamp':
        return this.timestamp;
      default:
        return this.#roles.get(role);
    }
  }

  #isOrWas(role: RoleName, digest: Sha256, now: VersionedFile | undefined): boolean {
    if (role === 'timestamp') return false;
    const { repository, entry, generation } = this.current;
    if (now?.fileSha256 === digest) return true;
    return isIssued(role)
      ? this.#reader.names.hasIssued(repository, role, digest, entry)
      : this.#reader.names.hasAuthored(repository, role, digest, generation);
  }

  #ofVersion(role: RoleName, version: number): Sha256 | undefined {
    if (role === 'timestamp') return undefined;
    const { repository, entry, generation } = this.current;
    return isIssued(role)
      ? this.#reader.names.issued(repository, role, version, entry)
      : this.#reader.names.authored(repository, role, version, generation);
  }
}

function isIssued(role: string): role is MirrorRole {
  return role === 'root' || role === 'snapshot';
}

function found(sha256: Sha256, caching: Caching): FoundFile {
  return { kind: 'metadata', route: 'metadata', sha256, caching };
}
