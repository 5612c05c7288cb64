/**
 * A recorded import, verified again from the record’s bytes before anything is signed for it: nothing that waited for
 * people, for time or for a root is taken on trust (S-10).
 */
import { Refusal } from '../errors.ts';
import { acceptedBy } from '../ledger/accepted-state.ts';
import { recordedCollection } from '../ledger/recorded-collection.ts';
import { recordedSource } from '../ledger/recorded-source.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Enrolment } from '../ledger/records.ts';
import type { Clock } from '../platform/clock.ts';
import { VerificationMemory } from '../tuf/memory.ts';
import type { Candidate } from '../verify/candidate.ts';
import { Evidence } from '../verify/evidence.ts';
import { verifyState } from '../verify/dialects.ts';

const FOR_EVER = Number.MAX_SAFE_INTEGER;

export interface Reverified {
  readonly candidate: Candidate;
  readonly number: number;
  readonly memory: VerificationMemory;
}

interface Recorded {
  readonly reader: LedgerReader;
  readonly clock: Clock;
}

/** @throws STATE_NOTHING_PUBLISHED without an accepted import, and as `reverifyImport` does */
export async function reverifyLast(recorded: Recorded, enrolment: Enrolment): Promise<Reverified> {
  const last = recorded.reader.lastAccepted(enrolment.id);
  if (!last) throw new Refusal('STATE_NOTHING_PUBLISHED', `${enrolment.id} has no accepted import.`);
  return reverifyImport(recorded, enrolment, last.number);
}

/**
 * @param number of an accepted import, not necessarily the last
 * @throws STATE_DAMAGED for another state than was recorded; every refusal of trust, and of upstream’s age
 */
export async function reverifyImport(
  { reader, clock }: Recorded,
  enrolment: Enrolment,
  number: number,
): Promise<Reverified> {
  const { decisions, candidate: recorded } = reader.import(number);
  const memory = new VerificationMemory();
  const { laterRoots } = acceptedBy(reader, enrolment, number);
  const candidate = await verifyState({
    repository: enrolment.id,
    source: enrolment.collection
      ? recordedCollection(reader, number, enrolment.collection.name)
      : recordedSource(reader, number),
    gun: enrolment.collection?.name,
    enrolledRoot: reader.bytes(enrolment.rootSha256),
    accepted: { laterRoots, timestampVersion: 0, snapshotVersion: 0, listed: new Map() },
    // What it contradicts was judged when it came in; that something else came in later makes nothing of it untrue.
    seen: () => [],
    selection: enrolment.selection,
    decisions,
    // Of a retired upstream, whose end this is: nobody will vouch for it any more. Whether it is signed is asked elsewhere.
    maxUpstreamAgeDays: enrolment.retired?.import === number ? FOR_EVER : enrolment.maxUpstreamAgeDays,
    limits: { ...enrolment.limits, versionJump: Number.MAX_SAFE_INTEGER },
    now: clock.now(),
    evidence: new Evidence(),
    memory,
  });
  if (candidate.digest === recorded) return { candidate, number, memory };
  throw new Refusal('STATE_DAMAGED', `Import ${number} of ${enrolment.id} is not what was recorded.`);
}
