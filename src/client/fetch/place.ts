/**
 * Where a guard reads from: the address of a mirror, the address of a plain copy, or a folder. Whatever comes from there
 * is believed by nobody yet; a place only bounds it, and tells “there is no such file” from “nothing is known” (H-01).
 */
import type { Sha256 } from '../../tuf/names.ts';

export interface Reading {
  /** Most bytes that are taken; one more is SOURCE_TOO_LARGE. */
  readonly maxBytes: number;
  /** Bytes that are at hand already: the answer may be “unchanged” instead. */
  readonly unless?: Sha256;
  /** Whether 403 says “no such file”: object stores that hide their listing say so. Only ever for the next root. */
  readonly forbiddenMeansAbsent?: boolean;
}

/** Bytes as they arrive, never more than asked for, to be read once; or the word that they are those at hand. */
export type Arrival = AsyncIterable<Uint8Array> | 'unchanged';

export interface Place {
  /** For people: an address without credentials, or a folder. */
  readonly description: string;
  /**
   * @param segments the path below the place, decoded: `['metadata', '3.root.json']`; “/” in a segment is data (P-01)
   * @throws SOURCE_NOT_FOUND when there is certainly no such file, another SOURCE_* when nothing is known; the latter
   * also while the bytes are read. TRUST_MALFORMED for a name that no address or file can have (P-04).
   */
  read(segments: readonly string[], reading: Reading): Promise<Arrival>;
}

/** The whole file. @throws as `Place.read` */
export async function readWhole(place: Place, segments: readonly string[], reading: Reading): Promise<Uint8Array> {
  const arrival = await place.read(segments, { ...reading });
  if (arrival === 'unchanged') throw new TypeError('“unchanged” is an answer only to whoever named what is at hand');
  return joined(arrival);
}

export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}
