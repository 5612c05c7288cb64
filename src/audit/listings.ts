/**
 * What imports list and carry, read from the files that their observations name by digest: the listing of a target is found
 * in upstream’s own signed bytes, and never in a table.
 */
import type { ImportObservation } from '../ledger/events/statements.ts';
import { type ListedFile, readCarriedList, readFilesList } from '../ledger/lists.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { CarriedTarget } from '../ledger/records.ts';
import { readAuthored, type Reading } from '../ledger/upstream-files.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import type { TargetEntry } from '../tuf/metadata.ts';
import type { RoleName, Sha256, TargetPath } from '../tuf/names.ts';

export interface ListedTarget {
  readonly role: RoleName;
  readonly path: TargetPath;
  readonly entry: TargetEntry;
  /** Upstream’s file that lists it. */
  readonly fileSha256: Sha256;
}

export class Listings {
  readonly #reader: LedgerReader;
  readonly #files = new Map<string, readonly ListedFile[]>();
  readonly #carried = new Map<string, readonly CarriedTarget[]>();
  #enrolled: ReadonlyMap<string, Reading> | undefined;

  constructor(reader: LedgerReader) {
    this.#reader = reader;
  }

  /** Root, timestamp, snapshot, or what a refused import left as evidence. */
  files({ files_sha256: digest }: ImportObservation): readonly ListedFile[] {
    return remembered(this.#files, digest, () => readFilesList(this.#reader.bytes(digest as Sha256)));
  }

  /** Targets and delegated roles. */
  authored({ authored_sha256: digest }: ImportObservation): readonly ListedFile[] {
    return remembered(this.#files, digest, () => readFilesList(this.#reader.bytes(digest as Sha256)));
  }

  carried({ carried_sha256: digest }: ImportObservation): readonly CarriedTarget[] {
    return remembered(this.#carried, digest, () => readCarriedList(this.#reader.bytes(digest as Sha256)));
  }

  /** Every target that one authored file lists, one file at a time: a repository may be too large to hold. */
  *targets(repository: string, { role, fileSha256 }: ListedFile): Generator<ListedTarget> {
    const { payload } = readAuthored(this.#reader.bytes(fileSha256), role, this.#reading(repository));
    for (const [path, entry] of payload.targets) yield { role, path, entry, fileSha256 };
  }

  /** The collection that a repository is, by its name upstream; undefined for a TUF repository. */
  collectionOf(repository: string): string | undefined {
    return this.#reading(repository).collection?.name;
  }

  /** Dialect and limits; what was never enrolled is read as TUF's. */
  #reading(repository: string): Reading {
    // Once: a registry may be hundreds of enrolments.
    this.#enrolled ??= new Map(this.#reader.enrolments().map((enrolment) => [enrolment.id, enrolment]));
    return this.#enrolled.get(repository) ?? { limits: DEFAULT_LIMITS };
  }
}

function remembered<Value>(kept: Map<string, Value>, digest: string, read: () => Value): Value {
  const known = kept.get(digest) ?? read();
  kept.set(digest, known);
  return known;
}
