/**
 * The stock client: tuf-js, unmodified and called as its users call it. It comes with the development packages only; where it
 * is not installed, the guard’s own plain client stands in for it, and the table says so. Both read a clock that says now.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPlace } from '../client/doors/open-place.ts';
import { type PlainCache, PlainClient } from '../client/plain-client.ts';
import type { Shelf } from '../client/fetch/layout.ts';
import { joined } from '../client/fetch/place.ts';
import { systemClock } from '../platform/clock.ts';
import { Disk } from '../platform/disk.ts';
import { randomName } from '../platform/random.ts';
import { ROOT, type RoleName } from '../tuf/names.ts';
import { Refusal } from '../errors.ts';

export interface LabClient {
  /** Brings itself up to date and fetches targets, as its user would. @throws whatever it refuses with */
  fetch(...names: readonly string[]): Promise<string[]>;
}

export interface StockClientKind {
  /** `tuf-js 5.0.1`. */
  readonly description: string;
  /** A new one, which has nothing but the mirror’s root. */
  enrol(url: URL, mirrorRoot: Uint8Array): Promise<LabClient>;
}

/** @param directory where tuf-js keeps its caches */
export async function stockClients(directory: string): Promise<StockClientKind> {
  return (await installedTufJs(directory)) ?? PLAIN_CLIENTS;
}

const MOST_BYTES = 1_000_000;

async function installedTufJs(directory: string): Promise<StockClientKind | undefined> {
  const disk = new Disk();
  try {
    const { Updater } = await import('tuf-js');
    const description = fileURLToPath(new URL('../package.json', import.meta.resolve('tuf-js')));
    const { version } = JSON.parse((await disk.read(description, MOST_BYTES)).toString('utf8')) as { version: string };
    return {
      description: `tuf-js ${version}`,
      async enrol(url, mirrorRoot) {
        const cache = join(directory, `tuf-js-${randomName()}`);
        const targetDir = join(cache, 'targets');
        await disk.makePrivateDirectory(targetDir);
        await disk.create(join(cache, 'root.json'), mirrorRoot);
        return {
          async fetch(...names) {
            const updater = new Updater({
              metadataDir: cache,
              metadataBaseUrl: `${url.href}metadata`,
              targetDir,
              targetBaseUrl: `${url.href}targets`,
            });
            await updater.refresh();
            const texts: string[] = [];
            for (const name of names) {
              const found = await updater.getTargetInfo(name);
              if (!found) throw new Error(`no role lists ${name}`);
              texts.push((await disk.read(await updater.downloadTarget(found), MOST_BYTES)).toString('utf8'));
            }
            return texts;
          },
        };
      },
    };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

export const PLAIN_CLIENTS: StockClientKind = {
  description: 'the guard’s plain client, without a pin (tuf-js is not installed)',
  enrol(url, mirrorRoot) {
    const held = new Map<RoleName, Uint8Array>([[ROOT, mirrorRoot]]);
    const cache: PlainCache = {
      read: (role) => Promise.resolve(held.get(role)),
      write: (role, bytes) => Promise.resolve(void held.set(role, bytes)),
    };
    const shelf = (below: string): Shelf => ({ place: openPlace(url), below: [below] });
    return Promise.resolve({
      async fetch(...names) {
        const now = systemClock.now();
        const client = await PlainClient.refresh({
          cache,
          metadata: shelf('metadata'),
          targets: shelf('targets'),
          now,
        });
        const texts: string[] = [];
        for (const name of names) {
          const found = await client.find(name);
          if ('refusal' in found.outcome) throw found.outcome.refusal;
          if (found.outcome.kind === 'not-found') throw new Refusal('TRUST_UNLISTED_TARGET', `No role lists ${name}.`);
          texts.push(Buffer.from(await joined(await client.fetch(found))).toString('utf8'));
        }
        return texts;
      },
    });
  },
};
