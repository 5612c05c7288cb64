/**
 * A root file as two people compare it: by its SHA-256, or by ear. Whoever believes a root does so because somebody
 * confirmed exactly these bytes; nothing here verifies a signature.
 */
import { parseNotaryRoot } from '../../notary/metadata.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { parseRoot } from '../../tuf/metadata.ts';
import type { Sha256 } from '../../tuf/names.ts';
import { SPOKEN_WORDS } from './spoken-words.ts';

export interface RootFingerprint {
  /** Of the exact bytes of the file, as `sha256sum` prints it. */
  readonly sha256: Sha256;
  /** The root version that the file states. */
  readonly version: number;
  /** Eight words separated by spaces, one for each of the first eight bytes of the digest. */
  readonly spoken: string;
}

/** Bytes of the digest that are spoken: 64 bits, out of reach for whoever must meet all of them by trying. */
const SPOKEN_BYTES = 8;

/**
 * @param bytes a root file; its size is the caller’s to bound
 * @param dialect whose root it is: a TUF repository’s, or a Notary collection’s
 * @throws TRUST_JSON, TRUST_MALFORMED, TRUST_TYPE, TRUST_KEY and the like when it is not a root file
 */
export function rootFingerprint(bytes: Uint8Array, dialect: 'tuf' | 'notary' = 'tuf'): RootFingerprint {
  const parse = dialect === 'notary' ? parseNotaryRoot : parseRoot;
  const { envelope, version } = parse(bytes, 'root', DEFAULT_LIMITS);
  return { sha256: envelope.fileSha256, version, spoken: spokenDigest(envelope.fileSha256) };
}

function spokenDigest(digest: Sha256): string {
  const bytes = Buffer.from(digest, 'hex').subarray(0, SPOKEN_BYTES);
  return Array.from(bytes, (byte) => SPOKEN_WORDS[byte]).join(' ');
}
