/**
 * The mirror in the hands of somebody who has every key of its, and none of upstream’s: what it says is signed as ever
 * and means what the thief likes. Only its answers change; its record stays honest.
 *
 *   const thief = new StolenKeys(guarded);
 *   thief.sign({ snapshot: (signed) => put(signed, ['meta', 'dev.json'], undefined) });
 *   thief.claim(filesOfUpstream);
 */
import { signFile } from '../../../src/sample/signing.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { type Json, type JsonObject, jsonObject, parseJson } from '../../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { parseSnapshot, parseTimestamp } from '../../../src/tuf/metadata.ts';
import type { GuardedMirror } from '../../simulator/guarded.ts';
import { below, put } from '../../simulator/places.ts';

type Alter = (signed: JsonObject) => unknown;

export class StolenKeys {
  readonly #guarded: GuardedMirror;
  #steps = 0;

  constructor(guarded: GuardedMirror) {
    this.#guarded = guarded;
  }

  /** A newer snapshot and timestamp than the honest ones, altered before they are signed. */
  sign({ snapshot: alterSnapshot, timestamp: alterTimestamp }: { snapshot?: Alter; timestamp?: Alter }): this {
    const { snapshotVersion, timestampVersion } = this.#current;
    this.#steps++;
    let [bytes, version] = [this.#honest(`${String(snapshotVersion)}.snapshot.json`), snapshotVersion];
    if (alterSnapshot) {
      version += this.#steps;
      bytes = this.#signed('snapshot', bytes, version, alterSnapshot);
      this.#guarded.answer(`metadata/${String(version)}.snapshot.json`, bytes);
    }
    const listing = jsonObject({ hashes: jsonObject({ sha256: sha256(bytes) }), length: bytes.length, version });
    const timestamp = this.#signed(
      'timestamp',
      this.#honest('timestamp.json'),
      timestampVersion + this.#steps,
      (signed) => {
        put(signed, ['meta', 'snapshot.json'], listing);
        alterTimestamp?.(signed);
      },
    );
    this.#guarded.answer('metadata/timestamp.json', timestamp);
    return this;
  }

  /** The next root after the honest ones; with `sign`, so that a guard that holds the timestamp asks for it. */
  signRoot(alter: Alter): this {
    const version = this.#current.rootVersion;
    const root = this.#signed('root', this.#honest(`${String(version)}.root.json`), version + 1, alter);
    this.#guarded.answer(`metadata/${String(version + 1)}.root.json`, root);
    return this;
  }

  /**
   * Serves a state of upstream that no import let in, as if it were the newest: every file of it is as upstream signed it.
   * @param files as upstream published them, by name
   */
  claim(files: ReadonlyMap<string, Uint8Array> = this.#guarded.upstream.author.files, alter?: Alter): this {
    const file = (name: string): Uint8Array => found(files, name);
    const timestamp = parseTimestamp(file('timestamp.json'), 'timestamp', DEFAULT_LIMITS);
    const snapshotBytes = file(`${String(timestamp.payload.snapshot.version)}.snapshot.json`);
    const snapshot = parseSnapshot(snapshotBytes, 'snapshot', DEFAULT_LIMITS);
    const roots = [...files].filter(([name]) => name.endsWith('.root.json') && name !== '1.root.json');
    for (const [name, bytes] of roots) this.#guarded.answer(`upstream/metadata/${name}`, bytes);
    for (const bytes of [file('timestamp.json'), snapshotBytes]) {
      this.#guarded.answer(`upstream/sha256/${sha256(bytes)}`, bytes);
    }
    const entries = [...snapshot.payload.roles].map(([role, { version }]): [string, Json] => {
      const bytes = file(`${String(version)}.${role}.json`);
      this.#guarded.answer(`metadata/${String(version)}.${encodeURIComponent(role)}.json`, bytes);
      return [
        `${role}.json`,
        jsonObject({ hashes: jsonObject({ sha256: sha256(bytes) }), length: bytes.length, version }),
      ];
    });
    const asOf = {
      root_version: roots.length + 1,
      snapshot_sha256: sha256(snapshotBytes),
      snapshot_version: snapshot.version,
      timestamp_expires: below(parsedPart(file('timestamp.json')), 'expires'),
      timestamp_sha256: sha256(file('timestamp.json')),
      timestamp_version: timestamp.version,
    };
    return this.sign({
      snapshot: (signed) => {
        put(signed, ['meta'], new Map(entries));
        put(signed, ['x-countersign', 'as_of'], jsonObject(asOf));
        alter?.(signed);
      },
    });
  }

  get #current(): { rootVersion: number; snapshotVersion: number; timestampVersion: number; onlineEpoch: number } {
    const { mirror, id } = this.#guarded.mirrored;
    const current = mirror.reader.current(id);
    if (!current) throw new TypeError('nothing is published yet');
    return current;
  }

  #honest(name: string): Uint8Array {
    return found(this.#guarded.mirrored.published(), name);
  }

  #signed(role: 'root' | 'snapshot' | 'timestamp', bytes: Uint8Array, version: number, alter: Alter): Uint8Array {
    const { mirror, id } = this.#guarded.mirrored;
    const signed = parsedPart(bytes);
    signed.set('version', version);
    alter(signed);
    const signer =
      role === 'root'
        ? mirror.keyring.rootSignerFor(id)
        : mirror.keyring.signerFor(id, role, this.#current.onlineEpoch);
    return signFile(role, signed, [signer]);
  }
}

function parsedPart(bytes: Uint8Array): JsonObject {
  const signed = below(parseJson(bytes, 'a file'), 'signed');
  if (!(signed instanceof Map)) throw new TypeError('nothing is signed in it');
  return signed;
}

function found(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new TypeError(`there is no ${name}`);
  return bytes;
}
