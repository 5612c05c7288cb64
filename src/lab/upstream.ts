/**
 * An upstream of the lab: honest, and in memory. All its keys are here by name, because some attacks begin with one of them
 * stolen; upstreams may share keys, as repositories of one organisation do.
 */
import type { Source, WantedTarget } from '../acquire/source.ts';
import { Refusal } from '../errors.ts';
import { randomSecret } from '../platform/random.ts';
import { Author } from '../sample/author.ts';
import { type Signer, signerFromSeed } from '../sign/signer.ts';
import { sha256 } from '../tuf/digest.ts';
import { type MetadataFile, metadataFileName } from '../tuf/names.ts';

const LIFETIMES = { root: 365, timestamp: 7, snapshot: 30, targets: 365 };

export class LabUpstream implements Source {
  readonly description = 'lab upstream';
  readonly author: Author;
  readonly #keys: Map<string, Signer>;
  readonly #content = new Map<string, Uint8Array>();

  /** @param shared keys that another upstream has under the same names */
  constructor(shared: ReadonlyMap<string, Signer> = new Map()) {
    this.#keys = new Map(shared);
    this.author = new Author({ now: new Date(0), lifetimes: LIFETIMES, signerFor: (name) => this.key(name) });
  }

  /** The key of this name: a role’s, unless an attack’s story says otherwise. */
  key(name: string): Signer {
    let signer = this.#keys.get(name);
    if (!signer) this.#keys.set(name, (signer = signerFromSeed(randomSecret(32))));
    return signer;
  }

  /** These keys by name, for another upstream. */
  keys(...names: string[]): Map<string, Signer> {
    return new Map(names.map((name) => [name, this.key(name)]));
  }

  /** Adds or replaces a target; published with the next release. */
  put(path: string, text: string, role = 'targets'): this {
    const bytes = Buffer.from(text, 'utf8');
    this.author.role(role).targets.set(path, bytes);
    this.#content.set(sha256(bytes), bytes);
    return this;
  }

  /** From the next release on, the targets role has another key: the old one was stolen, and upstream knows. */
  replaceTargetsKey(): this {
    this.author.keyholders.set('targets', { signers: [this.key('new targets')], threshold: 1 });
    this.author.publishRoot();
    return this;
  }

  /** The first root: what clients pin, and the mirror’s operator enrols. */
  get firstRoot(): Uint8Array {
    return this.author.files.get('1.root.json') ?? new Uint8Array();
  }

  metadata(file: MetadataFile): Promise<Uint8Array> {
    const name = metadataFileName(file);
    const bytes = this.author.files.get(name);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Refusal('SOURCE_NOT_FOUND', `There is no ${name}.`));
  }

  target({ path, hashes }: WantedTarget): Promise<AsyncIterable<Uint8Array>> {
    const bytes = this.#content.get(hashes.get('sha256') ?? '');
    if (!bytes) return Promise.reject(new Refusal('SOURCE_NOT_FOUND', `There is no ${path}.`));
    return Promise.resolve(once(bytes));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
