/**
 * Everything that a mirror answers for one repository at one moment, by path below its address. It begins as what the honest
 * mirror serves; an attack changes files in it, and can put files of several moments together.
 */
import { type JsonObject, parseJson } from '../tuf/json.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { LabLog } from './log.ts';

/** That the timestamp is in the log. */
const PROOF = 'timestamp.json.tlog-proof';

export type Change = readonly [path: string, bytes: Uint8Array | undefined];

export class ServedTree {
  readonly repository: RepositoryId;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What lies behind `/log/` at that moment; undefined while files of several moments are put together. */
  readonly #log: LabLog | undefined;

  constructor(repository: RepositoryId, files: ReadonlyMap<string, Uint8Array>, log?: LabLog) {
    this.repository = repository;
    this.files = files;
    this.#log = log;
  }

  /** @throws TypeError when it was never put into a log: a mistake in the play */
  get log(): LabLog {
    if (!this.#log) throw new TypeError('the tree is in no log');
    return this.#log;
  }

  /** Another tree: these files in it instead, or, without bytes, not in it. */
  with(...changes: readonly Change[]): ServedTree {
    const files = new Map(this.files);
    for (const [path, bytes] of changes) {
      if (bytes) files.set(path, bytes);
      else files.delete(path);
    }
    return new ServedTree(this.repository, files, this.#log);
  }

  /** In the place of this one: the other tree’s files, under this one’s roots. */
  answeringWith(other: ServedTree): ServedTree {
    const roots = [...this.files].filter(([path]) => /\/\d+\.root\.json$/.test(path));
    return new ServedTree(this.repository, new Map([...other.files, ...roots]));
  }

  /** The same, with another log, and in it, at this place, the leaf of its timestamp. */
  inLog(log: LabLog, entry: number): ServedTree {
    const files = new Map([...this.files, [PROOF, log.proof(entry)]]);
    return new ServedTree(this.repository, files, log);
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
