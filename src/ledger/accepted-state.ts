/** What accepted imports established, read back from the record’s bytes: the floor of the next import. */
import { parseSnapshot } from '../tuf/metadata.ts';
import { SNAPSHOT } from '../tuf/names.ts';
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
  const parsed = parseSnapshot(reader.bytes(snapshot.fileSha256), SNAPSHOT, enrolment.limits);
  return {
    // The first root is the enrolled one.
    laterRoots: roots.slice(1).map((root) => reader.bytes(root.fileSha256)),
    timestampVersion: timestamp.version,
    snapshotVersion: snapshot.version,
    listed: new Map([...parsed.payload.roles].map(([role, listing]) => [role, listing.version])),
  };
}
