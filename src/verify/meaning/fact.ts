/**
 * What a target file says, as statements that can be compared. A reader recognises a kind of file by its content; what it
 * reads is shown to people and believed by nobody.
 */
import type { Json } from '../../tuf/json.ts';

/** One thing that the file names: a certificate authority, a key, a service. */
export interface Fact {
  /** Equal on two sides for the same thing: never shown. */
  readonly identity: string;
  /** How people call it. */
  readonly subject: string;
  /** What is said of it, in words that can be printed. */
  readonly says: readonly Saying[];
}

export type Saying = readonly [what: string, words: string];

/** What a file says of itself, and the things that it names. */
export interface Reading {
  readonly about: readonly Saying[];
  readonly facts: readonly Fact[];
}

export interface Meaning extends Reading {
  readonly kind: string;
}

/** A target file that a reader is asked about. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Undefined when it is not JSON that every reader understands in one way. */
  readonly json: Json | undefined;
}

export interface ContentReader {
  /** With its article: `a Sigstore trusted root`. */
  readonly kind: string;
  /** Whether people expect this kind under the name: then a file that is something else is said to be. */
  isNamedLike(name: string): boolean;
  /** Undefined for a file of another kind. Never throws: what cannot be read is said as such. */
  read(content: Content): Reading | undefined;
}

/** “valid until”: with an end, a key or authority is over. */
export const VALID_UNTIL = 'valid until';
