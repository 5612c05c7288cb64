/**
 * A repository on a web server. Both usual layouts are understood: Sigstore's (`BASE/3.root.json`) and the common one
 * (`BASE/metadata/3.root.json`), targets below `BASE/targets/` in both; other addresses can be given outright.
 */
import { isRefusal, Refusal } from '../errors.ts';
import { type HttpDoor, openHttp } from '../platform/http.ts';
import type { HttpOptions } from '../platform/http-connections.ts';
import { type MetadataFile, printable, ROOT, TIMESTAMP } from '../tuf/names.ts';
import type { Source, WantedTarget } from './source.ts';
import { targetNames } from '../tuf/target-names.ts';
import { baseUrl, metadataUrl, targetUrl } from '../tuf/urls.ts';
import { readWhole } from './whole.ts';

export interface HttpSourceOptions extends HttpOptions {
  /** Where metadata lies, when it is neither the base nor `metadata/` below it. Switches detection off. */
  readonly metadataBase?: URL;
  /** Where targets lie, when it is not `targets/` below the base. */
  readonly targetsBase?: URL;
}

/**
 * Opens a source; asks the network nothing until the first file is wanted.
 * @throws USAGE_OPTION for an address with credentials, query or another scheme; CONFIG_TLS, CONFIG_INVALID.
 */
export async function openHttpSource(address: URL, options: HttpSourceOptions): Promise<Source> {
  const base = baseUrl(address);
  const metadataBase = options.metadataBase === undefined ? undefined : baseUrl(options.metadataBase);
  const targetsBase = baseUrl(options.targetsBase ?? new URL('targets/', base));
  return new HttpSource(base, metadataBase, targetsBase, await openHttp(options));
}

class HttpSource implements Source {
  readonly description: string;
  readonly #base: URL;
  readonly #targetsBase: URL;
  readonly #door: HttpDoor;
  #metadataBase: Promise<URL> | undefined;

  constructor(base: URL, metadataBase: URL | undefined, targetsBase: URL, door: HttpDoor) {
    this.description = base.href;
    this.#base = base;
    this.#metadataBase = metadataBase === undefined ? undefined : Promise.resolve(metadataBase);
    this.#targetsBase = targetsBase;
    this.#door = door;
  }

  async metadata(file: MetadataFile, maxBytes: number): Promise<Uint8Array> {
    const url = metadataUrl(await this.#findMetadataBase(), file);
    // The next root usually does not exist, and only “no such file” ends the search for it (H-01); object stores that
    // hide their listing answer 403 for that, to the unversioned name as well.
    const forbiddenMeansAbsent = file.role === ROOT;
    const { body } = await this.#door.get(url, { maxBytes, forbiddenMeansAbsent });
    return readWhole(body);
  }

  async target(wanted: WantedTarget, consistent: boolean): Promise<AsyncIterable<Uint8Array>> {
    let forbidden: Refusal | undefined;
    for (const name of targetNames(wanted, consistent)) {
      const url = targetUrl(this.#targetsBase, wanted.path, name);
      try {
        return (await this.#door.get(url, { maxBytes: wanted.length })).body;
      } catch (error) {
        // An object store may say 403 to the first name and have the file under the second; any other answer ends it.
        if (isRefusal(error, 'SOURCE_STATUS') && error.details['status'] === 403) forbidden ??= error;
        else if (!isRefusal(error, 'SOURCE_NOT_FOUND')) throw error;
      }
    }
    throw forbidden ?? noSuchTarget(wanted, this.#targetsBase);
  }

  async close(): Promise<void> {
    await this.#door.close();
  }

  /** Detected once; a failure is not remembered, so that a source that was briefly down can be asked again. */
  #findMetadataBase(): Promise<URL> {
    this.#metadataBase ??= this.#detect().catch((error: unknown) => {
      this.#metadataBase = undefined;
      throw error;
    });
    return this.#metadataBase;
  }

  /** @throws SOURCE_UNREACHABLE when there is no repository: SOURCE_NOT_FOUND would read as “no newer root” (H-01). */
  async #detect(): Promise<URL> {
    const candidates = [this.#base, new URL('metadata/', this.#base)];
    for (const candidate of candidates) if (await this.#holdsTimestamp(candidate)) return candidate;
    throw new Refusal(
      'SOURCE_UNREACHABLE',
      `There is no timestamp.json at ${this.#base.href} or in metadata/ below it.`,
      {
        details: { host: this.#base.host, file: this.#base.pathname },
        next: 'Check the address, or name the metadata and targets addresses separately.',
      },
    );
  }

  async #holdsTimestamp(candidate: URL): Promise<boolean> {
    try {
      const url = metadataUrl(candidate, { role: TIMESTAMP });
      const { body } = await this.#door.get(url, { maxBytes: Number.MAX_SAFE_INTEGER, forbiddenMeansAbsent: true });
      return await startsLikeJson(body);
    } catch (error) {
      if (isRefusal(error, 'SOURCE_NOT_FOUND')) return false;
      throw error;
    }
  }
}

/** Some servers answer every unknown path with 200 and a web page; that is not a timestamp (H-01). */
async function startsLikeJson(body: AsyncIterable<Uint8Array>): Promise<boolean> {
  let seen = 0;
  for await (const chunk of body) {
    const start = Buffer.from(chunk).toString('latin1').trimStart();
    if (start !== '') return start.startsWith('{');
    // Endless white space is no timestamp either.
    seen += chunk.length;
    if (seen > 1024) return false;
  }
  return false;
}

function noSuchTarget(wanted: WantedTarget, base: URL): Refusal {
  const name = printable(wanted.path);
  return new Refusal('SOURCE_NOT_FOUND', `The target “${name}” is under none of its names at ${base.href}.`, {
    details: { target: name, host: base.host },
  });
}
