/** A guard’s folder as a test looks into it: which files the state names, as what, and ways to spoil one of them. */
import assert from 'node:assert/strict';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../../src/tuf/digest.ts';

interface Top {
  readonly roots: readonly string[];
  readonly timestamp?: string;
  readonly snapshot?: string;
}

/** The document, as far as tests read it. */
export interface StateDocument {
  readonly mirror: Top;
  readonly upstream: Top;
  readonly roles: Readonly<Record<string, { readonly sha256: string }>>;
  readonly targets: Readonly<Record<string, string>>;
  readonly marks: { readonly root: number; readonly timestamp: number; readonly snapshot: number };
}

/** The file of the newest state. */
export async function stateFile(folder: string): Promise<string> {
  const names = (await readdir(join(folder, 'state'))).filter((name) => name.endsWith('.json')).sort();
  assert.ok(names.length > 0);
  return join(folder, 'state', names.at(-1) ?? '');
}

export async function stateIn(folder: string): Promise<StateDocument> {
  return JSON.parse(await readFile(await stateFile(folder), 'utf8')) as StateDocument;
}

/** Every file that the state names, by what it is there. */
export async function heldFiles(folder: string): Promise<Map<string, string>> {
  const { mirror, upstream, roles, targets } = await stateIn(folder);
  const held = new Map<string, string>();
  for (const [whose, top] of [
    ['mirror', mirror],
    ['upstream', upstream],
  ] as const) {
    for (const [at, digest] of top.roots.entries()) held.set(`${whose} root ${String(at + 2)}`, digest);
    if (top.timestamp !== undefined) held.set(`${whose} timestamp`, top.timestamp);
    if (top.snapshot !== undefined) held.set(`${whose} snapshot`, top.snapshot);
  }
  for (const [role, { sha256: digest }] of Object.entries(roles)) held.set(`role ${role}`, digest);
  for (const [name, digest] of Object.entries(targets)) held.set(`target ${name}`, digest);
  return held;
}

export function heldPath(folder: string, digest: string): string {
  return join(folder, 'files', digest);
}

export async function isWhole(folder: string, digest: string): Promise<boolean> {
  return sha256(await readFile(heldPath(folder, digest))) === digest;
}

/** What can become of a file on a disk, or in the hands of somebody; each changes the file at that path. */
export const DAMAGES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  altered: async (path) => {
    const bytes = await readFile(path);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
  },
  truncated: async (path) => {
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
  },
  lengthened: async (path) => {
    await writeFile(path, ' ', { flag: 'a' });
  },
  emptied: (path) => writeFile(path, ''),
  removed: (path) => rm(path),
};
