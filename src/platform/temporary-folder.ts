/** A folder of this process’s own below the system’s temporary one: private to its owner, and removed with all that is in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** @param purpose stands in its name, for whoever finds one that a killed process left */
export async function makeTemporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `countersign-${purpose}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
