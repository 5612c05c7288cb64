/**
 * An upstream in memory, as a Source: change a value, publish, and the next import sees it (after python-tuf’s
 * RepositorySimulator). It is honest until told otherwise: a test can alter a part before it is signed, rewrite a file
 * after, sign with other keys, serve any bytes under any name, or drop a file. Requests are recorded.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source, WantedTarget } from '../../src/acquire/source.ts';
import { Refusal } from '../../src/errors.ts';
import { Author, type SampleLifetimes } from '../../src/sample/author.ts';
import type { AuthoredRole } from '../../src/sample/parts.ts';
import { type SignFile, signFile } from '../../src/sample/signing.ts';
import type { Signer } from '../../src/sign/signer.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import type { JsonObject } from '../../src/tuf/json.ts';
import { type MetadataFile, metadataFileName } from '../../src/tuf/names.ts';
import { NOW } from './clock.ts';
import { signerNamed } from './keys.ts';

type Alter = (signed: JsonObject) => void;
type Rewrite = (file: string) => string;

export interface UpstreamOptions {
  /** Names its keys: upstreams with the same seed have the same keys. */
  readonly seed?: string;
  readonly now?: Date;
  readonly consistentSnapshot?: boolean;
}

export class SimulatedUpstream implements Source {
  readonly description = 'simulated upstream';
  readonly author: Author;
  /** Names asked for, in order. */
  readonly requests: string[] = [];
  isClosed = false;
  readonly #seed: string;
  readonly #alterations = new Map<string, Alter>();
  readonly #rewrites = new Map<string, Rewrite>();
  readonly #forgers = new Map<string, readonly Signer[]>();
  readonly #served = new Map<string, Uint8Array | undefined>();

  constructor({ seed = 'upstream', now = NOW, consistentSnapshot = true }: UpstreamOptions = {}) {
    const lifetimes: SampleLifetimes = { root: 365, timestamp: 7, snapshot: 30, targets: 180 };
    const signerFor = (role: string): Signer => this.signer(role);
    this.#seed = seed;
    this.author = new Author({ now, lifetimes, consistentSnapshot, signerFor, sign: this.#sign });
  }

  get targets(): AuthoredRole {
    return this.author.role('targets');
  }

  /** The key of this name among this upstream’s. */
  signer(name: string): Signer {
    return signerNamed(`${this.#seed} ${name}`);
  }

  /** The first root, which people enrol. */
  get firstRoot(): Uint8Array {
    return this.file('1.root.json');
  }

  /** A published metadata file, as it was published. */
  file(name: string): Uint8Array {
    const bytes = this.author.files.get(name);
    if (!bytes) throw new TypeError(`${name} was never published`);
    return bytes;
  }

  /** Adds or replaces a target. */
  add(path: string, text: string, role = 'targets'): this {
    this.author.role(role).targets.set(path, Buffer.from(text, 'utf8'));
    return this;
  }

  publish(...changed: string[]): this {
    this.author.publish(...changed);
    return this;
  }

  /** Changes every signed part of the role from now on, before it is signed. */
  alter(role: string, change: Alter): this {
    this.#alterations.set(role, change);
    return this;
  }

  /** Changes every file of the role from now on, after it was signed and before it is listed. */
  rewrite(role: string, change: Rewrite): this {
    this.#rewrites.set(role, change);
    return this;
  }

  /** Signs the role with these from now on, whoever holds it. */
  signWith(role: string, ...signers: readonly Signer[]): this {
    this.#forgers.set(role, signers);
    return this;
  }

  /** Answers with these bytes for a metadata file or target name, whatever was published. */
  serve(name: string, bytes: Uint8Array | string): this {
    this.#served.set(name, typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
    return this;
  }

  drop(name: string): this {
    this.#served.set(name, undefined);
    return this;
  }

  /** Serves what was published again. */
  restore(): this {
    this.#served.clear();
    return this;
  }

  metadata(file: MetadataFile, maxBytes: number): Promise<Uint8Array> {
    const name = metadataFileName(file);
    this.requests.push(name);
    const bytes = this.#served.has(name) ? this.#served.get(name) : this.author.files.get(name);
    if (!bytes) return Promise.reject(new Refusal('SOURCE_NOT_FOUND', `There is no ${name}.`));
    if (bytes.length > maxBytes) return Promise.reject(new Refusal('SOURCE_TOO_LARGE', `${name} is too large.`));
    return Promise.resolve(bytes);
  }

  target({ path, hashes }: WantedTarget): Promise<AsyncIterable<Uint8Array>> {
    this.requests.push(path);
    const all = [...this.author.roles.values()].flatMap(({ targets }) => targets.get(path) ?? []);
    const published = all.find((bytes) => sha256(bytes) === hashes.get('sha256')) ?? all[0];
    const bytes = this.#served.has(path) ? this.#served.get(path) : published;
    if (!bytes) return Promise.reject(new Refusal('SOURCE_NOT_FOUND', `There is no ${path}.`));
    return Promise.resolve(inChunks(bytes));
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Metadata as it would be served, for a person to look at. */
  async dumpTo(directory: string): Promise<void> {
    await mkdir(join(directory, 'metadata'), { recursive: true });
    for (const [name, bytes] of new Map([...this.author.files, ...this.#served])) {
      if (bytes) await writeFile(join(directory, 'metadata', encodeURIComponent(name).slice(0, 200)), bytes);
    }
  }

  readonly #sign: SignFile = (role, signed, signers) => {
    this.#alterations.get(role)?.(signed);
    const bytes = signFile(role, signed, this.#forgers.get(role) ?? signers);
    const rewrite = this.#rewrites.get(role);
    return rewrite ? Buffer.from(rewrite(Buffer.from(bytes).toString('utf8')), 'utf8') : bytes;
  };
}

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 4096) {
    await Promise.resolve();
    yield bytes.subarray(at, at + 4096);
  }
}
