/** The files of a root ceremony as they lie on somebody’s disk. */
import { basename, dirname } from 'node:path';
import { Refusal } from '../errors.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { MAX_DRAFTS_BYTES, parseDrafts, parseRootPublics } from '../sign/bundles.ts';
import type { RootDraft } from '../sign/draft-document.ts';
import type { RootPublic } from '../sign/root-public.ts';
import { type RepositoryId, printable } from '../tuf/names.ts';

const HOLDER_SUFFIX = '.root.age';
/** A key in its certificate has two thousand bytes. */
const MAX_PUBLIC_BYTES = 32 * 1024 * 1024;

/** @param id of the one repository; the file of several bears the holder’s name only */
export function publicFileName(holder: string, id?: RepositoryId): string {
  return `${holder}${id === undefined ? '' : `.${id}`}.root-public.json`;
}

/** @throws USAGE_FILE, STATE_ROOT_DRAFT */
export async function readDrafts(path: string): Promise<[RootDraft, ...RootDraft[]]> {
  return parseDrafts(await readNamedFile(path, MAX_DRAFTS_BYTES), path);
}

/** @throws USAGE_FILE, STATE_KEY */
export async function readPublicFile(path: string): Promise<RootPublic[]> {
  return parseRootPublics(await readNamedFile(path, MAX_PUBLIC_BYTES), path);
}

/** `/media/alice/alice.root.age` is alice’s, in /media/alice. @throws USAGE_OPTION */
export function holderFile(path: string): { directory: string; holder: string } {
  const name = basename(path);
  if (!name.endsWith(HOLDER_SUFFIX)) {
    throw new Refusal('USAGE_OPTION', `--key takes a holder’s file HOLDER${HOLDER_SUFFIX}, not “${printable(name)}”.`);
  }
  return { directory: dirname(path), holder: name.slice(0, -HOLDER_SUFFIX.length) };
}
