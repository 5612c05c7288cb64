/** An accepted import of a Notary collection as a source: as `recordedSource` does it for TUF, and for the same reason (S-10). */
import type { CollectionSource } from '../acquire/notary/collection-source.ts';
import { Refusal } from '../errors.ts';
import { printable, type Sha256 } from '../tuf/names.ts';
import type { LedgerReader } from './reader.ts';

export function recordedCollection(reader: LedgerReader, number: number, gun: string): CollectionSource {
  // Ascending, so that the newest root is the current one.
  const files = reader.importFiles(number).sort((a, b) => (a.version ?? 0) - (b.version ?? 0));
  const current = new Map(files.map(({ role, fileSha256 }) => [role, fileSha256]));
  const answer = (digest: Sha256 | undefined, what: string): Promise<Uint8Array> =>
    digest === undefined
      ? Promise.reject(new Refusal('SOURCE_NOT_FOUND', `Import ${String(number)} has no ${printable(what)}.`))
      : Promise.resolve(reader.bytes(digest));
  return {
    gun,
    description: `import ${String(number)}`,
    current: (role) => answer(current.get(role), role),
    byHash: (role, digest) =>
      answer(files.find((file) => file.role === role && file.fileSha256 === digest)?.fileSha256, `${role}.${digest}`),
    byVersion: (role, version) =>
      answer(
        files.find((file) => file.role === role && file.version === version)?.fileSha256,
        `${String(version)}.${role}`,
      ),
    close: () => Promise.resolve(),
  };
}
