/** Target files into the blob store, each streamed, bounded and checked; those already there are not fetched again. */
import type { Source } from '../acquire/source.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { CarriedTarget } from '../ledger/records.ts';
import { Refusal } from '../errors.ts';
import { isSha256, printable } from '../tuf/names.ts';
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
  const known = new Map(reader.everCarried(repository).map(({ hashes, sha256 }) => [hashes.get('sha512'), sha256]));
  const carried: CarriedTarget[] = [];
  for (const [index, target] of selected.entries()) {
    refuseTooLarge(target, targetFileBytes);
    // Sigstore’s first targets list sha512 only: an earlier import’s blob of that name is a guess, which `holds` judges.
    const listed = target.hashes.get('sha256') ?? known.get(target.hashes.get('sha512'));
    const isHeld = listed !== undefined && isSha256(listed) && (await blobs.holds(listed, target));
    if (!isHeld) onProgress(`target ${index + 1} of ${selected.length}: ${printable(target.path, 60)}`);
    const digest = isHeld ? listed : await blobs.store(target, await source.target(target, consistentSnapshot));
    carried.push({ ...target, sha256: digest });
  }
  return carried;
}

function refuseTooLarge({ path, role, length }: SelectedTarget, targetFileBytes: number): void {
  if (length <= targetFileBytes) return;
  throw new Refusal('TRUST_LIMIT', `${printable(path)} is ${length} bytes long, more than ${targetFileBytes}.`, {
    details: { target: path, role, limit: 'targetFileBytes' },
  });
}
