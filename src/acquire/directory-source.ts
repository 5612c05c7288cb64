/**
 * A repository in a directory: a courier's copy, a checkout of a published tree, the output of a web mirror. The same two
 * layouts as on a web server, and more forgiving about names, because copies lose them:
 *
 * - a versioned role may lie under its unversioned name (`targets.json`), as couriers often copy only those;
 * - a target of a consistent repository may lie under its plain name, as in a working tree;
 * - a role may lie under any percent-encoded form of its name, as each tool encodes differently.
 *
 * None of this weakens anything: the caller checks versions, hashes and signatures. A web server is not treated so kindly;
 * there, a name that upstream promised and does not serve is a finding.
 */
import { Refusal } from '../errors.ts';
import { type ForeignFile, ForeignTree } from '../platform/foreign-tree.ts';
import { type MetadataFile, metadataFileName, printable, ROOT, unsafeFileName } from '../tuf/names.ts';
import type { Source, WantedTarget } from './source.ts';
import { targetNames } from '../tuf/target-names.ts';
import { readWhole } from './whole.ts';

/** Components of a directory below the base: none, or `metadata`. */
type Folder = readonly string[];

/** @throws SOURCE_UNREACHABLE when there is no such directory or no repository in it; SOURCE_UNREADABLE. */
export async function openDirectorySource(path: string): Promise<Source> {
  const tree = await ForeignTree.open(path);
  for (const folder of [[], ['metadata']] satisfies Folder[]) {
    if ((await tree.find([...folder, 'timestamp.json'])) !== undefined) return new DirectorySource(path, tree, folder);
  }
  throw new Refusal('SOURCE_UNREACHABLE', `There is no timestamp.json in ${path} or in metadata/ below it.`, {
    details: { file: path },
    next: 'Name the directory that holds the repository’s metadata, or metadata/ and targets/.',
  });
}

class DirectorySource implements Source {
  readonly description: string;
  readonly #tree: ForeignTree;
  readonly #metadata: Folder;
  /** Decoded name → name on disk, of every percent-encoded metadata file. Made when first needed. */
  #encodedNames: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(description: string, tree: ForeignTree, metadata: Folder) {
    this.description = description;
    this.#tree = tree;
    this.#metadata = metadata;
  }

  async metadata(file: MetadataFile, maxBytes: number): Promise<Uint8Array> {
    for (const name of metadataNames(file)) {
      const found = (await this.#findPlain(this.#metadata, name)) ?? (await this.#findEncoded(name));
      if (found !== undefined) return readWhole(found.read(maxBytes));
    }
    throw notFound(metadataFileName(file), this.description);
  }

  async target(wanted: WantedTarget, consistent: boolean): Promise<AsyncIterable<Uint8Array>> {
    // Judged once, on the name itself: a digest in front can only make a name longer, never less safe.
    if (unsafeFileName(wanted.path) === undefined) {
      for (const name of new Set([...targetNames(wanted, consistent), wanted.path])) {
        const found = await this.#tree.find(['targets', ...name.split('/')]);
        if (found !== undefined) return found.read(wanted.length);
      }
    }
    throw notFound(wanted.path, this.description);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The name as it is; a role name with slashes may have become directories. */
  async #findPlain(folder: Folder, name: string): Promise<ForeignFile | undefined> {
    if (unsafeFileName(name) !== undefined) return undefined;
    return this.#tree.find([...folder, ...name.split('/')]);
  }

  /** What is joined here is a name that the directory itself listed, not the role's name (P-01). */
  async #findEncoded(name: string): Promise<ForeignFile | undefined> {
    // Names that no tool encodes need no listing: the search for the next root would read the whole directory for nothing.
    if (/^[A-Za-z0-9._~-]+$/.test(name)) return undefined;
    this.#encodedNames ??= this.#listEncoded();
    const onDisk = (await this.#encodedNames).get(name);
    return onDisk === undefined ? undefined : this.#tree.find([...this.#metadata, onDisk]);
  }

  async #listEncoded(): Promise<ReadonlyMap<string, string>> {
    const names: string[] = [];
    for await (const name of this.#tree.list(this.#metadata)) {
      if (name.includes('%') && name.endsWith('.json')) names.push(name);
    }
    // Sorted, so that of two spellings of one name the same is taken every time, whatever order the disk lists them in.
    const decoded = new Map<string, string>();
    for (const name of names.sort()) {
      const plain = decodeOnce(name);
      if (plain !== undefined && !decoded.has(plain)) decoded.set(plain, name);
    }
    return decoded;
  }
}

/**
 * The unversioned name stands in for a versioned one, except for root: `root.json` is the newest root, and answering with
 * it when the next one is asked for would turn “there is none” into a broken chain (H-01).
 */
function metadataNames(file: MetadataFile): string[] {
  const isStandInAllowed = file.version !== undefined && file.role !== ROOT;
  return isStandInAllowed ? [metadataFileName(file), metadataFileName({ role: file.role })] : [metadataFileName(file)];
}

function decodeOnce(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

function notFound(name: string, where: string): Refusal {
  const danger = unsafeFileName(name);
  const shown = printable(name);
  const what =
    danger === undefined
      ? `There is no “${shown}” in ${where}.`
      : `“${shown}” cannot be looked for in ${where}, because no file can have that name: ${danger}.`;
  return new Refusal('SOURCE_NOT_FOUND', what, {
    details: { file: shown, ...(danger === undefined ? {} : { reason: danger }) },
    ...(danger === undefined ? {} : { next: 'Import it over http or from a bundle, where names are only data.' }),
  });
}
