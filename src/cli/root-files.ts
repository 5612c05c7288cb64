/** The files of a root ceremony as they lie on somebody’s disk. */
import { basename, dirname } from 'node:path';
import { Refusal } from '../errors.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { MAX_DRAFT_BYTES, type RootDraft, parseDraft } from '../sign/draft-document.ts';
import { type RootPublic, parseRootPublic } from '../sign/root-public.ts';
import { type RepositoryId, printable } from '../tuf/names.ts';

const HOLDER_SUFFIX = '.root.age';
const MAX_PUBLIC_BYTES = 16_384;

export function publicFileName(holder: string, id: RepositoryId): string {
  return `${holder}.${id}.root-public.json`;
}

/** @throws USAGE_FILE, STATE_ROOT_DRAFT */
export async function readDraft(path: string): Promise<RootDraft> {
  return parseDraft(await readNamedFile(path, MAX_DRAFT_BYTES), path);
}

/** @throws USAGE_FILE, STATE_KEY */
export async function readPublicFile(path: string): Promise<RootPublic> {
  return parseRootPublic(await readNamedFile(path, MAX_PUBLIC_BYTES), path);
}

/** `/media/alice/alice.root.age` is alice’s, in /media/alice. @throws USAGE_OPTION */
export function holderFile(path: string): { directory: string; holder: string } {
  const name = basename(path);
  if (!name.endsWith(HOLDER_SUFFIX)) {
    throw new Refusal('USAGE_OPTION', `--key takes a holder’s file HOLDER${HOLDER_SUFFIX}, not “${printable(name)}”.`);
  }
  return { directory: dirname(path), holder: name.slice(0, -HOLDER_SUFFIX.length) };
}
