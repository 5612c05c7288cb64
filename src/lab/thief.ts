/**
 * The attacker. What it signs with was read from the mirror’s own key files, by the code that the mirror reads them with;
 * everything else it has to make up. It changes genuine files and signs them anew, as far as its loot goes.
 */
import { Disk } from '../platform/disk.ts';
import { randomSecret } from '../platform/random.ts';
import { signFile } from '../sample/signing.ts';
import { ED25519, noteKey, type NoteSigner } from '../tlog/note.ts';
import { Keyring } from '../sign/keyring.ts';
import { FIRST_EPOCH } from '../sign/derive.ts';
import { type Signer, signerFromSeed } from '../sign/signer.ts';
import { formatDate } from '../tuf/dates.ts';
import { sha256 } from '../tuf/digest.ts';
import { type JsonObject, jsonObject } from '../tuf/json.ts';
import { type RepositoryId, targetFileNames, targetPath } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';
import { ForgedLog } from './forged-log.ts';
import type { LabLedger } from './ledger.ts';
import { type ServedTree, member, signedOf } from './served-tree.ts';

/** Which key files were read: the online secret, or the root secret as well. */
export type Loot = 'online' | 'root';

type Alter = (signed: JsonObject) => void;

export interface OnlineKeys {
  readonly snapshot: Signer;
  readonly timestamp: Signer;
}

export class Thief {
  /** Keys that nobody else has. */
  readonly own: Signer = signerFromSeed(randomSecret(32));
  readonly ownOnline: OnlineKeys = {
    snapshot: signerFromSeed(randomSecret(32)),
    timestamp: signerFromSeed(randomSecret(32)),
  };
  readonly #keyring: Keyring;
  readonly #loot: Loot;
  readonly #now: Date;
  readonly #ledger: LabLedger;
  /** The newest version that this thief has signed. */
  #stamped = 0;

  private constructor(keyring: Keyring, loot: Loot, now: Date, ledger: LabLedger) {
    this.#keyring = keyring;
    this.#loot = loot;
    this.#now = now;
    this.#ledger = ledger;
  }

  static async of(keysDirectory: string, loot: Loot, now: Date, ledger: LabLedger): Promise<Thief> {
    return new Thief(await Keyring.open(new Disk(), keysDirectory), loot, now, ledger);
  }

  stolen(repository: RepositoryId): OnlineKeys {
    return {
      snapshot: this.#keyring.signerFor(repository, 'snapshot', FIRST_EPOCH),
      timestamp: this.#keyring.signerFor(repository, 'timestamp', FIRST_EPOCH),
    };
  }

  /** Signed anew (`sign`), and entered into the log like everything that the mirror serves: witnesses cosign that. */
  stamp(tree: ServedTree, alter?: Alter, keys?: OnlineKeys): ServedTree {
    return this.enter(this.sign(tree, alter, keys), this.goOn());
  }

