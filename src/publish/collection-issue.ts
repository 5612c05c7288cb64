/**
 * The snapshot and timestamp that the mirror issues of a Notary collection. The signed member `x-countersign` is the one that
 * TUF repositories have: stock clients ignore it, and it is covered by the signature.
 */
import type { SignedFile } from '../ledger/record-publication.ts';
import type { GenerationRole } from '../ledger/records.ts';
import { listingOf, notarySnapshot, notaryTimestamp, signNotary } from '../notary/documents.ts';
import type { NotaryListing } from '../notary/hashes.ts';
import type { NotarySigner } from '../notary/signer.ts';
import type { JsonObject } from '../tuf/json.ts';
import { ROOT, type RoleName } from '../tuf/names.ts';
import { countersignMember, type Statement } from './issue.ts';

interface CollectionIssue {
  readonly version: number;
  readonly expires: Date;
  readonly statement: Statement;
  readonly signer: NotarySigner;
}

export function issueCollectionSnapshot({
  version,
  expires,
  roles,
  root,
  statement,
  signer,
}: CollectionIssue & {
  readonly roles: readonly GenerationRole[];
  readonly root: Uint8Array;
}): SignedFile {
  // One digest is enough for every client, and is what the record has.
  const listed = roles.map(({ role, length, fileSha256 }): [RoleName, NotaryListing] => [
    role,
    { length, hashes: new Map([['sha256', fileSha256]]) },
  ]);
  const signed = notarySnapshot({ version, expires, roles: new Map([[ROOT, listingOf(root)], ...listed]) });
  return stated('snapshot', { version, expires, statement, signer }, signed);
}

export function issueCollectionTimestamp({
  snapshot,
  ...issue
}: CollectionIssue & { readonly snapshot: SignedFile }): SignedFile {
  const { version, expires, statement } = issue;
  const signed = notaryTimestamp({ version, expires, snapshot: listingOf(snapshot.bytes) });
  // As in TUF's: the snapshot that it names has the decisions.
  return stated('timestamp', { ...issue, statement: { ...statement, decisions: [] } }, signed);
}

function stated(
  role: 'snapshot' | 'timestamp',
  { version, expires, statement, signer }: CollectionIssue,
  signed: JsonObject,
): SignedFile {
  signed.set('x-countersign', countersignMember(statement));
  return { role, version, bytes: signNotary(signed, [signer]), expires };
}
