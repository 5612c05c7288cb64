/**
 * Everything that one repository answers, at one moment. Names lead to digests and digests to bytes; there is no
 * directory, so there is nothing to walk out of (P-01).
 *
 *   metadata/NAME · NAME                        ours; the second form is Sigstore’s layout
 *   targets/NAME                                every form of TargetNames
 *   upstream/metadata/NAME · upstream/NAME      upstream’s, byte for byte
 *   upstream/targets/NAME · upstream/sha256/HEX
 *
 * Versions once issued stay, so that a client in the middle of an update never errs.
 */
import { isRefusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { IssuedFile, Served } from '../ledger/records.ts';
import { isTopLevel, metadataFileName, roleName } from '../tuf/names.ts';
import { prepareAnswer, type Answer, type TreeRoute } from './answer.ts';
import type { RecordBodies } from './bodies.ts';
import { ServedContent } from './content.ts';
import { type FoundFile, MetadataNames, type FoundMetadata, type VersionedFile } from './metadata-names.ts';
import { splitFolder } from './request-path.ts';
import type { FoundTarget } from './target-names.ts';

export type FoundInTree = FoundFile | (FoundTarget & { readonly route: TreeRoute });

/** Larger files are read when asked for: a hundred repositories must fit into memory. */
const HOT_BYTES = 1_000_000;

export class ServedRepository {
  readonly current: Served;
  readonly timestamp: IssuedFile;
  /** Raw paths of the files that nearly every request is for, with their answers. */
  readonly hot: ReadonlyMap<string, Answer>;
  readonly #content: ServedContent;
  readonly #issued: MetadataNames;

  /**
   * Reads one state; what `previous` has and is still true is taken from there. Nothing that came after the state is in
   * it: a root or a snapshot that waits for its witnesses is not known to anybody.
   */
  constructor(reader: LedgerReader, bodies: RecordBodies, current: Served, previous?: ServedRepository) {
    const { repository, entry, onlineEpoch } = current;
    // Oldest first, because the later of two files with one name counts: rotated online keys may begin versions anew.
    const issued = (role: 'root' | 'snapshot'): IssuedFile[] => reader.issued(repository, role, undefined, entry);
    const ever = [...issued('root'), ...issued('snapshot')].reverse();
    // By their keys: those that wait may begin with a version that is served already.
    this.timestamp = reader.issuedVersion(repository, 'timestamp', current.timestampVersion, onlineEpoch);
    const newest = [
      reader.issuedVersion(repository, 'root', current.rootVersion),
      reader.issuedVersion(repository, 'snapshot', current.snapshotVersion, onlineEpoch),
      this.timestamp,
    ];
    this.current = current;
    this.#content = ServedContent.read(reader, current, previous && previous.#content);
    this.#issued = new MetadataNames('immutable', ever, newest);
    this.hot = this.#prepareHot(bodies, newest, previous);
  }

  /** What lies behind `/<id>/`; `rest` as it was sent. */
  find(rest: string): FoundInTree | undefined {
    if (!rest.startsWith('upstream/')) {
      return this.#findInTree(
        rest,
        'metadata',
        'targets',
        (name) => this.#issued.find(name) ?? this.#content.authored.find(name),
      );
    }
    const below = rest.slice('upstream/'.length);
    if (below.startsWith('sha256/')) return this.#findEvidence(below.slice('sha256/'.length));
    return this.#findInTree(below, 'upstream-metadata', 'upstream-targets', (name) =>
      this.#content.upstream.find(name),
    );
  }

  #findInTree(
    rest: string,
    metadata: TreeRoute,
    targets: TreeRoute,
    findMetadata: (name: string) => FoundMetadata | undefined,
  ): FoundInTree | undefined {
    const path = splitFolder(rest);
    if (!path) return undefined;
    const { folder, name } = path;
    if (folder === '' || folder === 'metadata/') return on(metadata, findMetadata(name));
    return folder === 'targets/' ? on(targets, this.#content.targets.find(name)) : undefined;
  }

  #findEvidence(digest: string): FoundInTree | undefined {
    if (!this.#content.hasEvidence(digest)) return undefined;
    return { kind: 'metadata', route: 'evidence', sha256: digest, caching: 'immutable' };
  }

  /** Asks this tree itself, so that a hot answer can never differ from the one that it stands for. */
  #prepareHot(
    bodies: RecordBodies,
    newest: readonly VersionedFile[],
    previous?: ServedRepository,
  ): Map<string, Answer> {
    const mirror = [...newest, ...this.#content.roles].flatMap(namesOf);
    const upstream = this.#content.upstreamFiles.flatMap(namesOf).map((name) => `upstream/${name}`);
    const hot = new Map<string, Answer>();
    for (const rest of [...mirror, ...upstream]) {
      const path = `/${this.current.repository}/${rest}`;
      const found = this.find(rest);
      if (found?.kind !== 'metadata') continue;
      const before = previous?.hot.get(path);
      const answer = before?.sha256 === found.sha256 ? before : prepareSmall(bodies, found);
      if (answer) hot.set(path, answer);
    }
    return hot;
  }
}

function on(route: TreeRoute, found: FoundMetadata | FoundTarget | undefined): FoundInTree | undefined {
  return found && { ...found, route };
}

/** Both layouts’ paths of a top-level file, with and without version. */
function namesOf({ role, version }: { role: string; version?: number | undefined }): string[] {
  if (!isTopLevel(role)) return [];
  const plain = metadataFileName({ role: roleName(role) });
  const names = version === undefined ? [plain] : [plain, metadataFileName({ role: roleName(role), version })];
  return names.flatMap((name) => [name, `metadata/${name}`]);
}

/** Undefined when the file is large, or damaged: then each request for it finds that out, and nobody else is hurt. */
function prepareSmall(bodies: RecordBodies, found: FoundFile): Answer | undefined {
  try {
    const body = bodies.read(found.sha256);
    return body.length <= HOT_BYTES ? prepareAnswer(found.route, found.sha256, body, found.caching) : undefined;
  } catch (error) {
    if (isRefusal(error, 'STATE_DAMAGED')) return undefined;
    throw error;
  }
}
