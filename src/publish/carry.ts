/** Target files into the blob store, each streamed, bounded and checked; those already there are not fetched again. */
import type { Source } from '../acquire/source.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { CarriedTarget } from '../ledger/records.ts';
import { Refusal } from '../errors.ts';
import { type Sha256, isSha256, printable } from '../tuf/names.ts';
import type { Limits } from '../tuf/limits.ts';
import type { Candidate, SelectedTarget } from '../verify/candidate.ts';
import type { BlobStore } from './blobs.ts';

interface Stores {
  readonly reader: LedgerReader;
  readonly blobs: BlobStore;
}

/** @throws SOURCE_* and TRUST_TARGET: one target that cannot be had refuses the import, because clients would miss it */
export async function carryTargets(
  { reader, blobs }: Stores,
  candidate: Candidate,
  source: Source,
  onProgress: (step: string) => void,
): Promise<CarriedTarget[]> {
  const { repository, selected, consistentSnapshot } = candidate.content;
  const { targetFileBytes } = reader.enrolment(repository).limits;
  const known = selected.length === 0 ? new Map<string, Sha256>() : knownDigests(reader, candidate);
  const carried: CarriedTarget[] = [];
  for (const [index, target] of selected.entries()) {
    refuseTooLarge(target, { targetFileBytes });
    let digest = digestOf(target, known);
    if (digest === undefined || !(await blobs.has(digest, target.length))) {
      onProgress(`target ${String(index + 1)} of ${String(selected.length)}: ${printable(target.path, 60)}`);
      digest = await blobs.store(target, await source.target(target, consistentSnapshot));
    }
    carried.push({ ...target, sha256: digest });
  }
  return carried;
}

function digestOf(target: SelectedTarget, known: ReadonlyMap<string, Sha256>): Sha256 | undefined {
  const listed = target.hashes.get('sha256');
  if (listed !== undefined && isSha256(listed)) return listed;
  // Sigstore’s first targets list sha512 only: what an earlier import measured tells which blob that is.
  return known.get(target.hashes.get('sha512') ?? '');
}

function knownDigests(reader: LedgerReader, candidate: Candidate): Map<string, Sha256> {
  return new Map(
    reader.everCarried(candidate.content.repository).map(({ hashes, sha256 }) => [hashes.get('sha512') ?? '', sha256]),
  );
}

function refuseTooLarge(
  { path, role, length }: SelectedTarget,
  { targetFileBytes }: Pick<Limits, 'targetFileBytes'>,
): void {
  if (length <= targetFileBytes) return;
  throw new Refusal(
    'TRUST_LIMIT',
    `${printable(path)} is ${String(length)} bytes long, more than ${String(targetFileBytes)}.`,
    {
      details: { target: path, role, limit: 'targetFileBytes' },
    },
  );
}
