/**
 * What a thief of the mirror’s keys is about to sign as its log: genuine entries, some of them left out perhaps, and entries
 * of the thief’s own. Those are made from genuine ones, so that nothing but what they say is wrong with them; the server’s
 * signature in them could be made anew with the stolen attestation key, and no client looks at it.
 */
import { randomName } from '../platform/random.ts';
import { leafHash } from '../tlog/tree.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { type JsonObject, jsonObject, parseJson } from '../tuf/json.ts';
import { type ServedTree, member, signedOf } from './served-tree.ts';

/** How one leaf names another: its index and its hash. */
export type LeafName = JsonObject;

export class ForgedLog {
  readonly #entries: Buffer[];
  readonly #now: Date;

  /** @param entries genuine ones, from the first on */
  constructor(entries: readonly Buffer[], now: Date) {
    this.#entries = [...entries];
    this.#now = now;
  }

  get entries(): readonly Buffer[] {
    return this.#entries;
  }

  /** A leaf like the newest one of this type, which says something else. */
  add(type: string, alter: (body: JsonObject) => void): LeafName {
    const leaf = this.#newest(type);
    alter(member(leaf, 'body'));
    leaf.set('n', this.#entries.length).set('at', formatDate(this.#now)).set('nonce', randomName());
    this.#entries.push(Buffer.from(canonicalize(leaf)));
    return this.nameOf(this.#entries.length - 1);
  }

  /** That the mirror serves this: what a proof has to be about. */
  addTimestamp(tree: ServedTree): LeafName {
    const [snapshot, timestamp] = [tree.snapshot, tree.timestamp];
    const generation = member(signedOf(snapshot), 'x-countersign').get('generation') ?? null;
    const issued = { snapshot: issuedOf(snapshot), timestamp: issuedOf(timestamp) };
    return this.add('serve.timestamp', (body) => {
      body.set('repository', tree.repository).set('generation', generation);
      for (const [role, file] of Object.entries(issued)) body.set(role, file);
    });
  }

  /** The leaf’s index, and its hash. */
  nameOf(index: number): LeafName {
    return jsonObject({ hash: encodeHex(leafHash(this.#entries[index] ?? Buffer.alloc(0))), index });
  }

  /** What the newest leaf of this type says. */
  bodyOf(type: string): JsonObject {
    return member(this.#newest(type), 'body');
  }

  #newest(type: string): JsonObject {
    for (const entry of this.#entries.toReversed()) {
      const leaf = parseJson(entry, 'a leaf of the lab') as JsonObject;
      if (leaf.get('type') === type) return leaf;
    }
    throw new TypeError(`the log has no ${type}`);
  }
}

function issuedOf(file: Uint8Array): JsonObject {
  const signed = signedOf(file);
  const [version, expires] = [signed.get('version'), signed.get('expires')];
  return jsonObject({ expires, length: file.length, sha256: sha256(file), version });
}
