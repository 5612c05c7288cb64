/** The targets that a recorded state lists and a client finds, read plainly from its files. */
import { createHash } from 'node:crypto';
import type { RecordedState } from './archive.ts';

export interface ListedTarget {
  readonly path: string;
  readonly role: string;
  /** Why stock clients cannot read the role that lists it; undefined when they can. */
  readonly unreadable: string | undefined;
  /** Whether these bytes have every hash that the role lists. */
  isContent(bytes: Uint8Array): boolean;
}

interface Listing {
  readonly signed: {
    readonly targets: Readonly<Record<string, { readonly length?: number; readonly hashes: Record<string, string> }>>;
  };
}

/**
 * What keeps a stock client (tuf-js 5.0.1, measured) from a role. The recorded states show one such thing: go-tuf v1
 * left the length of an empty file out, in one revocation list of July 2022 (state 40).
 */
const OBSTACLES: readonly { readonly what: string; readonly hits: (listing: Listing) => boolean }[] = [
  {
    what: 'a target has no length',
    hits: ({ signed }) => Object.values(signed.targets).some(({ length }) => length === undefined),
  },
];

/** @param authored path of each role’s file */
export function listedTargets(state: RecordedState, authored: ReadonlyMap<string, string>): ListedTarget[] {
  return [...authored].flatMap(([role, file]) => {
    const listing = JSON.parse(state.bytes(file).toString('utf8')) as Listing;
    const unreadable = OBSTACLES.find(({ hits }) => hits(listing))?.what;
    return Object.entries(listing.signed.targets).map(([path, { hashes }]) => ({
      path,
      role,
      unreadable,
      isContent: (bytes: Uint8Array) =>
        Object.entries(hashes).every(([algorithm, digest]) => hashOf(algorithm, bytes) === digest),
    }));
  });
}

function hashOf(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
