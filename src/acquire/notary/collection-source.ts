/**
 * Where the bytes of one Notary v1 collection come from, believed by nobody yet: no signature, version, expiry or digest is
 * looked at here. A server, a folder of collected files and a client's cache answer the same three questions.
 *
 * Errors: SOURCE_NOT_FOUND means “the source is there and says that it has no such file” (it decides “no newer root”, H-01)
 * and is kept apart from every other SOURCE_* refusal, which means that nothing is known. USAGE_OPTION for a version that is
 * none, TRUST_MALFORMED for a role that no file of the dialect can have.
 */
import type { RoleName, Sha256 } from '../../tuf/names.ts';

/** No timestamp is longer, whatever limit is given: real clients read no more of one, bytes. */
export const MOST_TIMESTAMP_BYTES = 2 ** 20;

export interface CollectionSource {
  /** The collection's name, which clients call GUN: `registry.example.com/team/app`. */
  readonly gun: string;
  /** For people and the record: an address without credentials, or a directory. */
  readonly description: string;
  /**
   * The newest file of a role, whole, at most `maxBytes` long (a timestamp: at most 1 MiB).
   *
   * A Notary server renews lazily: it signs a new timestamp, and with it a new snapshot where that is due, when somebody asks
   * for the old one after it has expired, and only then. So an expired timestamp is a reason to ask again and no attack.
   * Callers:
   * - ask `current(TIMESTAMP)` once more when the first has expired, and then believe the answer: still expired means that
   *   nobody renews it any more (the server lost its key, or this is a copy);
   * - take the snapshot by the digest in the timestamp that they end with, never from `current`: it may be newer by then;
   * - do not ask for a minimum of remaining life: a genuine one may be seconds from its end.
   * Questions by digest or version never renew anything.
   */
  current(role: RoleName, maxBytes: number): Promise<Uint8Array>;
  /** The file with this digest. A folder may answer with the role's plain file instead, so the caller checks the digest. */
  byHash(role: RoleName, sha256: Sha256, maxBytes: number): Promise<Uint8Array>;
  /** The file of this version, from 1. `targets` usually has no version 1: publishers first upload the second. */
  byVersion(role: RoleName, version: number, maxBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
