/**
 * Where bytes come from, believed by nobody yet. Every source answers the same two questions.
 *
 * Errors: SOURCE_NOT_FOUND means “the source is there and has no such file” (it decides “no newer root”, H-01) and is
 * kept apart from every other SOURCE_* refusal, which means that nothing is known.
 */
import type { MetadataFile, TargetPath } from '../tuf/names.ts';

/** A target as wanted: its name, and the digests (algorithm → lower-case hex) that upstream signed for it. */
export interface WantedTarget {
  readonly path: TargetPath;
  readonly length: number;
  readonly hashes: ReadonlyMap<string, string>;
}

export interface Source {
  /** For people and the record: a URL without credentials, or a directory. */
  readonly description: string;
  /** The whole file, at most `maxBytes` long. A directory may answer with the unversioned copy, except for root. */
  metadata(file: MetadataFile, maxBytes: number): Promise<Uint8Array>;
  /**
   * The target’s bytes as they arrive, never more than `wanted.length`. With `consistent`, digest-prefixed names are
   * asked for first (all listed algorithms), then nothing else (a directory: then the plain name); without, the plain name.
   * The caller checks length and every hash. Errors may also come while the bytes are read.
   */
  target(wanted: WantedTarget, consistent: boolean): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}
