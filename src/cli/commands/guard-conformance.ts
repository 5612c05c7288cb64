/**
 * `countersign guard conformance`: the three verbs by which the TUF conformance suite drives a client. It runs the
 * guard’s own workflow over a plain repository; there is no pin and no mirror, so it is no way to use a guard.
 * Source: theupdateframework/tuf-conformance, CLIENT-CLI.md.
 */
import { Option } from 'commander';
import { plainCache, readPlainFile, writePlainFile } from '../../client/doors/plain-folder.ts';
import { openPlace } from '../../client/doors/open-place.ts';
import { PlainClient } from '../../client/plain-client.ts';
import { drained, checked } from '../../client/resolve/target-check.ts';
import type { Search } from '../../client/resolve/search.ts';
import { Refusal, isRefusal } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ROOT } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { repeatable } from '../options.ts';
import type { Report } from '../output.ts';

interface Given {
  readonly verb: string;
  readonly file?: string;
  readonly metadataDir?: string;
  readonly metadataUrl?: string;
  readonly targetName?: readonly string[];
  readonly targetBaseUrl?: string;
  readonly targetDir?: string;
}

export const guardConformanceCommand = defineCommand<Given>({
  name: 'conformance',
  summary: 'answer to the TUF conformance suite: the guard’s workflow over a plain repository',
  details:
    'Exit code 0 or 1, as the suite asks. Not for use: a plain client has no pin, so it believes what it is given.',
  arguments: [
    ['<verb>', 'init, refresh or download'],
    ['[file]', 'init: the trusted root'],
  ],
  options: [
    new Option('--metadata-dir <directory>', 'where trusted metadata lies'),
    new Option('--metadata-url <address>', 'the repository’s metadata'),
    repeatable('--target-name <path>', 'a target to download'),
    new Option('--target-base-url <address>', 'the repository’s targets'),
    new Option('--target-dir <directory>', 'where targets go'),
  ],
  examples: ['countersign guard conformance --metadata-dir m --metadata-url http://127.0.0.1:8888/metadata refresh'],
  changesSomething: false,
  async perform({ clock, disk }, given) {
    const metadataDir = required(given.metadataDir, '--metadata-dir');
    try {
      switch (given.verb) {
        case 'init': {
          const root = await disk.read(required(given.file, 'FILE'), 1_000_000);
          await plainCache(metadataDir).write(ROOT, root);
          return said('The root is trusted from now on.');
        }
        case 'refresh':
          await refresh(clock, metadataDir, given);
          return said('Up to date.');
        case 'download':
          return said(...(await download(clock, metadataDir, given)));
        default:
          throw new Refusal('USAGE_OPTION', 'The verb is init, refresh or download.');
      }
    } catch (error) {
      if (!isRefusal(error) || error.family === 'usage') throw error;
      return { lines: [`${error.code}: ${error.what}`], document: { ok: false, code: error.code }, isNo: true };
    }
  },
});

function refresh(clock: Clock, metadataDir: string, given: Given): Promise<PlainClient> {
  const shelf = (address: string): { place: ReturnType<typeof openPlace>; below: [] } => ({
    place: openPlace(new URL(address.endsWith('/') ? address : `${address}/`)),
    below: [],
  });
  return PlainClient.refresh({
    cache: plainCache(metadataDir),
    metadata: shelf(required(given.metadataUrl, '--metadata-url')),
    ...(given.targetBaseUrl === undefined ? {} : { targets: shelf(given.targetBaseUrl) }),
    now: clock.now(),
  });
}

/** In the order of the arguments, with one client; the first failure ends it. */
async function download(clock: Clock, metadataDir: string, given: Given): Promise<string[]> {
  const targetDir = required(given.targetDir, '--target-dir');
  required(given.targetBaseUrl, '--target-base-url');
  const client = await refresh(clock, metadataDir, given);
  const lines: string[] = [];
  for (const name of given.targetName ?? []) {
    const found = await client.find(name);
    if ('refusal' in found.outcome) throw found.outcome.refusal;
    if (found.outcome.kind !== 'found') throw new Refusal('TRUST_UNLISTED_TARGET', `No role lists “${name}”.`);
    if (await isHeld(targetDir, found)) lines.push(`${name} is there already.`);
    else {
      await writePlainFile(targetDir, name, await client.fetch(found));
      lines.push(`${name} is downloaded.`);
    }
  }
  return lines;
}

async function isHeld(targetDir: string, { name, outcome }: Search): Promise<boolean> {
  const bytes = await readPlainFile(targetDir, name);
  if (!bytes || outcome.kind !== 'found') return false;
  try {
    await drained(checked(pieces(bytes), name, outcome.target));
    return true;
  } catch (error) {
    if (isRefusal(error, 'TRUST_TARGET')) return false;
    throw error;
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new Refusal('USAGE_OPTION', `This verb needs ${name}.`);
  return value;
}

function said(...lines: string[]): Report {
  return { lines, document: { ok: true } };
}