  /** A new snapshot that says something else, and a timestamp for it that is valid for a day from now. */
  sign(tree: ServedTree, alter: Alter = () => undefined, keys = this.stolen(tree.repository)): ServedTree {
    const snapshot = signedOf(tree.snapshot);
    const newest = Math.max(Number(snapshot.get('version')), Math.floor(this.#now.getTime() / 60_000), this.#stamped);
    const version = (this.#stamped = newest + 1);
    alter(snapshot);
    snapshot.set('version', version).set('expires', this.#inDays(30));
    const listed = signFile('snapshot', snapshot, [keys.snapshot]);
    const timestamp = signedOf(tree.timestamp);
    timestamp
      .set('version', version)
      .set('expires', this.#inDays(1))
      .set('meta', jsonObject({ 'snapshot.json': entryOf(listed) }));
    const statement = new Map(member(snapshot, 'x-countersign'));
    for (const name of ['excluded', 'decisions']) statement.delete(name);
    timestamp.set('x-countersign', statement);
    return tree.with(
      [`metadata/${version}.snapshot.json`, listed],
      ['metadata/timestamp.json', signFile('timestamp', timestamp, [keys.timestamp])],
    );
  }

  /** The log as everybody knows it, to be continued. */
  goOn(): ForgedLog {
    return new ForgedLog(this.#ledger.newest.entries, this.#now);
  }

  /** Another past: the log as it was when this was served, and to be continued from there. */
  goBackTo({ log }: ServedTree): ForgedLog {
    return new ForgedLog(log.entries, this.#now);
  }

  /**
   * Into the log with the tree’s timestamp, and the log to the witnesses.
   * @param accomplices how many of them sign whatever they are shown
   */
  enter(tree: ServedTree, forged: ForgedLog, accomplices = 0): ServedTree {
    forged.addTimestamp(tree);
    const log = this.#ledger.forge(forged.entries, this.#logSigner(), this.#now, accomplices);
    return tree.inLog(log, forged.entries.length - 1);
  }

  /** The mirror’s next root, saying something else; under the stolen root key, so every client goes along. */
  usurp(tree: ServedTree, alter: Alter): ServedTree {
    if (this.#loot !== 'root') throw new TypeError('this thief has no root key');
    const root = signedOf(tree.newestRoot);
    const version = Number(root.get('version')) + 1;
    alter(root);
    root.set('version', version).set('expires', this.#inDays(365));
    const signed = signFile('root', root, [this.#keyring.rootSignerFor(tree.repository)]);
    return tree.with([`metadata/${version}.root.json`, signed]);
  }

  close(): void {
    this.#keyring.close();
  }

  /** Whoever has the online secret has the log’s key as well. */
  #logSigner(): NoteSigner {
    const signer = this.#keyring.checkpointSigner();
    const key = noteKey(this.#ledger.newest.key.name, ED25519, signer.publicKey);
    return { key, sign: (bytes) => signer.sign(bytes) };
  }

  #inDays(days: number): string {
    return formatDate(new Date(this.#now.getTime() + days * DAY_MS));
  }
}

/** In a root: the role belongs to these keys from now on. */
export function grant(root: JsonObject, role: string, signers: readonly Signer[], threshold = 1): void {
  for (const { keyId, keyObject } of signers) member(root, 'keys').set(keyId, keyObject);
  member(root, 'roles').set(role, jsonObject({ keyids: signers.map(({ keyId }) => keyId), threshold }));
}

/** In a snapshot: the role is this file. */
export function list(snapshot: JsonObject, role: string, file: Uint8Array): void {
  member(snapshot, 'meta').set(`${role}.json`, entryOf(file));
}

/** In a snapshot: the evidence, and whatever else the mirror states, is that of another tree. */
export function restate(snapshot: JsonObject, tree: ServedTree): void {
  snapshot.set('x-countersign', member(signedOf(tree.snapshot), 'x-countersign'));
}

/**
 * The next version of an authored role, with another content for a target, signed by whoever is named: whether they may
 * is the clients’ to find out.
 * @returns the tree with the role’s file and the target in it, listed by nobody yet; and the file
 */
export function forge(
  tree: ServedTree,
  role: string,
  target: readonly [path: string, text: string],
  ...signers: readonly Signer[]
): { readonly tree: ServedTree; readonly file: Uint8Array } {
  const signed = signedOf(tree.role(role));
  const version = Number(signed.get('version')) + 1;
  const [path, text] = target;
  const bytes = Buffer.from(text, 'utf8');
  const digest = sha256(bytes);
  member(signed, 'targets').set(path, jsonObject({ hashes: jsonObject({ sha256: digest }), length: bytes.length }));
  signed.set('version', version);
  const file = signFile(role, signed, signers);
  const name = targetFileNames(targetPath(path), digest).prefixedFile;
  return { tree: tree.with([`metadata/${version}.${role}.json`, file], [`targets/${name}`, bytes]), file };
}

function entryOf(file: Uint8Array): JsonObject {
  const version = Number(signedOf(file).get('version'));
  return jsonObject({ hashes: jsonObject({ sha256: sha256(file) }), length: file.length, version });
}
