/**
 * Names of collections (GUNs). A real server takes nearly anything for one; whatever could be read as something else on the
 * way to it (another route, another path, another query, a pattern) is refused here, before it is part of an address or a
 * path (N-07).
 */
import { Refusal } from '../../errors.ts';
import { printable, unsafeFileName } from '../../tuf/names.ts';

const MOST_BYTES = 1024;

/** Why no collection of this name is asked for; undefined when one is. */
export function unusableName(gun: string): string | undefined {
  if (gun === '') return 'it is empty';
  if (Buffer.byteLength(gun) > MOST_BYTES) return `it is longer than ${MOST_BYTES} bytes`;
  if (/[\u0000-\u001f\u007f-\u009f]/.test(gun)) return 'it contains control characters';
  if (/\p{Surrogate}/u.test(gun)) return 'it contains half of a character';
  if (gun.includes('*')) return 'it contains “*”, which stands for many';
  // A client's own URL parser would cut it off or decode it: it never asks for what the name says.
  if (/[?#%\\]/.test(gun)) return 'it contains “?”, “#”, “%” or a backslash, which alter an address';
  for (const segment of gun.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return 'it has a “.” or “..” segment';
    // The server looks for the last of these, so the name would end somewhere else.
    if (segment === '_trust') return 'it contains the segment “_trust”, where the server’s own routes begin';
  }
  return undefined;
}

/**
 * A name under which clients ask for a collection here: what every client and proxy on the way hands on unaltered. Upper case
 * is none: Docker asks in lower case only, and stock clients do not find their pins for other names (6.3).
 * @throws USAGE_OPTION
 */
export function requireServable(name: string): void {
  const isPlain = /^[\x21-\x7e]{1,255}$/.test(name) && name === name.toLowerCase();
  const reason = unusableName(name) ?? (isPlain ? undefined : 'it is not lower-case ASCII of at most 255 characters');
  if (reason === undefined) return;
  throw new Refusal('USAGE_OPTION', `No collection is served as “${printable(name)}”: ${reason}.`, {
    details: { collection: printable(name), reason },
    next: 'Name it with --serve-as: the host by which clients reach it, and a path, in lower case.',
  });
}

/** @throws USAGE_OPTION */
export function refuseUnusableName(gun: string): void {
  const reason = unusableName(gun);
  if (reason !== undefined) throw refusal(gun, reason);
}

/** Segments that are safe as components of a path, too. @throws USAGE_OPTION */
export function pathOf(gun: string): string[] {
  const reason = unusableName(gun) ?? unsafeFileName(gun);
  if (reason !== undefined) throw refusal(gun, reason);
  return gun.split('/');
}

function refusal(gun: string, reason: string): Refusal {
  return new Refusal('USAGE_OPTION', `“${printable(gun)}” cannot be asked for as a collection: ${reason}.`, {
    details: { collection: printable(gun), reason },
    next: 'Give the name as in “notary list NAME”: a registry’s host and the repository’s path.',
  });
}
