/**
 * Files that were verified a moment ago, so that checking a generation before it is committed does not verify the same
 * bytes under the same keys three times. It lives as long as one import, is filled by verification only, and is asked
 * with the digest of the bytes at hand and the material of the keys at hand: nothing else can be recalled (D-01).
 */
import { sha256 } from './digest.ts';
import type { Parsed, Targets } from './metadata.ts';
import type { Sha256 } from './names.ts';
import type { RoleKeys } from './signatures.ts';

export class VerificationMemory {
  readonly #verified = new Map<string, Parsed<Targets>>();

  /** What is recalled has the delegations but no targets: a repository may have millions. */
  keep(parsed: Parsed<Targets>, keys: RoleKeys): void {
    const { envelope, payload } = parsed;
    this.#verified.set(nameOf(envelope.fileSha256, keys), {
      ...parsed,
      envelope: { ...envelope, signed: new Map(), message: new Uint8Array(), signatures: [] },
      payload: { targets: new Map(), delegations: payload.delegations },
    });
  }

  recall(bytes: Uint8Array, keys: RoleKeys): Parsed<Targets> | undefined {
    return this.#verified.get(nameOf(sha256(bytes), keys));
  }
}

/** JSON, so that no key id can be spelled like two keys. */
function nameOf(file: Sha256, { keys, threshold }: RoleKeys): string {
  return JSON.stringify([file, threshold, keys.map((key) => [key.id, key.fingerprint]).sort()]);
}
