/**
 * Where a repository’s files lie below its address, and how they are called. A Countersign mirror has one layout; a plain
 * copy may have either of the two usual ones (`metadata/3.root.json`, or Sigstore’s `3.root.json`), which shows by where
 * its timestamp is.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import type { Limits } from '../../tuf/limits.ts';
import type { Listing, TargetEntry } from '../../tuf/metadata.ts';
import {
  type MetadataFile,
  ROOT,
  type RoleName,
  SNAPSHOT,
  type Sha256,
  TIMESTAMP,
  type TargetPath,
  metadataFileName,
} from '../../tuf/names.ts';
import { targetNames } from '../../tuf/target-names.ts';
import { type Arrival, type Place, type Reading, readWhole } from './place.ts';
import type { TopView } from '../trust/workflow.ts';

/** A folder of a place. */
export interface Shelf {
  readonly place: Place;
  readonly below: readonly string[];
}

/** Metadata as one repository serves it: all questions that a workflow has. */
export class MetadataShelf implements TopView {
  readonly #candidates: readonly Shelf[];
  readonly #limits: Limits;
  readonly #forbiddenMeansAbsent: boolean;
  #found: Promise<Shelf> | undefined;

  /**
   * @param candidates one shelf, or several of which the first with a timestamp is it
   * @param forbiddenMeansAbsent for object stores that answer 403 for the next root; never for a mirror of ours (H-01)
   */
  constructor(candidates: readonly [Shelf, ...Shelf[]], limits: Limits, forbiddenMeansAbsent = false) {
    this.#candidates = candidates;
    this.#limits = limits;
    this.#forbiddenMeansAbsent = forbiddenMeansAbsent;
    if (candidates.length === 1) this.#found = Promise.resolve(candidates[0]);
  }

  async root(version: number): Promise<Uint8Array | undefined> {
    const reading = { maxBytes: this.#limits.rootBytes, forbiddenMeansAbsent: this.#forbiddenMeansAbsent };
    try {
      return await this.#read({ role: ROOT, version }, reading);
    } catch (error) {
      // “Not found” is an answer here; every other failure is not: it could hide a revocation.
      if (isRefusal(error, 'SOURCE_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  timestamp(): Promise<Uint8Array> {
    return this.#read({ role: TIMESTAMP }, { maxBytes: this.#limits.timestampBytes });
  }

  /** Whether the timestamp is still that file: one request, without a body where the server knows digests as tags. */
  async isTimestampStill(digest: Sha256, digestOf: (bytes: Uint8Array) => Sha256): Promise<boolean> {
    const { place, below } = await this.#shelf();
    const reading = { maxBytes: this.#limits.timestampBytes, unless: digest };
    const arrival = await place.read([...below, metadataFileName({ role: TIMESTAMP })], reading);
    if (arrival === 'unchanged') return true;
    const parts: Uint8Array[] = [];
    for await (const chunk of arrival) parts.push(chunk);
    return digestOf(Buffer.concat(parts)) === digest;
  }

  snapshot(listing: Listing, isConsistent: boolean): Promise<Uint8Array> {
    return this.role(SNAPSHOT, listing, isConsistent, this.#limits.snapshotBytes);
  }

  /** What another role lists; `isConsistent`: under the name with its version. */
  role(
    role: RoleName,
    { version, length }: Listing,
    isConsistent: boolean,
    maxBytes = this.#limits.targetsBytes,
  ): Promise<Uint8Array> {
    const bound = length === undefined ? maxBytes : Math.min(length, maxBytes);
    return this.#read(isConsistent ? { role, version } : { role }, { maxBytes: bound });
  }

  async #read(file: MetadataFile, reading: Reading): Promise<Uint8Array> {
    const { place, below } = await this.#shelf();
    return readWhole(place, [...below, metadataFileName(file)], reading);
  }

  #shelf(): Promise<Shelf> {
    this.#found ??= this.#detect().catch((error: unknown) => {
      // Not remembered: a place that was briefly down can be asked again.
      this.#found = undefined;
      throw error;
    });
    return this.#found;
  }

  async #detect(): Promise<Shelf> {
    for (const shelf of this.#candidates) {
      const name = [...shelf.below, metadataFileName({ role: TIMESTAMP })];
      try {
        await readWhole(shelf.place, name, { maxBytes: this.#limits.timestampBytes });
        return shelf;
      } catch (error) {
        if (!isRefusal(error, 'SOURCE_NOT_FOUND')) throw error;
      }
    }
    // Not SOURCE_NOT_FOUND: asked for the next root, that would read as “there is none” (H-01).
    throw new Refusal(
      'SOURCE_UNREACHABLE',
      `There is no timestamp.json at ${this.#candidates[0]?.place.description ?? ''}.`,
    );
  }
}

/**
 * A target’s bytes as they arrive, under the first of its names that is there.
 * @param names consistent: digest-prefixed names of every listed algorithm; plain: its own name; any: both, in that order
 * @throws SOURCE_NOT_FOUND, SOURCE_*
 */
export async function openTarget(
  { place, below }: Shelf,
  path: TargetPath,
  { length, hashes }: TargetEntry,
  names: 'consistent' | 'plain' | 'any',
): Promise<Exclude<Arrival, 'unchanged'>> {
  const candidates = [
    ...(names === 'plain' ? [] : targetNames({ path, hashes }, true)),
    ...(names === 'consistent' ? [] : [path]),
  ];
  let missing: unknown;
  for (const name of candidates) {
    try {
      const arrival = await place.read([...below, ...name.split('/')], { maxBytes: length });
      if (arrival !== 'unchanged') return arrival;
    } catch (error) {
      if (!isRefusal(error, 'SOURCE_NOT_FOUND')) throw error;
      missing ??= error;
    }
  }
  throw missing;
}
