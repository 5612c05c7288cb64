/**
 * The files of a collection as they are named on the wire, and the addresses below `/v2/<GUN>/_trust/` where a server has
 * them. A role's slashes separate segments there, as in the collection's name.
 * Source: theupdateframework/notary 0.7.0, its server's routes, as observed.
 */
import { Refusal } from '../../errors.ts';
import { isSha256, printable, type RoleName, type Sha256 } from '../../tuf/names.ts';

/** Longest name of a role that publishers' tools accept. */
const MOST_ROLE_LENGTH = 255;

/** `timestamp.json`, `targets/releases.json` */
export function currentName(role: RoleName): string {
  return `${known(role)}.json`;
}

/** `snapshot.9a3f….json` */
export function hashedName(role: RoleName, sha256: Sha256): string {
  // The type says so already; a digest that came as JSON and was only cast must not become a path (P-01).
  if (!isSha256(sha256)) throw new Error('A digest must be 64 lower-case hexadecimal digits.');
  return `${known(role)}.${sha256}.json`;
}

/** `3.root.json`. @throws USAGE_OPTION for a version that is none */
export function versionedName(role: RoleName, version: number): string {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new Refusal('USAGE_OPTION', 'A version is a whole number from 1.');
  }
  return `${String(version)}.${known(role)}.json`;
}

/** The address of one file. @param gun judged before */
export function fileUrl(base: URL, gun: string, name: string): URL {
  return trustUrl(base, gun, `tuf/${name}`);
}

/** The address of one collection's change feed, or of the one of all. */
export function feedUrl(base: URL, gun: string | undefined): URL {
  return gun === undefined ? new URL('v2/_trust/changefeed', base) : trustUrl(base, gun, 'changefeed');
}

function trustUrl(base: URL, gun: string, rest: string): URL {
  const href = `${base.href}v2/${gun.split('/').map(escapeSegment).join('/')}/_trust/${rest}`;
  const url = new URL(href);
  // Had the parser resolved, moved or re-encoded anything, the server would be asked for something else (P-04, N-07).
  if (url.href !== href) throw new Error('A collection’s name altered its address.');
  return url;
}

/**
 * What a client's URL parser escapes and nothing more: servers and proxies on the way need not take `%3A` for `:`, and none
 * of them takes `%2F` for `/`.
 */
function escapeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(?:24|26|2B|2C|3A|3B|3D|40|5B|5D)/g, decodeURIComponent);
}

/**
 * Roles come out of signed files that strangers write, and become paths: only the dialect's own grammar passes (N-06, P-01).
 * @throws TRUST_MALFORMED
 */
function known(role: RoleName): RoleName {
  const isKnown = /^(root|snapshot|timestamp|targets(\/[a-z0-9_-]+)*)$/.test(role) && role.length <= MOST_ROLE_LENGTH;
  if (isKnown) return role;
  throw new Refusal(
    'TRUST_MALFORMED',
    `No file of a Notary collection can be named after the role “${printable(role)}”.`,
    {
      details: { role: printable(role) },
    },
  );
}
