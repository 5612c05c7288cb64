/** One place where what the operator typed becomes a source. */
import { fileURLToPath } from 'node:url';
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { openDirectorySource } from './directory-source.ts';
import { type HttpSourceOptions, openHttpSource } from './http-source.ts';
import type { Source } from './source.ts';

/** What any kind of source may need; a directory needs none of it. */
export type SourceOptions = HttpSourceOptions;

/**
 * @param location an http(s) address, a `file:` address, or the path of a directory.
 * @throws USAGE_OPTION for other schemes and malformed addresses, SOURCE_UNREACHABLE for a missing directory, and what
 * `openHttpSource` and `openDirectorySource` throw.
 */
export async function openSource(location: string, options: SourceOptions): Promise<Source> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) return openDirectorySource(location);
  if ((scheme === 'http' || scheme === 'https') && URL.canParse(location)) {
    return openHttpSource(new URL(location), options);
  }
  if (scheme === 'file') return openDirectorySource(pathOf(location));
  // Not repeated: what cannot be parsed may still hold a password.
  throw new Refusal('USAGE_OPTION', `The ${scheme}: address is malformed or of an unknown kind.`, {
    next: 'Give an http(s) address or a directory.',
  });
}

function pathOf(location: string): string {
  try {
    return fileURLToPath(location);
  } catch (error) {
    throw new Refusal('USAGE_OPTION', `“${printable(location)}” names no directory on this machine.`, { cause: error });
  }
}
