/**
 * A key that can say yes. The rest of the program sees a Signer and never a secret: files today, a token or a separate
 * process later, behind the same three members.
 *
 * Only Ed25519, and only in the one form that every TUF client reads (docs/clients/compatibility.md): 64 hexadecimal
 * digits, no extra members, key id = SHA-256 of the canonical key object.
 */
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { publicKeyOf, signEd25519 } from '../tuf/ed25519.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { type JsonObject, jsonObject } from '../tuf/json.ts';
import type { KeyId } from '../tuf/names.ts';

export interface Signer {
  /** SHA-256 of the canonical key object, lower-case hex. */
  readonly keyId: KeyId;
  /** The public key as metadata lists it. Shared between callers: never changed. */
  readonly keyObject: JsonObject;
  /** A 64-byte Ed25519 signature (RFC 8032, deterministic) over exactly these bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A Signer whose secret lies in this process and can be wiped from it. */
export interface LocalSigner extends Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Zeroes the seed (Y-02); signing afterwards is a bug and throws. */
  forget(): void;
}

/**
 * @param seed 32-byte secret key of RFC 8032; the signer takes it over, and `forget` zeroes it
 * @throws RangeError when it is not 32 bytes: a bug of the caller
 */
export function signerFromSeed(seed: Uint8Array): LocalSigner {
  return new SeedSigner(seed);
}

/** The content id of a key object: what strict clients recompute (K-04). */
export function contentKeyId(keyObject: JsonObject): KeyId {
  // The one place where a digest becomes a key id: our own keys. Upstream’s ids are opaque and only ever copied.
  return sha256(canonicalize(keyObject)) as string as KeyId;
}

class SeedSigner implements LocalSigner {
  readonly keyId: KeyId;
  readonly keyObject: JsonObject;
  // Private fields stay out of console.log, util.inspect and JSON.stringify: a logged signer shows no secret (Y-02).
  readonly #seed: Uint8Array;
  readonly #publicKey: Uint8Array;
  #isForgotten = false;

  constructor(seed: Uint8Array) {
    // Done once: deriving the public key costs about half a signature, so callers keep their signers.
    this.#publicKey = publicKeyOf(seed);
    const keyval = jsonObject({ public: encodeHex(this.#publicKey) });
    this.keyObject = jsonObject({ keytype: 'ed25519', keyval, scheme: 'ed25519' });
    this.keyId = contentKeyId(this.keyObject);
    this.#seed = seed;
  }

  get publicKey(): Uint8Array {
    return this.#publicKey;
  }

  sign(message: Uint8Array): Uint8Array {
    // A zeroed seed is a valid key that everybody knows; nothing may ever be signed with it.
    if (this.#isForgotten) throw new Error(`the key ${this.keyId} was wiped before signing`);
    return signEd25519(this.#seed, message);
  }

  forget(): void {
    this.#isForgotten = true;
    this.#seed.fill(0);
  }
}
