/** A pack as a folder. It is an entry first, and files then: whoever has one, the log says that it was made. */
import { dirname, join } from 'node:path';
import type { LeafRef } from '../../ledger/events/statements.ts';
import type { Database } from '../../platform/database.ts';
import type { Disk } from '../../platform/disk.ts';
import { sha256 } from '../../tuf/digest.ts';
import { type AppendEvents, appendOne } from '../append.ts';
import { refuseExisting, writeProof } from '../exports/take.ts';
import type { Inquiry } from '../inquiry.ts';
import type { Pack } from './contents.ts';
import { readme } from './readme.ts';

export interface WrittenPack {
  readonly directory: string;
  readonly files: number;
  /** Of SHA256SUMS, which stands for everything in it. */
  readonly sha256: string;
  readonly leaf: LeafRef;
  /** Beside the folder; undefined while no checkpoint is over the entry. */
  readonly proofFile: string | undefined;
}

/** Every file of the folder, SHA256SUMS last. */
export function packFiles(inquiry: Inquiry, pack: Pack): Map<string, Uint8Array> {
  const files = new Map([...pack.files, ['README.md', Buffer.from(readme(inquiry, pack), 'utf8')]]);
  const sums = [...files]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, bytes]) => `${sha256(bytes)}  ${path}\n`);
  return files.set('SHA256SUMS', Buffer.from(sums.join(''), 'utf8'));
}

/** @throws USAGE_FILE when the folder is there already */
export async function writePack(
  { disk, database }: { readonly disk: Disk; readonly database: Database },
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
  entries: { readonly from: number; readonly to: number },
  append: AppendEvents,
): Promise<WrittenPack> {
  await refuseExisting(disk, directory);
  const digest = sha256(files.get('SHA256SUMS') ?? new Uint8Array());
  const leaf = await appendOne(append, {
    type: 'export',
    actor: 'local',
    body: { kind: 'pack', ...entries, sha256: digest },
  });
  for (const folder of new Set([...files.keys()].map((path) => dirname(join(directory, path)))))
    await disk.makePrivateDirectory(folder);
  for (const [path, bytes] of files) await disk.create(join(directory, path), bytes);
  const proofFile = await writeProof({ disk, database }, `${directory}.tlog-proof`, leaf);
  return { directory, files: files.size, sha256: digest, leaf, proofFile };
}
