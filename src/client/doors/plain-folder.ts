/**
 * A plain client’s files: metadata under unversioned names, and artifacts, as the conformance suite looks at them. A name
 * is encoded into one path segment before it becomes a file name (P-01, P-02). Each file appears whole or not at all.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoleName } from '../../tuf/names.ts';
import type { PlainCache } from '../plain-client.ts';

export function plainCache(folder: string): PlainCache {
  return {
    read: (role) => readPlainFile(folder, `${role}.json`),
    write: (role: RoleName, bytes) => writePlainFile(folder, `${role}.json`, bytes),
  };
}

/** @returns undefined when there is no such file */
export async function readPlainFile(folder: string, name: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(join(folder, encodeURIComponent(name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writePlainFile(
  folder: string,
  name: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, encodeURIComponent(name));
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    if (content instanceof Uint8Array) await file.writeFile(content);
    else for await (const chunk of content) await file.writeFile(chunk);
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
