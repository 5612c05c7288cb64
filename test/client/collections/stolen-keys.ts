/**
 * The mirror of a collection in the hands of somebody who has every key of its, and none of upstream’s. Only its answers
 * change; its record stays honest.
 *
 *   const thief = new CollectionThief(guarded);
 *   thief.sign((snapshot) => put(snapshot, ['meta', 'targets/releases'], undefined));
 */
import { listingOf, signNotary } from '../../../src/notary/documents.ts';
import { parseNotaryRoot } from '../../../src/notary/metadata.ts';
import { notaryRootSigner } from '../../../src/notary/signer.ts';
import { type Json, type JsonObject, jsonObject, parseJson } from '../../../src/tuf/json.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { APP } from '../../simulator/collection-mirror.ts';
import type { GuardedCollection } from '../../simulator/guarded-collection.ts';
import { below, put } from '../../simulator/places.ts';

type Alter = (signed: JsonObject) => unknown;

export class CollectionThief {
  readonly #guarded: GuardedCollection;
  #root: Uint8Array;
  #steps = 0;
  #snapshot: JsonObject;
  #timestamp: JsonObject;

  constructor(guarded: GuardedCollection) {
    this.#guarded = guarded;
    this.#root = guarded.mirrorRoot;
    const { snapshotVersion, timestampVersion, onlineEpoch } = this.#current;
    const honest = (role: 'snapshot' | 'timestamp', version: number): JsonObject => {
      const { reader } = guarded.site.mirror;
      return signedOf(reader.bytes(reader.issuedVersion(APP, role, version, onlineEpoch).fileSha256));
    };
    this.#snapshot = honest('snapshot', snapshotVersion);
    this.#timestamp = honest('timestamp', timestampVersion);
  }

  /** A newer snapshot and timestamp than before, altered before they are signed. */
  sign(alterSnapshot: Alter = () => undefined, alterTimestamp: Alter = () => undefined): this {
    this.#steps++;
    const { snapshot, timestamp } = this.#guarded.site.mirror.keyring.collectionSigners(APP, this.#current.onlineEpoch);
    this.#snapshot.set('version', this.#current.snapshotVersion + this.#steps);
    alterSnapshot(this.#snapshot);
    const bytes = signNotary(this.#snapshot, [snapshot]);
    this.#guarded.answer(`snapshot.${sha256(bytes)}.json`, bytes);
    this.#timestamp.set('version', this.#current.timestampVersion + this.#steps);
    put(this.#timestamp, ['meta', 'snapshot'], written(bytes));
    alterTimestamp(this.#timestamp);
    this.#guarded.answer('timestamp.json', signNotary(this.#timestamp, [timestamp]));
    return this;
  }

  /** Lists these bytes for roles, and serves them. */
  list(files: Readonly<Record<string, Uint8Array>>): this {
    for (const [role, bytes] of Object.entries(files)) this.#guarded.answer(`${role}.${sha256(bytes)}.json`, bytes);
    return this.sign((signed) => {
      for (const [role, bytes] of Object.entries(files)) put(signed, ['meta', role], written(bytes));
    });
  }

  /** The next root after the honest ones, or after its own, by the mirror’s own root key; and a snapshot that lists it. */
  signRoot(alter: Alter): this {
    const { root, bytes } = this.#rootBy(alter);
    for (const name of [`${String(root)}.root`, 'root', `root.${sha256(bytes)}`])
      this.#guarded.answer(`${name}.json`, bytes);
    return this.sign((signed) => put(signed, ['meta', 'root'], written(bytes)));
  }

  #rootBy(alter: Alter): { root: number; bytes: Uint8Array } {
    const { mirror } = this.#guarded.site;
    const before = this.#root;
    const { version, payload } = parseNotaryRoot(before, 'root', DEFAULT_LIMITS);
    const [key] = payload.roles.root.keys;
    const scalar = mirror.keyring.collectionRootScalar(APP);
    const signer = notaryRootSigner(scalar, Buffer.from(key?.publicBytes ?? []).toString('utf8'));
    const signed = signedOf(before);
    signed.set('version', version + 1);
    alter(signed);
    this.#root = signNotary(signed, [signer]);
    return { root: version + 1, bytes: this.#root };
  }

  get #current(): { snapshotVersion: number; timestampVersion: number; onlineEpoch: number } {
    const current = this.#guarded.site.mirror.reader.current(APP);
    if (!current) throw new TypeError('nothing is published yet');
    return current;
  }
}

/** What is signed in a file, to be changed. */
export function signedOf(bytes: Uint8Array): JsonObject {
  const signed = below(parseJson(bytes, 'a file'), 'signed');
  if (!(signed instanceof Map)) throw new TypeError('nothing is signed in it');
  return signed;
}

/** A listing as snapshot and timestamp have it. */
function written(bytes: Uint8Array): JsonObject {
  const { length, hashes } = listingOf(bytes);
  const inBase64 = [...hashes].map(([name, hex]): [string, Json] => [name, Buffer.from(hex, 'hex').toString('base64')]);
  return jsonObject({ hashes: new Map(inBase64), length });
}
