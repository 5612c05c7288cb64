/**
 * Before a generation is committed it is read as clients will read it: by one that starts from each root the mirror ever
 * issued first, and by one that holds what is published now. What a client would refuse is never published.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { SignedFile } from '../ledger/record-publication.ts';
import type { GenerationRole } from '../ledger/records.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import { ROOT, type RoleName, SNAPSHOT, type Sha256, TIMESTAMP, metadataFileName, printable } from '../tuf/names.ts';
import type { Previous } from '../tuf/trusted-set.ts';
import { type ClientStart, type ClientView, answering, refreshAsClient } from '../verify/as-client.ts';
import { type CollectionView, refreshAsCollection } from '../verify/notary/as-client.ts';
import type { Reading } from './own-root.ts';

export interface Unpublished {
  /** Every root of the mirror, oldest first, the new one included. */
  readonly roots: readonly Uint8Array[];
  readonly snapshot: SignedFile;
  readonly timestamp: SignedFile;
  readonly roles: readonly GenerationRole[];
  readonly excluded: ReadonlySet<RoleName>;
  /** Bytes of an authored file by digest. */
  readonly bytes: (digest: Sha256) => Uint8Array;
  /** What an existing client holds; undefined for the first generation. */
  readonly before: { readonly root: Uint8Array; readonly previous: Previous } | undefined;
}

/** @throws STATE_SELF_CHECK naming the client and its reason */
export async function checkAsClients(
  unpublished: Unpublished,
  now: Date,
  { limits, collection }: Reading,
  memory: VerificationMemory,
): Promise<void> {
  const rules = { now, limits, depth: 'all', excluded: unpublished.excluded, memory } as const;
  const refresh = (start: ClientStart): Promise<unknown> =>
    collection
      ? refreshAsCollection(asServedCollection(unpublished, collection.servedAs), start, rules)
      : refreshAsClient({ metadata: asServed(unpublished) }, start, rules);
  const [first] = unpublished.roots;
  if (!first) throw new TypeError('a generation without a root');
  await asking('A new client', () => refresh({ root: first }));
  const { before } = unpublished;
  if (before) await asking('A client that holds the published state', () => refresh(before));
}

function asServedCollection({ roots, snapshot, timestamp, roles, bytes }: Unpublished, gun: string): CollectionView {
  const current = new Map<string, () => Uint8Array>([
    [ROOT, () => roots.at(-1) ?? new Uint8Array()],
    [TIMESTAMP, () => timestamp.bytes],
    [SNAPSHOT, () => snapshot.bytes],
    ...roles.map(({ role, fileSha256 }): [string, () => Uint8Array] => [role, () => bytes(fileSha256)]),
  ]);
  const answer = (found: Uint8Array | undefined, what: string): Promise<Uint8Array> =>
    found
      ? Promise.resolve(found)
      : Promise.reject(new Refusal('SOURCE_NOT_FOUND', `${printable(what)} is not published.`));
  return {
    gun,
    current: (role) => answer(current.get(role)?.(), role),
    byHash: (role) => answer(current.get(role)?.(), role),
    byVersion: (role, version) => answer(role === ROOT ? roots[version - 1] : undefined, `${version}.${role}`),
  };
}

function asServed({ roots, snapshot, timestamp, roles, bytes }: Unpublished): ClientView['metadata'] {
  return answering(
    new Map<string, () => Uint8Array>([
      ['timestamp.json', () => timestamp.bytes],
      [metadataFileName({ role: SNAPSHOT, version: snapshot.version }), () => snapshot.bytes],
      ...roots.map((root, index): [string, () => Uint8Array] => [`${index + 1}.root.json`, () => root]),
      ...roles.map(({ role, version, fileSha256 }): [string, () => Uint8Array] => [
        metadataFileName({ role, version }),
        () => bytes(fileSha256),
      ]),
    ]),
  );
}

async function asking(client: string, refresh: () => Promise<unknown>): Promise<void> {
  try {
    await refresh();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new Refusal('STATE_SELF_CHECK', `${client} would refuse the new generation: ${error.what}`, {
      details: { reason: error.code },
      cause: error,
    });
  }
}
