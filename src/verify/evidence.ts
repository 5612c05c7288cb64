/**
 * What was received during one import, kept so that a refusal can be shown to others: the top-level files, and the files
 * that were refused. Signed digests are present only for files whose signatures were verified.
 */
import { sha256 } from '../tuf/digest.ts';
import type { RoleName, Sha256 } from '../tuf/names.ts';
import { isTopLevel } from '../tuf/names.ts';
import type { UpstreamFile } from './candidate.ts';

export interface EvidenceFile {
  readonly role: RoleName;
  /** Absent while unverified: an unverified file’s own claim is not worth recording. */
  readonly version: number | undefined;
  readonly bytes: Uint8Array;
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256 | undefined;
}

export class Evidence {
  readonly #files = new Map<string, EvidenceFile>();
  #last: EvidenceFile | undefined;

  received(role: RoleName, bytes: Uint8Array): void {
    this.#last = { role, version: undefined, bytes, fileSha256: sha256(bytes), signedSha256: undefined };
    if (isTopLevel(role)) this.#files.set(this.#last.fileSha256, this.#last);
  }

  verified(file: UpstreamFile): void {
    if (isTopLevel(file.role)) this.keep(file);
    if (this.#last?.fileSha256 === file.fileSha256) this.#last = undefined;
  }

  /** A verified file that is evidence whatever its role: upstream said two things. */
  keep({ role, version, bytes, fileSha256, signedSha256 }: UpstreamFile): void {
    this.#files.set(fileSha256, { role, version, bytes, fileSha256, signedSha256 });
  }

  /** The last file is the one that a refusal is about, whatever its role. */
  files(): EvidenceFile[] {
    const last = this.#last;
    return last && !this.#files.has(last.fileSha256) ? [...this.#files.values(), last] : [...this.#files.values()];
  }
}
