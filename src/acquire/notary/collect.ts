/**
 * Takes one collection home: what a source gives for it now, into a directory that `openDirectoryCollection` reads. For
 * couriers, and for the rescue of collections whose server will go.
 *
 * Nothing is verified here but digests against the names that files get. The order is what makes a half-filled directory
 * harmless: roots and everything by digest first, the timestamp last, so that whoever starts from a timestamp finds all of
 * what it leads to. A current file is also kept under its digest, so that the next collecting destroys nothing.
 */
import { isRefusal, Refusal } from '../../errors.ts';
import type { Disk } from '../../platform/disk.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Limits } from '../../tuf/limits.ts';
import { printable, type RoleName, ROOT, type Sha256, SNAPSHOT, TIMESTAMP } from '../../tuf/names.ts';
import { CollectedFolder, type Fate } from './collected-folder.ts';
import type { CollectionSource } from './collection-source.ts';
import { currentName, hashedName, versionedName } from './wire-names.ts';

export interface WantedFile {
  readonly role: RoleName;
  readonly sha256: Sha256;
}

/** The source's answers to `current`, from which the caller finds out what else there is. */
export interface CurrentFiles {
  readonly root: Uint8Array;
  readonly timestamp: Uint8Array;
  /** May be newer than the one that the timestamp names: want that one by its digest, too. */
  readonly snapshot: Uint8Array;
}

export interface CollectOptions {
  readonly disk: Disk;
  /** The directory above all collections. */
  readonly into: string;
  readonly limits: Pick<
    Limits,
    'rootBytes' | 'timestampBytes' | 'snapshotBytes' | 'targetsBytes' | 'rootRotations' | 'roles'
  >;
  /** What else to take; asked once. Whatever it throws ends the collecting, before any current file moved on. */
  readonly rest: (current: CurrentFiles) => readonly WantedFile[] | Promise<readonly WantedFile[]>;
}

export interface Collected {
  /** Where the files lie. */
  readonly path: string;
  /** How many roots there are, from version 1. */
  readonly roots: number;
  /** Every file by its name, in the order of writing, and what became of it. */
  readonly files: ReadonlyMap<string, Fate>;
}

/**
 * @throws USAGE_FILE where other bytes have a name that cannot change; TRUST_TORN for other bytes than were asked for;
 * SOURCE_NOT_FOUND when a current or wanted file is not there; SOURCE_TOO_LARGE for more roots or files than the limits
 * allow; STATE_DISK; and what the source throws.
 */
export async function collect(source: CollectionSource, options: CollectOptions): Promise<Collected> {
  const { limits } = options;
  const folder = new CollectedFolder(options.disk, options.into, source.gun);
  const files = new Map<string, Fate>();
  const keep = async (name: string, bytes: Uint8Array): Promise<void> => {
    files.set(name, await folder.keep(name, bytes));
  };

  const roots = await collectRoots(source, limits, keep);
  const current: CurrentFiles = {
    timestamp: await source.current(TIMESTAMP, limits.timestampBytes),
    snapshot: await source.current(SNAPSHOT, limits.snapshotBytes),
    root: await source.current(ROOT, limits.rootBytes),
  };
  const wanted = await options.rest(current);
  if (wanted.length > limits.roles) throw tooMany('files', limits.roles, source);
  for (const file of wanted) await keep(hashedName(file.role, file.sha256), await take(source, file, limits));

  const moving = [
    [ROOT, current.root],
    [SNAPSHOT, current.snapshot],
    [TIMESTAMP, current.timestamp],
  ] as const;
  for (const [role, bytes] of moving) await keep(hashedName(role, sha256(bytes)), bytes);
  for (const [role, bytes] of moving) files.set(currentName(role), await folder.replace(currentName(role), bytes));
  return { path: folder.path, roots, files };
}

/** All versions of root from 1, until the source says that there is none; any other refusal ends everything (H-01). */
async function collectRoots(
  source: CollectionSource,
  { rootBytes, rootRotations }: CollectOptions['limits'],
  keep: (name: string, bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  for (let version = 1; ; version++) {
    let bytes: Uint8Array;
    try {
      bytes = await source.byVersion(ROOT, version, rootBytes);
    } catch (error) {
      if (isRefusal(error, 'SOURCE_NOT_FOUND')) return version - 1;
      throw error;
    }
    if (version > rootRotations) throw tooMany('roots', rootRotations, source);
    await keep(versionedName(ROOT, version), bytes);
  }
}

async function take(source: CollectionSource, file: WantedFile, limits: CollectOptions['limits']): Promise<Uint8Array> {
  const { role } = file;
  const maxBytes =
    role === ROOT
      ? limits.rootBytes
      : role === SNAPSHOT
        ? limits.snapshotBytes
        : role === TIMESTAMP
          ? limits.timestampBytes
          : limits.targetsBytes;
  const bytes = await source.byHash(role, file.sha256, maxBytes);
  if (sha256(bytes) === file.sha256) return bytes;
  // Under that name it would be taken for what it is not, by everybody after us.
  throw new Refusal(
    'TRUST_TORN',
    `${source.description} answers with other bytes than “${printable(role)}” was asked for by digest.`,
    {
      details: { role: printable(role), sha256: file.sha256 },
      next: 'Collect again: it may be in the middle of a publication. If it stays so, the file is lost there.',
    },
  );
}

function tooMany(what: string, limit: number, source: CollectionSource): Refusal {
  return new Refusal('SOURCE_TOO_LARGE', `${source.description} has more than ${limit} ${what}.`, {
    details: { limit },
  });
}
