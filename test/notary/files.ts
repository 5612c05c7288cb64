/** Files of the Notary dialect, made up for tests; with keys from names, so that every run signs the same bytes. */
import { constants, type KeyObject, sign } from 'node:crypto';
import { signNotary, writeNotary } from '../../src/notary/documents.ts';
import { keyIdOf, keyObjectOf, readKey, type NotaryKey } from '../../src/notary/keys.ts';
import { type NotarySigner, notarySignerFromSeed } from '../../src/notary/signer.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { type Json, type JsonObject, jsonObject, parseJson } from '../../src/tuf/json.ts';
import { seedNamed } from '../simulator/keys.ts';
import type { Pair } from './certificates.ts';

export const HASHES = {
  sha256: Buffer.alloc(32, 1).toString('base64'),
  sha512: Buffer.alloc(64, 2).toString('base64'),
} as const;
export const LISTING = { hashes: HASHES, length: 3 } as const;

export function signerNamed(name: string): NotarySigner {
  return notarySignerFromSeed(seedNamed(name));
}

/** The value as the program’s own reader gives it. */
export function json(value: unknown): Json {
  return parseJson(Buffer.from(JSON.stringify(value)), 'test');
}

/** A file with this `signed`, signed by these. */
export function fileOf(signed: unknown, ...signers: readonly NotarySigner[]): Uint8Array {
  return signNotary(json(signed) as JsonObject, signers);
}

/** A file whose `signed` part is this text on the wire, signed over what the text means. */
export function fileOfText(signed: string, meaning: unknown, signer: NotarySigner): Uint8Array {
  const bytes = signer.sign(canonicalize(json(meaning)));
  const written = Buffer.from(writeNotary(jsonObject({}), [{ keyId: signer.keyId, method: signer.method, bytes }]));
  return Buffer.from(written.toString('utf8').replace('{}', () => signed));
}

/** `keys` of root or of a delegation. */
export function keysOf(...signers: readonly { readonly keyId: string; readonly keyObject: JsonObject }[]): unknown {
  return Object.fromEntries(
    signers.map(({ keyId, keyObject }) => [keyId, JSON.parse(Buffer.from(canonicalize(keyObject)).toString('utf8'))]),
  );
}

/** A root with one key for each role, and whatever is changed in it. */
export function rootWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const signers = ['root', 'snapshot', 'targets', 'timestamp'].map((name) => [name, signerNamed(name)] as const);
  return {
    _type: 'Root',
    consistent_snapshot: false,
    expires: '2036-01-01T00:00:00Z',
    keys: keysOf(...signers.map(([, signer]) => signer)),
    roles: Object.fromEntries(signers.map(([name, { keyId }]) => [name, { keyids: [keyId], threshold: 1 }])),
    version: 1,
    ...changes,
  };
}

export function targetsWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const delegations = { keys: {}, roles: [] };
  return { _type: 'Targets', delegations, expires: '2029-01-01T00:00:00Z', targets: {}, version: 1, ...changes };
}

/** A key as a file would list it, read. */
export function listedKey(keytype: string, publicBytes: Uint8Array): NotaryKey {
  return readKey(keyIdOf(keytype, publicBytes), keyObjectOf(keytype, publicBytes), 'test');
}

export function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

export const rawEcdsa = ({ privateKey }: Pair, message: Uint8Array, digest = 'sha256'): Uint8Array =>
  sign(digest, message, { key: privateKey, dsaEncoding: 'ieee-p1363' });

export const pss = ({ privateKey }: Pair, message: Uint8Array, saltLength: number, digest = 'sha256'): Uint8Array =>
  sign(digest, message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
