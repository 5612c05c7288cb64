/**
 * Files that a person names: a root, a draft, the configuration. Links are followed, because it is the person’s own
 * machine and configuration is often mounted as one; size is bounded, because a typing error may name a disk.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { Disk } from './disk.ts';

/**
 * The whole of a regular file of at most `maxBytes`.
 * @throws USAGE_FILE
 */
export async function readNamedFile(path: string, maxBytes: number): Promise<Buffer> {
  try {
    const handle = await openRegular(path);
    try {
      if ((await handle.stat()).size > maxBytes) throw unusable(path, `is larger than ${String(maxBytes)} bytes`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asFileRefusal(error, path, 'read');
  }
}

/**
 * A regular file of any size, in pieces: it is opened before `use` begins, and closed when it ends.
 * @throws USAGE_FILE
 */
export async function streamNamedFile<Result>(
  path: string,
  use: (content: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Result> {
  const handle = await openRegular(path).catch((error: unknown) => {
    throw asFileRefusal(error, path, 'read');
  });
  try {
    return await use(piecesOf(path, handle));
  } finally {
    await handle.close();
  }
}

const PIECE_BYTES = 65_536;

async function* piecesOf(path: string, handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE_BYTES)).catch((error: unknown) => {
      throw asFileRefusal(error, path, 'read');
    });
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK a FIFO that was named by mistake would be waited for, for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw unusable(path, 'is not a regular file');
}

/** The same, or undefined when there is no such file. */
export async function readNamedFileIfAny(path: string, maxBytes: number): Promise<Buffer | undefined> {
  return (await new Disk().exists(path)) ? readNamedFile(path, maxBytes) : undefined;
}

/**
 * Writes a file for somebody else: durably, whole or not at all.
 * @param mayReplace otherwise an existing file is refused
 * @throws USAGE_FILE, STATE_DISK
 */
export async function writeNamedFile(path: string, content: string, mayReplace: boolean): Promise<void> {
  const disk = new Disk();
  const bytes = Buffer.from(content, 'utf8');
  try {
    if (mayReplace) await disk.write(path, bytes);
    else await disk.create(path, bytes);
  } catch (error) {
    throw asFileRefusal(error, path, 'written');
  }
}

function asFileRefusal(error: unknown, path: string, verb: 'read' | 'written'): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof Refusal || code === undefined) return error;
  const reason =
    { ENOENT: 'there is none', EEXIST: 'it exists already', EACCES: 'this account may not', EISDIR: 'a directory' }[
      code
    ] ?? code;
  return new Refusal('USAGE_FILE', `The file ${printable(path)} cannot be ${verb}: ${reason}.`, { cause: error });
}

function unusable(path: string, why: string): Refusal {
  return new Refusal('USAGE_FILE', `${printable(path)} ${why}.`);
}
