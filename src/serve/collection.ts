/**
 * Everything that one Notary collection answers, at one moment, below `/v2/<name>/_trust/tuf/`:
 *
 *   ROLE.json           as it is now
 *   ROLE.SHA256.json    by digest: how clients ask for everything but root and timestamp
 *   N.ROLE.json         by version: how they walk from root to root
 *
 * Versions once issued stay, so that a client in the middle of an update never errs. Of timestamps only the newest has a
 * name: an older one would be a replay, offered by us. Source: the dialect’s description, 2.1 and 7.1.
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { Served } from '../ledger/records.ts';
import type { Caching } from './answer.ts';
import type { FoundMetadata, VersionedFile } from './metadata-names.ts';

export class ServedCollection {
  readonly current: Served;
  /** The name under which clients ask. */
  readonly gun: string;
  readonly #names: ReadonlyMap<string, FoundMetadata>;

  /** Nothing that came after this state is in it: what waits for its witnesses is not known to anybody. */
  constructor(reader: LedgerReader, current: Served, gun: string) {
    const { repository, generation, entry, onlineEpoch } = current;
    this.current = current;
    this.gun = gun;
    // Oldest first, because the later of two files with one name counts.
    const issued = (role: 'root' | 'snapshot'): VersionedFile[] =>
      reader.issued(repository, role, undefined, entry).reverse();
    const roles = reader.generationRoles(repository, generation);
    const ever = [...issued('root'), ...issued('snapshot'), ...reader.everListed(repository, generation), ...roles];
    const now: Omit<VersionedFile, 'version'>[] = [
      reader.issuedVersion(repository, 'root', current.rootVersion),
      reader.issuedVersion(repository, 'snapshot', current.snapshotVersion, onlineEpoch),
      reader.issuedVersion(repository, 'timestamp', current.timestampVersion, onlineEpoch),
      ...roles,
    ];
    this.#names = new Map([
      ...ever.flatMap(({ role, version, fileSha256 }) => [
        named(`${role}.${fileSha256}.json`, fileSha256, 'immutable'),
        named(`${String(version)}.${role}.json`, fileSha256, 'revalidated'),
      ]),
      ...now.map(({ role, fileSha256 }) => named(`${role}.json`, fileSha256, 'revalidated')),
    ]);
  }

  /** @param name behind `tuf/`, decoded */
  find(name: string): FoundMetadata | undefined {
    return this.#names.get(name);
  }
}

function named(name: string, sha256: FoundMetadata['sha256'], caching: Caching): [string, FoundMetadata] {
  return [name, { kind: 'metadata', sha256, caching }];
}
