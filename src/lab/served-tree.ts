/**
 * Everything that a mirror answers for one repository at one moment, by path below its address. It begins as what the honest
 * mirror serves; an attack changes files in it, and can put files of several moments together.
 */
import type { Mirror } from '../mirror.ts';
import { type JsonObject, parseJson } from '../tuf/json.ts';
import { type RepositoryId, metadataFileName, targetFileNames } from '../tuf/names.ts';

export type Change = readonly [path: string, bytes: Uint8Array | undefined];

export class ServedTree {
  readonly repository: RepositoryId;
  readonly files: ReadonlyMap<string, Uint8Array>;

  constructor(repository: RepositoryId, files: ReadonlyMap<string, Uint8Array>) {
    this.repository = repository;
    this.files = files;
  }

  /** Another tree: these files in it instead, or, without bytes, not in it. */
  with(...changes: readonly Change[]): ServedTree {
    const files = new Map(this.files);
    for (const [path, bytes] of changes) {
      if (bytes) files.set(path, bytes);
      else files.delete(path);
    }
    return new ServedTree(this.repository, files);
  }

  /** @throws TypeError when there is no such file: a mistake in the play */
  file(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (!bytes) throw new TypeError(`the tree has no ${path}`);
    return bytes;
  }

  /** The mirror root that clients are given. */
  get firstRoot(): Uint8Array {
    return this.file('metadata/1.root.json');
  }

  get newestRoot(): Uint8Array {
    let version = 1;
    while (this.files.has(`metadata/${version + 1}.root.json`)) version++;
    return this.file(`metadata/${version}.root.json`);
  }

  get timestamp(): Uint8Array {
    return this.file('metadata/timestamp.json');
  }

  /** The one that the timestamp names. */
  get snapshot(): Uint8Array {
    const version = member(member(signedOf(this.timestamp), 'meta'), 'snapshot.json').get('version');
    return this.file(`metadata/${Number(version)}.snapshot.json`);
  }

  /** A role’s file, as the snapshot lists it. */
  role(name: string): Uint8Array {
    const version = member(member(signedOf(this.snapshot), 'meta'), `${name}.json`).get('version');
    return this.file(`metadata/${Number(version)}.${name}.json`);
  }
}

/** What a file says, to be read or altered; parsed anew each time. */
export function signedOf(bytes: Uint8Array): JsonObject {
  return member(parseJson(bytes, 'a file of the lab') as JsonObject, 'signed');
}

/** @throws TypeError when it is no object: a mistake in the play */
export function member(object: JsonObject, name: string): JsonObject {
  const value = object.get(name);
  if (!(value instanceof Map)) throw new TypeError(`there is no object ${name}`);
  return value;
}

/** What the mirror answers now, read from its record. */
export async function recordTree({ reader, blobs }: Mirror, repository: RepositoryId): Promise<ServedTree> {
  const current = reader.current(repository);
  if (!current) throw new TypeError(`nothing is published of ${repository}`);
  const files = new Map<string, Uint8Array>();
  for (const role of ['root', 'snapshot'] as const) {
    for (const { version, fileSha256 } of reader.issued(repository, role))
      files.set(`metadata/${version}.${role}.json`, reader.bytes(fileSha256));
  }
  const { fileSha256 } = reader.issuedVersion(repository, 'timestamp', current.timestampVersion);
  files.set('metadata/timestamp.json', reader.bytes(fileSha256));
  for (const listed of [...reader.everListed(repository), ...reader.generationRoles(repository, current.generation)])
    files.set(`metadata/${metadataFileName(listed)}`, reader.bytes(listed.fileSha256));
  const number = reader.importOfGeneration(repository, current.generation);
  for (const { kind, role, version, fileSha256: digest } of [
    ...reader.everImported(repository),
    ...reader.importFiles(number),
  ]) {
    files.set(`upstream/sha256/${digest}`, reader.bytes(digest));
    if (kind === 'timestamp' || version === undefined) continue;
    files.set(`upstream/metadata/${metadataFileName({ role, version })}`, reader.bytes(digest));
  }
  for (const { path, sha256 } of reader.everCarried(repository)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of await blobs.open(sha256)) pieces.push(piece);
    files.set(`targets/${targetFileNames(path, sha256).prefixedFile}`, Buffer.concat(pieces));
  }
  return new ServedTree(repository, files);
}
