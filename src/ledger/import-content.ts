/** An accepted import’s content as values that can be compared: parsed again from the record’s bytes. */
import { parseRoot, parseTargets } from '../tuf/metadata.ts';
import { ROOT, type Sha256 } from '../tuf/names.ts';
import type { Side } from '../verify/difference.ts';
import type { TargetBytes, TargetContents } from '../verify/difference/summary.ts';
import type { LedgerReader } from './reader.ts';
import type { CarriedTarget } from './records.ts';

/** @throws USAGE_UNKNOWN_IMPORT, or STATE_DAMAGED for bytes that changed */
export function importContent(reader: LedgerReader, number: number): Side {
  const { repository } = reader.import(number);
  const { limits } = reader.enrolment(repository);
  const files = reader.importFiles(number);
  const newestRoot = files
    .filter(({ kind }) => kind === 'root')
    .reduce((a, b) => ((a.version ?? 0) > (b.version ?? 0) ? a : b));
  const online = files.filter(({ kind }) => kind === 'timestamp' || kind === 'snapshot');
  return {
    label: `import ${number}`,
    root: parseRoot(reader.bytes(newestRoot.fileSha256), ROOT, limits),
    online: new Map(online.map(({ role, version }) => [role, version ?? 0])),
    *roles() {
      for (const { kind, role, fileSha256 } of files) {
        if (kind === 'authored') yield [role, parseTargets(reader.bytes(fileSha256), role, limits)];
      }
    },
  };
}

/** The whole blob; refuses STATE_DAMAGED when it is gone or changed. */
export type ReadBlob = (digest: Sha256) => Promise<Uint8Array>;

/** Larger files are not looked into, and no side may fill the memory. */
const MAX_FILE_BYTES = 1_048_576;
const MAX_ALL_BYTES = 33_554_432;

/**
 * The carried target files that differ between two imports, for looking into them: those that both have first, so that
 * no number of new files keeps a changed one from being looked into.
 */
export async function carriedContents(
  reader: LedgerReader,
  from: number | undefined,
  to: number,
  readBlob: ReadBlob,
): Promise<TargetContents> {
  const before = from === undefined ? [] : reader.importTargets(from);
  const after = reader.importTargets(to);
  return { from: await readDiffering(before, after, readBlob), to: await readDiffering(after, before, readBlob) };
}

async function readDiffering(
  carried: readonly CarriedTarget[],
  others: readonly CarriedTarget[],
  readBlob: ReadBlob,
): Promise<TargetBytes> {
  const known = new Map(others.map((target) => [placeOf(target.role, target.path), target.sha256]));
  const differing = carried
    .filter(({ role, path, length, sha256 }) => length <= MAX_FILE_BYTES && known.get(placeOf(role, path)) !== sha256)
    .map((target) => ({ ...target, place: placeOf(target.role, target.path) }))
    .sort((a, b) => Number(known.has(b.place)) - Number(known.has(a.place)) || (a.place < b.place ? -1 : 1));
  const held = new Map<string, Uint8Array>();
  let left = MAX_ALL_BYTES;
  for (const { place, length, sha256 } of differing) {
    left -= length;
    if (left < 0) break;
    held.set(place, await readBlob(sha256));
  }
  return (role, path) => held.get(placeOf(role, path));
}

/** Two roles may list one path with different bytes. No role name and path make the text of another pair. */
function placeOf(role: string, path: string): string {
  return JSON.stringify([role, path]);
}
