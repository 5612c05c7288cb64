/**
 * tuf-js, unmodified, as its users call it. It reads the clock itself, so the caller moves the global Date
 * (node:test, mock.timers) to where the client is to stand.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Updater } from 'tuf-js';

/** A client with its own cache directory below `directory`. */
export class StockTufJs {
  readonly #cache: string;

  constructor(directory: string, root: Uint8Array) {
    this.#cache = mkdtempSync(join(directory, 'tuf-js-'));
    mkdirSync(join(this.#cache, 'targets'));
    writeFileSync(join(this.#cache, 'root.json'), root);
  }

  /**
   * Refreshes, then fetches a target by its name; undefined when no role that it believes lists it.
   * @param url the repository’s address on the mirror
   */
  async fetch(target: string, url: string): Promise<Buffer | undefined> {
    const updater = new Updater({
      metadataDir: this.#cache,
      metadataBaseUrl: `${url}/metadata`,
      targetDir: join(this.#cache, 'targets'),
      targetBaseUrl: `${url}/targets`,
    });
    await updater.refresh();
    const found = await updater.getTargetInfo(target);
    return found && readFileSync(await updater.downloadTarget(found));
  }
}
