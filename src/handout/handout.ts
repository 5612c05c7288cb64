/** Files for a client’s machine, as paths below the folder that the client calls its own, and what is to be set beside. */
import { refuseUnusableName } from '../acquire/notary/collection-name.ts';
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

/** A client that finds a root there asks for no other first, and follows rotations from it (6.3). */
export function seeded(collections: readonly HandedCollection[], below: string): HandedFile[] {
  return collections.map(({ gun, root }) => {
    // It becomes a path on a machine that is not ours.
    refuseUnusableName(gun);
    return { path: `${below}/${gun}/metadata/root.json`, bytes: root };
  });
}
