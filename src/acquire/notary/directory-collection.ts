/**
 * A collection in a directory, in one of two layouts:
 *
 *   DIR/<GUN>/tuf/<file>              collected: names as on the wire, as `collect` writes them
 *   DIR/tuf/<GUN>/metadata/<role>     a client's cache (`~/.notary`, `~/.docker/trust`): plain names only
 *
 * A cache has no digests and versions in its names, so a role's plain file stands in where one is asked for by digest; the
 * caller checks it. It never stands in for a version: “no such root” must not become a broken chain (H-01).
 *
 * Names of collections may contain each other, and files of one may then lie where another's are looked for. Nobody believes
 * them there, either: whoever can write one can write both.
 */
import { Refusal } from '../../errors.ts';
import { type ForeignFile, ForeignTree } from '../../platform/foreign-tree.ts';
import { printable, type RoleName, ROOT, type Sha256, TIMESTAMP } from '../../tuf/names.ts';
import { readWhole } from '../whole.ts';
import { pathOf } from './collection-name.ts';
import { type CollectionSource, MOST_TIMESTAMP_BYTES } from './collection-source.ts';
import { currentName, hashedName, versionedName } from './wire-names.ts';

/**
 * @param path the directory above all collections
 * @throws USAGE_OPTION for an unusable name; SOURCE_UNREACHABLE when there is no such directory, or no such collection in it;
 * SOURCE_UNREADABLE.
 */
export async function openDirectoryCollection(path: string, gun: string): Promise<CollectionSource> {
  const segments = pathOf(gun);
  const tree = await ForeignTree.open(path);
  const layouts = [
    [...segments, 'tuf'],
    ['tuf', ...segments, 'metadata'],
  ];
  for (const folder of layouts) {
    // A cache that was only given a root to begin with has no timestamp.
    for (const role of [TIMESTAMP, ROOT]) {
      if ((await tree.find([...folder, currentName(role)])) === undefined) continue;
      return new DirectoryCollection(gun, `${path}/${folder.join('/')}`, tree, folder);
    }
  }
  throw new Refusal('SOURCE_UNREACHABLE', `There is no collection ${printable(gun)} in ${printable(path, 500)}.`, {
    details: { file: printable(path, 500), collection: printable(gun) },
    next: 'Name the directory that holds NAME/tuf/root.json or tuf/NAME/metadata/root.json.',
  });
}

class DirectoryCollection implements CollectionSource {
  readonly gun: string;
  readonly description: string;
  readonly #tree: ForeignTree;
  readonly #folder: readonly string[];

  constructor(gun: string, description: string, tree: ForeignTree, folder: readonly string[]) {
    this.gun = gun;
    this.description = description;
    this.#tree = tree;
    this.#folder = folder;
  }

  async current(role: RoleName, maxBytes: number): Promise<Uint8Array> {
    return this.#read(role, [currentName(role)], maxBytes);
  }

  async byHash(role: RoleName, sha256: Sha256, maxBytes: number): Promise<Uint8Array> {
    return this.#read(role, [hashedName(role, sha256), currentName(role)], maxBytes);
  }

  async byVersion(role: RoleName, version: number, maxBytes: number): Promise<Uint8Array> {
    return this.#read(role, [versionedName(role, version)], maxBytes);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #read(role: RoleName, names: readonly string[], maxBytes: number): Promise<Uint8Array> {
    const bound = role === TIMESTAMP ? Math.min(maxBytes, MOST_TIMESTAMP_BYTES) : maxBytes;
    for (const name of names) {
      const found = await this.#find(name);
      if (found !== undefined) return readWhole(found.read(bound));
    }
    const [name = ''] = names;
    throw new Refusal('SOURCE_NOT_FOUND', `There is no ${name} in ${printable(this.description, 500)}.`, {
      details: { file: name },
    });
  }

  #find(name: string): Promise<ForeignFile | undefined> {
    return this.#tree.find([...this.#folder, ...name.split('/')]);
  }
}
