/**
 * An export, written where it was asked for. Each is an event itself: it is appended, durably, before the file gets its name,
 * and without it there is no file. The event names the digest of what was taken, so that a copy can be recognised.
 */
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { isRefusal, Refusal } from '../../errors.ts';
import type { LeafRef } from '../../ledger/events/statements.ts';
import type { Database } from '../../platform/database.ts';
import type { Disk } from '../../platform/disk.ts';
import { printable } from '../../tuf/names.ts';
import { logSize } from '../../ledger/log-rows.ts';
import { type AppendEvents, appendOne } from '../append.ts';
import { proveEntry } from '../proofs/prove.ts';

export interface Taken {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The entry that says so. */
  readonly leaf: LeafRef;
  /** The proof of that entry, beside the file; undefined while no checkpoint is over it. */
  readonly proofFile: string | undefined;
}

/** What is to be taken: its pieces, and what the event says of it. */
export interface Taking {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly pieces: Iterable<string>;
}

/** @throws USAGE_FILE when the file is there already, or cannot be made */
export async function takeToFile(
  { disk, database }: { readonly disk: Disk; readonly database: Database },
  path: string,
  { kind, from, to, pieces }: Taking,
  append: AppendEvents,
): Promise<Taken> {
  await refuseExisting(disk, path);
  const staged = await disk.stage(dirname(path)).catch((cause: unknown) => {
    throw new Refusal('USAGE_FILE', `Nothing can be written to ${printable(dirname(path))}.`, { cause });
  });
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for (const chunk of chunksOf(pieces)) {
      hash.update(chunk);
      bytes += chunk.length;
      await staged.append(chunk);
    }
    const sha256 = hash.digest('hex');
    const leaf = await appendOne(append, { type: 'export', actor: 'local', body: { kind, from, to, sha256 } });
    await staged.place(path);
    return {
      file: path,
      bytes,
      sha256,
      leaf,
      proofFile: await writeProof({ disk, database }, `${path}.tlog-proof`, leaf),
    };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** @returns undefined while no checkpoint is over the entry: witnesses may be awaited */
export async function writeProof(
  { disk, database }: { readonly disk: Disk; readonly database: Database },
  path: string,
  leaf: LeafRef,
): Promise<string | undefined> {
  try {
    const { proof } = proveEntry(database, leaf.index, logSize(database));
    await disk.write(path, Buffer.from(proof, 'utf8'));
    return path;
  } catch (error) {
    if (isRefusal(error, 'STATE_WITNESSES')) return undefined;
    throw error;
  }
}

/** A folder gets a file of this name; anything else is the file. @throws USAGE_FILE for what is there already */
export async function placeFor(disk: Disk, wanted: string, name: string): Promise<string> {
  const path = (await disk.stat(wanted))?.isDirectory() === true ? join(wanted, name) : wanted;
  await refuseExisting(disk, path);
  return path;
}

/** Evidence that was taken once is never written over. */
export async function refuseExisting(disk: Disk, path: string): Promise<void> {
  if (await disk.exists(path))
    throw new Refusal('USAGE_FILE', `${printable(basename(path))} is there already.`, {
      next: 'Choose another place with -o.',
    });
}

/** Pieces of a readable size: a line at a time would be a system call for each. */
function* chunksOf(pieces: Iterable<string>): Generator<Uint8Array> {
  let held = '';
  for (const piece of pieces) {
    held += piece;
    if (held.length < 65_536) continue;
    yield Buffer.from(held, 'utf8');
    held = '';
  }
  if (held !== '') yield Buffer.from(held, 'utf8');
}
