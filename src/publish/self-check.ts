/**
 * Before a generation is committed it is read as clients will read it: by one that starts from each root the mirror ever
 * issued first, and by one that holds what is published now. What a client would refuse is never published.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { SignedFile } from '../ledger/record-publication.ts';
import type { GenerationRole } from '../ledger/records.ts';
import type { Limits } from '../tuf/limits.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import { type RoleName, SNAPSHOT, type Sha256, metadataFileName } from '../tuf/names.ts';
import type { Previous } from '../tuf/trusted-set.ts';
import { type ClientView, answering, refreshAsClient } from '../verify/as-client.ts';

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
  limits: Limits,
  memory: VerificationMemory,
): Promise<void> {
  const view = { metadata: asServed(unpublished) };
  const rules = { now, limits, depth: 'all', excluded: unpublished.excluded, memory } as const;
  const [first] = unpublished.roots;
  if (!first) throw new TypeError('a generation without a root');
  await asking('A new client', () => refreshAsClient(view, { root: first }, rules));
  const { before } = unpublished;
  if (before) await asking('A client that holds the published state', () => refreshAsClient(view, before, rules));
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
