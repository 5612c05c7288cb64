/** Snapshot and timestamp of one repository under the online keys of one epoch, in the form of its dialect. */
import type { SignedFile } from '../ledger/record-publication.ts';
import type { Collection, GenerationRole } from '../ledger/records.ts';
import type { Keyring } from '../sign/keyring.ts';
import type { Signer } from '../sign/signer.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { issueCollectionSnapshot, issueCollectionTimestamp } from './collection-issue.ts';
import { type Statement, issueSnapshot, issueTimestamp } from './issue.ts';

/** Whose files they are: a repository's, or a collection's under the name that it is served by. */
export interface RootOwner {
  readonly id: RepositoryId;
  readonly collection?: Collection | undefined;
}

interface Issue {
  readonly version: number;
  readonly expires: Date;
  readonly statement: Statement;
}

export interface Issuing {
  /** The keys as the mirror's root must list them. */
  readonly keys: Readonly<Record<'snapshot' | 'timestamp', Pick<Signer, 'keyId' | 'keyObject'>>>;
  /** @param issue.root the mirror's root under which it is published; Notary's snapshots list it */
  snapshot(issue: Issue & { readonly roles: readonly GenerationRole[]; readonly root: Uint8Array }): SignedFile;
  timestamp(issue: Issue & { readonly snapshot: SignedFile }): SignedFile;
}

export function issuingOf(keyring: Keyring, { id, collection }: RootOwner, epoch: number): Issuing {
  if (collection) {
    const keys = keyring.collectionSigners(id, epoch);
    return {
      keys,
      snapshot: (issue) => issueCollectionSnapshot({ ...issue, signer: keys.snapshot }),
      timestamp: (issue) => issueCollectionTimestamp({ ...issue, signer: keys.timestamp }),
    };
  }
  const keys = {
    snapshot: keyring.signerFor(id, 'snapshot', epoch),
    timestamp: keyring.signerFor(id, 'timestamp', epoch),
  };
  return {
    keys,
    snapshot: ({ version, expires, roles, statement }) =>
      issueSnapshot(version, expires, roles, statement, keys.snapshot),
    timestamp: ({ version, expires, snapshot, statement }) =>
      issueTimestamp(version, expires, snapshot, statement, keys.timestamp),
  };
}
