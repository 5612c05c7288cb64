/** A simulated collection's files in a directory, as a courier brings them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SimulatedCollection } from './collection.ts';

/** @param base the directory above all collections */
export async function writeCollected(base: string, collection: SimulatedCollection): Promise<void> {
  for (const [name, bytes] of collection.files) {
    const path = join(base, collection.gun, 'tuf', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}
