/** What an operator typed, told apart: the address of a server, or a directory. */
import { fileURLToPath } from 'node:url';
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';

export type Place =
  { readonly kind: 'server'; readonly url: URL } | { readonly kind: 'directory'; readonly path: string };

/**
 * @param location an http(s) address, a `file:` address, or the path of a directory
 * @throws USAGE_OPTION for other schemes and malformed addresses
 */
export function locate(location: string): Place {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'directory', path: location };
  if ((scheme === 'http' || scheme === 'https') && URL.canParse(location)) {
    return { kind: 'server', url: new URL(location) };
  }
  if (scheme === 'file') return { kind: 'directory', path: pathOf(location) };
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
