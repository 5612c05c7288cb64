/**
 * Length and digests of another file, as targets, snapshot and timestamp list them: base64 here, hexadecimal everywhere
 * else in this program. Source: the dialect’s description, 3.2; N-03.
 */
import { decodeBase64, encodeHex } from '../tuf/encoding.ts';
import type { Json, JsonObject } from '../tuf/json.ts';
import { printable, type Sha256 } from '../tuf/names.ts';
import { refuseShape, Shape } from '../tuf/shape.ts';

export interface NotaryListing {
  /** Bytes. */
  readonly length: number;
  /** By algorithm, lower-case hex: fit for `mismatchedHash`. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** Digest sizes in bytes, of the algorithms that count (C-07); others are kept by name and never compared. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ['sha256', 32],
  ['sha512', 64],
]);
const LISTING = new Set(['length', 'hashes', 'custom']);

/**
 * A metadata file as snapshot or timestamp lists it. Clients ask for it by its sha256, so that one must be there; without
 * a length they read nothing.
 * @throws TRUST_MALFORMED
 */
export function readListing(value: Json | undefined, label: string): NotaryListing {
  const shape = new Shape(value, label, LISTING);
  const hashes = readHashes(shape.map('hashes'), label);
  if (!hashes.has('sha256')) return refuseShape(label, 'has no sha256 hash');
  return { length: shape.length('length'), hashes };
}

/** What a listed metadata file is asked for by; no digest where nothing is listed, which no file has. */
export function digestIn(listing: Pick<NotaryListing, 'hashes'> | undefined): Sha256 {
  return (listing?.hashes.get('sha256') ?? '') as Sha256;
}

/** A target: sha256 or sha512, and whatever the publisher added. */
export function readTarget(value: Json, label: string): NotaryListing & { readonly custom: Json | undefined } {
  const shape = new Shape(value, label, LISTING);
  const hashes = readHashes(shape.map('hashes'), label);
  const isKnown = [...SIZES.keys()].some((algorithm) => hashes.has(algorithm));
  if (!isKnown) return refuseShape(label, 'has neither a sha256 nor a sha512 hash');
  return { length: shape.length('length'), hashes, custom: shape.object.get('custom') };
}

function readHashes(object: JsonObject, label: string): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const [algorithm, text] of object) {
    const digest = typeof text === 'string' ? decodeBase64(text) : undefined;
    // A hex digest of 64 digits is base64 as well: only the size tells that it is the other dialect’s (N-03).
    if (!digest || (SIZES.get(algorithm) ?? digest.length) !== digest.length) {
      return refuseShape(label, `has a ${printable(algorithm, 20)} hash that is not one in padded base64`);
    }
    hashes.set(algorithm, encodeHex(digest));
  }
  return hashes;
}
