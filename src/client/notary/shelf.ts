/** The files of a collection below a mirror’s address, by the names that clients ask for: `/v2/<name>/_trust/tuf/…`. */
import { isRefusal } from '../../errors.ts';
import type { NotaryListing } from '../../notary/hashes.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Limits } from '../../tuf/limits.ts';
import { ROOT, type RoleName, SNAPSHOT, type Sha256, TIMESTAMP, metadataFileName } from '../../tuf/names.ts';
import { joined, type Place, type Reading, readWhole } from '../fetch/place.ts';
import type { CollectionView } from './workflow.ts';

export class CollectionShelf implements CollectionView {
  readonly #place: Place;
  readonly #below: readonly string[];
  readonly #limits: Limits;

  constructor(place: Place, servedAs: string, limits: Limits) {
    this.#place = place;
    this.#below = ['v2', ...servedAs.split('/'), '_trust', 'tuf'];
    this.#limits = limits;
  }

  async root(version: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#read(metadataFileName({ role: ROOT, version }), { maxBytes: this.#limits.rootBytes });
    } catch (error) {
      // “Not found” is an answer here; every other failure is not: it could hide a revocation (H-01).
      if (isRefusal(error, 'SOURCE_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  timestamp(): Promise<Uint8Array> {
    return this.#read(metadataFileName({ role: TIMESTAMP }), { maxBytes: this.#limits.timestampBytes });
  }

  /** Whether the timestamp is still that file: one request, without a body where the server knows digests as tags. */
  async isTimestampStill(digest: Sha256): Promise<boolean> {
    const reading = { maxBytes: this.#limits.timestampBytes, unless: digest };
    const arrival = await this.#place.read([...this.#below, metadataFileName({ role: TIMESTAMP })], reading);
    return arrival === 'unchanged' || sha256(await joined(arrival)) === digest;
  }

  snapshot(listing: NotaryListing): Promise<Uint8Array> {
    return this.#byDigest(SNAPSHOT, listing, this.#limits.snapshotBytes);
  }

  role(role: RoleName, listing: NotaryListing): Promise<Uint8Array> {
    return this.#byDigest(role, listing, this.#limits.targetsBytes);
  }

  #byDigest(role: RoleName, { length, hashes }: NotaryListing, maxBytes: number): Promise<Uint8Array> {
    const name = `${role}.${hashes.get('sha256') ?? ''}.json`;
    return this.#read(name, { maxBytes: Math.min(length, maxBytes) });
  }

  /** Slashes of a role’s name separate segments, as for stock clients. */
  #read(name: string, reading: Reading): Promise<Uint8Array> {
    return readWhole(this.#place, [...this.#below, ...name.split('/')], reading);
  }
}
