/**
 * The part of a repository’s tree that only a new generation changes: authored metadata, upstream’s own tree with its
 * evidence, and targets.
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { CarriedTarget, Current, GenerationRole, ImportFile } from '../ledger/records.ts';
import { isSha256, type RepositoryId, type Sha256 } from '../tuf/names.ts';
import { MetadataNames, type VersionedFile } from './metadata-names.ts';
import { TargetNames } from './target-names.ts';

export class ServedContent {
  readonly generation: number;
  /** The roles that the current snapshot lists. */
  readonly roles: readonly GenerationRole[];
  /** Upstream’s files of the import that the current generation publishes; of the roots the newest is last. */
  readonly upstreamFiles: readonly ImportFile[];
  readonly authored: MetadataNames;
  readonly upstream: MetadataNames;
  readonly targets: TargetNames;
  readonly #evidence: Set<Sha256>;

  private constructor(reader: LedgerReader, { repository, generation }: Current, previous?: ServedContent) {
    const current = reader.importOfGeneration(repository, generation);
    this.generation = generation;
    this.roles = reader.generationRoles(repository, generation);
    this.upstreamFiles = reader.importFiles(current).filter(isEvidence).sort(byVersion);
    const ever = previous
      ? readBetween(reader, repository, previous.generation, generation)
      : {
          roles: reader.everListed(repository, generation),
          files: reader.everImported(repository, generation),
          targets: reader.everCarried(repository, generation),
        };
    // Where one version was ever seen with other bytes, those that the current snapshot lists are the ones to have.
    this.authored = new MetadataNames('revalidated', [...ever.roles, ...this.roles], this.roles, previous?.authored);
    // Only the newest timestamp has a name: an older one would be a replay, offered by us.
    const versioned = [...ever.files, ...this.upstreamFiles]
      .filter((file) => file.kind !== 'timestamp')
      .filter(isVersioned);
    this.upstream = new MetadataNames('revalidated', versioned, this.upstreamFiles, previous?.upstream);
    this.targets = new TargetNames(ever.targets, reader.importTargets(current), previous?.targets);
    this.#evidence = previous ? previous.#evidence : new Set<Sha256>();
    for (const { fileSha256 } of [...ever.files, ...this.upstreamFiles]) this.#evidence.add(fileSha256);
  }

  /** The content of the current generation; goes on from `previous` where that came before it. */
  static read(reader: LedgerReader, current: Current, previous?: ServedContent): ServedContent {
    if (previous?.generation === current.generation) return previous;
    // A generation that went back is another record: nothing of the previous one may survive.
    return new ServedContent(
      reader,
      current,
      previous && previous.generation < current.generation ? previous : undefined,
    );
  }

  /** One upstream metadata file by digest, as the guard asks for it. */
  hasEvidence(digest: string): digest is Sha256 {
    return isSha256(digest) && this.#evidence.has(digest);
  }
}

/** What the generations after the first and up to the second brought; others may wait for their witnesses. */
function readBetween(
  reader: LedgerReader,
  repository: RepositoryId,
  after: number,
  last: number,
): { roles: GenerationRole[]; files: ImportFile[]; targets: CarriedTarget[] } {
  const since = reader.generations(repository).filter(({ number }) => number > after && number <= last);
  return {
    roles: since.flatMap(({ number }) => reader.generationRoles(repository, number)),
    files: since.flatMap((made) => reader.importFiles(made.import).filter(isEvidence)),
    targets: since.flatMap((made) => reader.importTargets(made.import)),
  };
}

/** Only files whose signatures were verified: what an import refused is never handed out. */
function isEvidence(file: ImportFile): boolean {
  return file.kind !== 'refused' && file.kind !== 'evidence';
}

function isVersioned<File extends ImportFile>(file: File): file is File & VersionedFile {
  return file.version !== undefined;
}

function byVersion(a: ImportFile, b: ImportFile): number {
  return (a.version ?? 0) - (b.version ?? 0);
}
