/** What an honest mirror answers, read from its record as its serving side reads it. */
import type { Mirror } from '../mirror.ts';
import { type RepositoryId, metadataFileName, targetFileNames } from '../tuf/names.ts';
import { approvalsFile } from './approvals.ts';
import type { LabLedger } from './ledger.ts';
import { ServedTree } from './served-tree.ts';

/** What it answers now; its log is shown to the witnesses. */
export async function recordTree(mirror: Mirror, ledger: LabLedger, repository: RepositoryId): Promise<ServedTree> {
  const { reader, blobs } = mirror;
  const current = reader.current(repository);
  if (!current) throw new TypeError(`nothing is published of ${repository}`);
  const files = new Map<string, Uint8Array>();
  for (const role of ['root', 'snapshot'] as const) {
    for (const { version, fileSha256 } of reader.issued(repository, role))
      files.set(`metadata/${version}.${role}.json`, reader.bytes(fileSha256));
  }
  const { fileSha256 } = reader.issuedVersion(repository, 'timestamp', current.timestampVersion);
  files.set('metadata/timestamp.json', reader.bytes(fileSha256));
  for (const listed of [...reader.everListed(repository), ...reader.generationRoles(repository, current.generation)])
    files.set(`metadata/${metadataFileName(listed)}`, reader.bytes(listed.fileSha256));
  const number = reader.importOfGeneration(repository, current.generation);
  for (const { kind, role, version, fileSha256: digest } of [
    ...reader.everImported(repository),
    ...reader.importFiles(number),
  ]) {
    files.set(`upstream/sha256/${digest}`, reader.bytes(digest));
    if (kind === 'timestamp' || version === undefined) continue;
    files.set(`upstream/metadata/${metadataFileName({ role, version })}`, reader.bytes(digest));
  }
  for (const { path, sha256 } of reader.everCarried(repository)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of await blobs.open(sha256)) pieces.push(piece);
    files.set(`targets/${targetFileNames(path, sha256).prefixedFile}`, Buffer.concat(pieces));
  }
  const log = ledger.release(mirror);
  const approved = reader.log.publicationOf(repository, current.generation);
  if (approved !== undefined) files.set('approvals.json', approvalsFile(log, approved, signaturesIn(mirror)));
  return new ServedTree(repository, files).inLog(log, current.entry);
}

function signaturesIn({ sealed }: Mirror): (digest: string) => string | undefined {
  return (digest) => sealed.open(digest)?.value;
}
