/** Keys whose seeds everybody knows: a log’s, and those of witnesses. */
import { signCosignature } from '../../src/tlog/cosignature.ts';
import { COSIGNATURE, ED25519, noteKey, type NoteKey, type NoteSigner, signNote } from '../../src/tlog/note.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';

/** A key of the seed 32 × `seed`. */
export function signerOf(name: string, seed: number, type = ED25519): NoteSigner {
  const secret = new Uint8Array(32).fill(seed);
  return { key: noteKey(name, type, publicKeyOf(secret)), sign: (bytes) => signEd25519(secret, bytes) };
}

export class TestWitness {
  readonly signer: NoteSigner;

  constructor(name: string, seed: number) {
    this.signer = signerOf(name, seed, COSIGNATURE);
  }

  get key(): NoteKey {
    return this.signer.key;
  }

  /** @param time POSIX seconds */
  cosign(body: string, time: number): string {
    return signCosignature(body, time, this.key.name, this.signer.sign, this.key.publicKey);
  }
}

export const LOG = signerOf('log.example/one', 11);

/** The line of the log. */
export function logLine(body: string, signer = LOG): string {
  return signNote(body, signer);
}
