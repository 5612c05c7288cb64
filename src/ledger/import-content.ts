/** An accepted import’s content as values that can be compared: parsed again from the record’s bytes. */
import { parseNotaryRoot, parseNotarySnapshot, parseNotaryTargets, parseNotaryTimestamp } from '../notary/metadata.ts';
import type { Limits } from '../tuf/limits.ts';
import { type Parsed, type Targets, parseRoot, parseSnapshot, parseTargets, parseTimestamp } from '../tuf/metadata.ts';
import { ROOT, type RoleName, SNAPSHOT, type Sha256, TIMESTAMP } from '../tuf/names.ts';
import type { Side, TargetBytes, TargetContents, TufSide } from '../verify/difference/side.ts';
import type { LedgerReader } from './reader.ts';
import type { CarriedTarget, ImportFile, ImportRecord } from './records.ts';

/** What says which files an import consists of: the tables, or its leaf. */
export interface ContentReader extends Pick<LedgerReader, 'enrolment' | 'bytes' | 'importFiles' | 'importTargets'> {
  import(number: number): Pick<ImportRecord, 'repository'>;
}

/** @throws USAGE_UNKNOWN_IMPORT, or STATE_DAMAGED for bytes that changed */
export function importContent(reader: ContentReader, number: number): Side {
  const { repository } = reader.import(number);
  const { limits, collection } = reader.enrolment(repository);
  const files = reader.importFiles(number);
  const newest = (kind: ImportFile['kind']): Buffer => {
    const [file] = files.filter((file) => file.kind === kind).sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
    // Accepted imports have all three; a refused one has no content.
    if (!file) throw new TypeError(`import ${number} has no ${kind}`);
    return reader.bytes(file.fileSha256);
  };
  const authored = new Map(
    files
      .filter(({ kind }) => kind === 'authored')
      .map(({ role, version, fileSha256 }) => [role, { version: version ?? 0, fileSha256 }]),
  );
  const role =
    <File>(parse: (bytes: Uint8Array, label: RoleName, limits: Limits) => File) =>
    (name: RoleName): File => {
      const file = authored.get(name);
      if (!file) throw new TypeError(`import ${number} has no role of that name`);
      return parse(reader.bytes(file.fileSha256), name, limits);
    };
  const common = { label: `import ${number}`, authored };
  const [root, timestamp, snapshot] = [newest('root'), newest('timestamp'), newest('snapshot')];
  if (!collection) {
    return {
      ...{ dialect: 'tuf', ...common, role: role(parseTargets) },
      root: parseRoot(root, ROOT, limits),
      timestamp: parseTimestamp(timestamp, TIMESTAMP, limits),
      snapshot: parseSnapshot(snapshot, SNAPSHOT, limits),
    };
  }
  return {
    ...{ dialect: 'notary', collection, ...common, role: role(parseNotaryTargets) },
    root: parseNotaryRoot(root, ROOT, limits),
    timestamp: parseNotaryTimestamp(timestamp, TIMESTAMP, limits),
    snapshot: parseNotarySnapshot(snapshot, SNAPSHOT, limits),
  };
}

/** Targets and delegated roles, one at a time: a repository may be too large to hold. */
export function* authoredRoles(content: TufSide): Generator<[RoleName, Parsed<Targets>]> {
  for (const name of content.authored.keys()) yield [name, content.role(name)];
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
  reader: Pick<ContentReader, 'importTargets'>,
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
