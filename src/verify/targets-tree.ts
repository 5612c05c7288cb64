/**
 * Everything that an import’s roles list, as one Merkle tree: roles in the order of the walk, targets in the order of
 * their file. Who approves an import binds its root, and a single target is shown to be part of it with a short path,
 * without a list that may have a million lines.
 */
import { canonicalize } from '../tuf/canonical.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { jsonObject } from '../tuf/json.ts';
import type { TargetEntry } from '../tuf/metadata.ts';
import type { RoleName, TargetPath } from '../tuf/names.ts';
import { Frontier, leafHash } from '../tlog/tree.ts';

export class TargetsTree {
  readonly #frontier = new Frontier();

  add(role: RoleName, path: TargetPath, entry: TargetEntry): void {
    this.#frontier.append(leafHash(targetLeaf(role, path, entry)));
  }

  summary(): { root: string; count: number } {
    return { root: encodeHex(this.#frontier.root()), count: this.#frontier.size };
  }
}

/** The leaf of one listed target: canonical JSON (OLPC) of who lists it, under which name, with which length and hashes. */
export function targetLeaf(role: RoleName, path: TargetPath, { length, hashes }: TargetEntry): Uint8Array {
  return canonicalize(jsonObject({ hashes: new Map(hashes), length, name: path, role }));
}
