/**
 * Signed files as an author makes them: a value, its canonical form, signatures around it (TUF 1.0.34, “File formats:
 * general principles”). The other half of what `tuf/envelope.ts` opens.
 */
import type { Signer } from '../sign/signer.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { type JsonObject, jsonObject, stringifyJson } from '../tuf/json.ts';

/** Who speaks for a role, and how many of them must. */
export interface Keyholders {
  readonly signers: readonly Signer[];
  readonly threshold: number;
}

/** Turns the signed part of a role’s file into the file. */
export type SignFile = (role: string, signed: JsonObject, signers: readonly Signer[]) => Uint8Array;

export const signFile: SignFile = (_role, signed, signers) => {
  const message = canonicalize(signed);
  const signatures = signers.map((signer) => jsonObject({ keyid: signer.keyId, sig: encodeHex(signer.sign(message)) }));
  return Buffer.from(`${stringifyJson(jsonObject({ signatures, signed }))}\n`, 'utf8');
};

/** `keyids` and `threshold`, as root and delegations write them. */
export function roleOf({ signers, threshold }: Keyholders): JsonObject {
  return jsonObject({ keyids: signers.map((signer) => signer.keyId), threshold });
}

/** The `keys` object for all of these. */
export function keysOf(roles: Iterable<Keyholders>): JsonObject {
  const signers = [...roles].flatMap((role) => role.signers);
  return new Map(signers.map((signer) => [signer.keyId, signer.keyObject]));
}
