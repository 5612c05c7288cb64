/**
 * An accepted import as a source: the same bytes again, from the record, so that what waits for a root ceremony is
 * verified anew when it is published, and never taken on trust (S-10).
 */
import type { Source, WantedTarget } from '../acquire/source.ts';
import { Refusal } from '../errors.ts';
import { type MetadataFile, type Sha256, metadataFileName, parseMetadataFileName, printable } from '../tuf/names.ts';
import type { LedgerReader } from './reader.ts';

export function recordedSource(reader: LedgerReader, number: number): Source {
  const files = new Map<string, Sha256>();
  for (const { role, version, fileSha256 } of reader.importFiles(number)) {
    if (version !== undefined) files.set(metadataFileName({ role, version }), fileSha256);
    // Not for root, and not for a delegated role called like a versioned file: “2.root” must stay absent.
    const plain = metadataFileName({ role });
    if (role !== 'root' && !parseMetadataFileName(plain)?.versioned) files.set(plain, fileSha256);
  }
  return {
    description: `import ${String(number)}`,
    metadata(file: MetadataFile) {
      const digest = files.get(metadataFileName(file));
      return digest === undefined
        ? Promise.reject(
            new Refusal('SOURCE_NOT_FOUND', `Import ${String(number)} has no ${printable(metadataFileName(file))}.`),
          )
        : Promise.resolve(reader.bytes(digest));
    },
    target({ path }: WantedTarget) {
      return Promise.reject(
        new Refusal('SOURCE_NOT_FOUND', `Targets such as ${printable(path)} are read from the blob store.`),
      );
    },
    close: () => Promise.resolve(),
  };
}
