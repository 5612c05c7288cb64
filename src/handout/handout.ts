/** Files for a client’s machine, as paths below the folder that the client calls its own, and what is to be set beside. */
import { refuseUnusableName } from '../acquire/notary/collection-name.ts';
import { Refusal } from '../errors.ts';
import type { HandedCollection } from './collections.ts';

export interface HandedFile {
  /** Below `folder`, `/`-separated. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface Handout {
  /** Where these files belong: `~/.notary`, `~/.docker`. */
  readonly folder: string;
  readonly files: readonly HandedFile[];
  readonly environment: Readonly<Record<string, string>>;
  /** What whoever installs it must know, whole sentences. */
  readonly remarks: readonly string[];
}

export interface Reached {
  /** The mirror’s address as clients reach it. */
  readonly server: URL;
  /** PEM of the authority that certifies the server’s name in TLS, where it is a private one. */
  readonly authority: Uint8Array | undefined;
}

/**
 * A client that finds a root there asks for no other first, and follows rotations from it (6.3).
 * @throws USAGE_OPTION for two that cannot lie in one cache
 */
export function seeded(collections: readonly HandedCollection[], below: string): HandedFile[] {
  const names = new Set(collections.map(({ gun }) => gun));
  return collections.map(({ gun, root }) => {
    // It becomes a path on a machine that is not ours.
    refuseUnusableName(gun);
    // Upstream chose it: one that goes on where another’s root lies needs a folder in place of that file.
    const other = /^(.+?)\/metadata\/root\.json(\/|$)/.exec(gun)?.[1];
    if (other !== undefined && names.has(other)) throw noRoom(gun, other);
    return { path: `${below}/${gun}/metadata/root.json`, bytes: root };
  });
}

function noRoom(gun: string, other: string): Refusal {
  return new Refusal('USAGE_OPTION', `No client has room for both ${other} and ${gun} in its cache.`, {
    details: { collection: gun, other },
    next: 'Name the repositories of which a client is to have the roots, and one of these two only.',
  });
}
