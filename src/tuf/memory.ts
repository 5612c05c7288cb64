/**
 * Files that were verified a moment ago, so that checking a generation before it is committed does not verify the same
 * bytes under the same keys three times. It lives as long as one import, is filled by verification only, and is asked
 * with the digest of the bytes at hand and the material of the keys at hand: nothing else can be recalled (D-01).
 */
import { sha256 } from './digest.ts';
import type { Parsed, Targets } from './metadata.ts';
import type { RoleName, Sha256 } from './names.ts';
import type { RoleKeys } from './signatures.ts';

interface Verified {
  readonly role: RoleName;
  readonly isWhole: boolean;
  readonly recalled: Parsed<Targets>;
}

export class VerificationMemory {
  readonly #verified = new Map<string, Verified>();

  /** What is recalled has the delegations but no targets: a repository may have millions. */
  keep(role: RoleName, parsed: Parsed<Targets>, keys: RoleKeys): void {
    const { envelope, payload } = parsed;
    const recalled = {
      ...parsed,
      envelope: { ...envelope, signed: new Map(), message: new Uint8Array(), signatures: [] },
      payload: { targets: new Map(), delegations: payload.delegations },
    };
    this.#verified.set(nameOf(envelope.fileSha256, keys), { role, isWhole: payload.targets.size === 0, recalled });
  }

  /** For a role of another name with the very same file, only what is whole: its targets were not visited yet. */
  recall(role: RoleName, bytes: Uint8Array, keys: RoleKeys): Parsed<Targets> | undefined {
    const verified = this.#verified.get(nameOf(sha256(bytes), keys));
    return verified && (verified.isWhole || verified.role === role) ? verified.recalled : undefined;
  }
}

/** JSON, so that no key id can be spelled like two keys. */
function nameOf(file: Sha256, { keys, threshold }: RoleKeys): string {
  return JSON.stringify([file, threshold, keys.map((key) => [key.id, key.fingerprint]).sort()]);
}
