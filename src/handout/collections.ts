/** What a client is given about the collections that it reads here: their names, roots, and the certificates in those. */
import type { LedgerReader } from '../ledger/reader.ts';
import type { Enrolment } from '../ledger/records.ts';
import { parseNotaryRoot } from '../notary/metadata.ts';

export interface HandedCollection {
  /** The name under which clients ask. */
  readonly gun: string;
  /** The mirror’s newest root, exact bytes: what a cache that is put there before begins with. */
  readonly root: Uint8Array;
  /** Ids of its root keys as certificates: what clients pin. */
  readonly certificates: readonly string[];
}

/** @returns undefined for a TUF repository, and while nothing is public */
export function handedCollection(reader: LedgerReader, enrolment: Enrolment): HandedCollection | undefined {
  const { id, collection, limits } = enrolment;
  const current = reader.current(id);
  if (!collection || !current) return undefined;
  const root = reader.bytes(reader.issuedVersion(id, 'root', current.rootVersion).fileSha256);
  const { keys } = parseNotaryRoot(root, 'the mirror’s root', limits).payload.roles.root;
  return { gun: collection.servedAs, root, certificates: keys.map(({ id: keyId }) => keyId) };
}
