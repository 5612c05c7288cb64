/** The keys that speak for the ledger: one for checkpoints, another for what the server states. Never one for both (Y-05). */
import { type DsseSignature, dsseKeyId, preAuthenticationEncoding } from '../dsse.ts';
import { ED25519, noteKey, type NoteSigner } from '../tlog/note.ts';

/** A key of this machine, for one purpose. */
export interface PurposeKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export interface LedgerKeys {
  /** Signs checkpoints under the name of a log. */
  readonly checkpoints: (origin: string) => NoteSigner;
  readonly attestation: PurposeKey;
}

export function ledgerKeys(log: PurposeKey, attestation: PurposeKey): LedgerKeys {
  const signers = new Map<string, NoteSigner>();
  return {
    attestation,
    checkpoints(origin) {
      const known = signers.get(origin);
      const signer = known ?? {
        key: noteKey(origin, ED25519, log.publicKey),
        sign: (message: Uint8Array) => log.sign(message),
      };
      signers.set(origin, signer);
      return signer;
    },
  };
}

/** The server’s signature under one of its statements. */
export function attest(key: PurposeKey, payloadType: string, payload: Uint8Array): DsseSignature {
  const signature = key.sign(preAuthenticationEncoding(payloadType, payload));
  return { keyid: dsseKeyId(key.publicKey), sig: Buffer.from(signature).toString('base64') };
}
