/**
 * The root that a stock client has cached, held against the pin. Such a client takes new targets keys from any properly signed
 * root (6.2) and remembers it, so what it believes can be read there. Nothing is verified: the client did, or was deceived.
 */
import { Refusal } from '../../errors.ts';
import { parseNotaryRoot } from '../../notary/metadata.ts';
import { keysNamedFor } from '../../notary/named-keys.ts';
import type { NotaryRole } from '../../notary/signatures.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { printable } from '../../tuf/names.ts';
import type { Pin } from '../pin/pin.ts';
import { type KeyDifference, differenceFromPinned } from './authority.ts';

export interface CachedRoot {
  readonly version: number;
  readonly expires: Date;
  /** Whom the client believes about targets. */
  readonly targets: NotaryRole;
  /** Whom the pin believes. */
  readonly pinned: NotaryRole;
  /** How they differ, by key material and threshold; undefined when they do not. */
  readonly difference: KeyDifference | undefined;
}

/**
 * @param bytes `<trust directory>/tuf/<name>/metadata/root.json`; its size is the caller’s to bound
 * @throws USAGE_OPTION for a pin of no collection; TRUST_WRONG_REPOSITORY for another collection’s root; TRUST_* for no root
 */
export function checkCachedRoot(bytes: Uint8Array, { repository, collection }: Pin): CachedRoot {
  if (!collection) {
    throw new Refusal('USAGE_OPTION', `The pin for ${repository} is of a TUF repository, not of a collection.`, {
      next: 'Name the pin of the collection whose root is cached.',
    });
  }
  const { version, expires, payload } = parseNotaryRoot(bytes, 'the cached root', DEFAULT_LIMITS);
  const { root, targets } = payload.roles;
  // Another collection’s root has other keys, and no attack behind it.
  if (keysNamedFor(root, collection.servedAs).keys.length === 0) {
    const what = `No certificate of the cached root is for ${printable(collection.servedAs)}.`;
    throw new Refusal('TRUST_WRONG_REPOSITORY', what, {
      details: { served_as: printable(collection.servedAs) },
      next: 'Name the root that was cached for this collection; its certificates bear the name that clients ask for.',
    });
  }
  const pinned = collection.targets;
  return { version, expires, targets, pinned, difference: differenceFromPinned(targets, pinned) };
}
