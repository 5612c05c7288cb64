/** What accepted imports established, read back from the record’s bytes: the floor of the next import. */
import { parseSnapshot } from '../tuf/metadata.ts';
import type { Limits } from '../tuf/limits.ts';
import { type RoleName, SNAPSHOT } from '../tuf/names.ts';
import type { AcceptedState } from '../verify/upstream.ts';
import type { LedgerReader } from './reader.ts';
import type { Enrolment } from './records.ts';

export function acceptedState(reader: LedgerReader, enrolment: Enrolment): AcceptedState | undefined {
  const last = reader.lastAccepted(enrolment.id);
  return last && acceptedBy(reader, enrolment, last.number);
}

/** The same for one accepted import, by number. */
export function acceptedBy(reader: LedgerReader, enrolment: Enrolment, number: number): AcceptedState {
  const files = reader.importFiles(number);
  const roots = files.filter(({ kind }) => kind === 'root').sort((a, b) => (a.version ?? 0) - (b.version ?? 0));
  const timestamp = files.find(({ kind }) => kind === 'timestamp');
  const snapshot = files.find(({ kind }) => kind === 'snapshot');
  if (timestamp?.version === undefined || snapshot?.version === undefined)
    throw new TypeError(`import ${String(number)} has no timestamp or snapshot`);
  return {
    // The first root is the enrolled one.
    laterRoots: roots.slice(1).map((root) => reader.bytes(root.fileSha256)),
    timestampVersion: timestamp.version,
    snapshotVersion: snapshot.version,
    listed: enrolment.collection
      ? reader.lastAuthored(enrolment.id, number)
      : listedIn(reader.bytes(snapshot.fileSha256), enrolment.limits),
  };
}

/** Entries of TUF's snapshot; Notary's lists no versions. */
function listedIn(snapshot: Uint8Array, limits: Limits): ReadonlyMap<RoleName, number> {
  const { roles } = parseSnapshot(snapshot, SNAPSHOT, limits).payload;
  return new Map([...roles].map(([role, { version }]) => [role, version]));
}
